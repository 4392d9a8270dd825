#pragma once
// SchedulerParameters of sched/backfill and sched/builtin as typed values.

#include <chrono>
#include <cstdint>
#include <optional>

#include "policies/api/options.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::scheduler::slurm {

/// Whether answers that are known are asked for again. Results are the same.
enum class Shortcuts : std::uint8_t { taken, avoided };

/// bf_hetjob_prio: whose priority and tier the components of a heterogeneous job have.
enum class HetPriority : std::uint8_t { own, least, greatest, mean };

/// What the main pass obeys. A count of 0 is no bound.
struct MainSettings {
  std::int64_t queue_depth = 100;      ///< default_queue_depth: a default pass examines one record more
  std::int64_t partition_depth = 0;
  std::int64_t max_starts = 0;
  std::chrono::seconds min_age_reserve{};
  std::int64_t min_priority_reserve = 0;
  std::chrono::seconds complete_wait{};
  bool reduce_completing_frag = false;
  bool assoc_limit_stop = false;
  bool in_list_order = false;          ///< jobs are taken as slurmctld lists them, whatever their priority
  HetPriority het_priority = HetPriority::own;
  DecisionCost cost;
  std::chrono::seconds max_time{2};    ///< max_sched_time: of what decisions cost
  bool licenses_stop = false;          ///< bf_licenses: the pass ends at a job that lacks licences
  Shortcuts shortcuts = Shortcuts::taken;
};

/// What a backfill cycle obeys. A count of 0 is no bound.
struct BackfillSettings {
  std::chrono::seconds window{86400};
  std::chrono::seconds resolution{60};
  std::int64_t max_tests = 500;
  std::int64_t max_starts = 0;
  std::int64_t max_of_partition = 0, max_of_user = 0, max_of_association = 0, max_of_user_in_partition = 0;
  std::int64_t max_array_plans = 20;
  std::int64_t planned_of_partition = 0;  ///< bf_job_part_count_reserve
  std::chrono::seconds min_age_reserve{};
  std::int64_t min_priority_reserve = 0;
  std::int64_t table_size = 500;
  bool one_plan_per_job = false;
  bool running_jobs_reserve = false;
  bool whole_nodes_close = true;       ///< to plans, when a cycle starts a job on them; select/linear knows no whole nodes
  bool assoc_limit_stop = false;
  bool licenses = false;
  HetPriority het_priority = HetPriority::own;
  bool het_immediate = false;          ///< bf_hetjob_immediate
  DecisionCost cost;
  std::chrono::seconds max_time{30};   ///< bf_max_time
  Duration yield_interval{}, yield_sleep{};
  Shortcuts shortcuts = Shortcuts::taken;
};

/// When the loops run.
struct ClockSettings {
  std::optional<std::chrono::seconds> full_pass{60};  ///< sched_interval; absent: no main pass at all
  std::chrono::seconds batch_delay{3};
  Duration min_gap{};                                 ///< sched_min_interval, in whole milliseconds
  std::optional<std::chrono::seconds> cycle{30};      ///< bf_interval; absent: no cycles
  std::chrono::seconds complete_wait{};
  bool defer = false;
};

struct Settings {
  MainSettings main;
  BackfillSettings backfill;
  ClockSettings clock;
};

/// `options` are those of option_table.hpp.
Settings read_settings(const Options& options, const ClusterSpec& cluster);

}  // namespace sluice::scheduler::slurm
