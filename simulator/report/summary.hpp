#pragma once
// What a run comes to: how long jobs waited, how well the cluster was used. Written as summary.json (README.md).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/report/busy_nodes.hpp"
#include "simulator/report/endless.hpp"
#include "simulator/report/history.hpp"
#include "simulator/report/job_rows.hpp"
#include "simulator/report/lost_runs.hpp"
#include "simulator/report/spread.hpp"
#include "simulator/report/workflows.hpp"

namespace sluice::report {

/// Only jobs submitted in [from, to) count in the statistics of waits, completion times and slowdowns: warm-up and
/// drain are left out.
struct MeasureWindow {
  std::optional<Time> from, to;
  bool contains(Time submit) const { return (!from || *from <= submit) && (!to || submit < *to); }
};

/// What only the program that made the run knows.
struct RunInfo {
  RunStatistics statistics;
  std::uint64_t seed = 0;
  double wall_s = 0;  ///< real time the run took: the one number that differs from run to run
  std::optional<MeasureWindow> measure;
  std::vector<std::string> warnings;
};

/// Jobs by what became of them: total = completed + rejected + running + pending.
struct JobCounts {
  std::size_t total = 0;      ///< submitted ones
  std::size_t completed = 0;  ///< ended, in whatever state
  std::size_t rejected = 0, running = 0, pending = 0;
  /// In Slurm's words, those that occur, in a fixed order; the counts sum up to total.
  std::vector<std::pair<std::string_view, std::size_t>> by_state;
};

/// Jobs that were still waiting when the run was over: their waits are not in the spread of waits.
struct CensoredWaits {
  std::size_t count = 0;
  double mean_so_far_s = 0;
};

/// Capacities, or resource-seconds of them.
struct Resources {
  double cpu = 0, gpu = 0, node = 0, memory_mb = 0;
};

/// Shares of capacity x makespan in [0, 1]; absent where there is no capacity or nothing has ended.
struct Utilization {
  std::optional<double> cpu, gpu;
  std::optional<double> node;    ///< nodes with at least one job; of the whole cluster only
  std::optional<double> memory;  ///< absent, too, when no job was given memory
};

/// The statistics of a set of jobs.
struct JobGroup {
  std::string name;
  JobCounts jobs;
  Spread wait_s;  ///< start - eligible of started jobs
  Spread jct_s;   ///< end - submit of jobs that ran and ended
  CensoredWaits censored;
  Spread bounded_slowdown;  ///< of jobs that started and ended
  std::optional<double> started_immediately;  ///< share of started jobs with wait 0
  Resources resource_seconds;  ///< allocated; node counts a shared node once for each of its jobs
  Utilization utilization;
};

/// The time that all jobs together spent pending for one Reason.
struct WaitedFor {
  Reason reason = Reason::none;
  double job_seconds = 0;
};

struct Summary {
  JobGroup whole;
  std::optional<Endless> stopped;      ///< present: the run has no end
  std::size_t unsubmitted = 0;         ///< jobs of the trace that the run never came to
  std::optional<double> makespan_s;    ///< last end - first submission; absent when nothing has ended
  /// Partitions in the cluster's order, then what else jobs named (lists), by name; the others by name. A kind is
  /// left out (empty) when no job has such a name.
  std::vector<JobGroup> by_partition, by_user, by_account;
  std::vector<WaitedFor> waited_for;  ///< the greatest first; of jobs in the measured window, pending ones too
  std::vector<LostRuns> lost;          ///< runs that preemption, failing nodes and operators cut short
  WorkflowSummary workflows;
  ArraySummary arrays;
  std::optional<HistoryComparison> recorded;  ///< absent when the trace has no history
  LoadReport input;
  TimeBase time_base;
  RunInfo run;
  std::string cluster;
  Resources capacity;  ///< of nodes that are configured up
  std::string scheduler, priority, select;
};

/// Reads each job once. A million jobs take about 0.2 s.
Summary summarize(const JobRows& rows, const BusyNodes& busy, const RunInfo& run);

/// summary.json, with a final newline. Keys in a fixed order; seconds to the millisecond, shares and slowdowns to
/// six decimals. Equal runs give equal text but for wall_s.
std::string summary_json(const Summary& summary);

}  // namespace sluice::report
