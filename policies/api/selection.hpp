#pragma once
// Which nodes, CPUs and devices, now or when? The question Slurm's select plugins answer. A Selection looks at a cluster
// and never changes it; what it answers is an Allocation for the caller to apply.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policies/api/demand.hpp"
#include "policies/api/options.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"
#include "simulator/model/request.hpp"

namespace sluice {

/// A running job whose end is known. `allocation` is a row of the Cluster.
struct RunningJob {
  JobId job;
  Time end{};               ///< start + time limit, never the true end
  std::optional<Duration> limit;  ///< absent: none
  std::uint32_t allocation = 0;
  friend void fields(Archive& archive, RunningJob& run) { all_fields<4>(archive, run); }
};

/// The job in question. `demand` came from resolve() of the same Selection and outlives the call.
struct SelectionJob {
  JobId id;                                   ///< of the record whose wait for switches is kept
  const Demand& demand;
  std::optional<std::int64_t> max_nodes{};    ///< a limit policy's bound on nodes, beside the demand's own
  /// Nodes that a GrpTRES=node limit of its QOS or association counts already: a start prefers them.
  const NodeSet* counted_nodes = nullptr;
  /// Of a FLEX reservation: others are taken only if these do not do.
  const NodeSet* nodes_first = nullptr;
  const CoreSet* excluded_cores = nullptr;  ///< that reservations keep from it; only where cores are told apart
  /// All running jobs: a start under select/linear counts them, as it counts those of a WillRunQuery in a test.
  std::span<const RunningJob> running{};
  /// Those that would have to boot: taken only if others do not do.
  const NodeSet* nodes_last = nullptr;
};

/// A running job that may be stopped for the job in question, in the order in which that is to be tried.
struct Preemptable {
  JobId job;
  std::uint32_t allocation = 0;
  PreemptMode::Action action = PreemptMode::Action::cancel;
};

/// Where a job starts, and who has to go first (then the caller stops them and asks again later).
struct Selected {
  Allocation allocation;
  std::vector<JobId> victims;  ///< in the order of the candidates; empty: it can start now
};

/// When and where a job will start. Moments are on slurmctld's clock: whole minutes are multiples of 60 seconds.
struct WillRun {
  Time start{};                ///< `now`, or the end of a running job
  Allocation allocation;       ///< devices are chosen only of a start that is now
  bool needs_preemption = false;
};

/// What limits count of a plan: a job that gets whole nodes has their GRES only once it starts.
/// Source: _handle_exclusive_gres() of slurmctld's node_scheduler.c.
inline void drop_unasked_gres(Allocation& plan, const Demand& demand) {
  if (!demand.is_whole() || !demand.gres.empty()) return;
  for (Amount& take : plan.takes) take.gres = {};
  plan.gpus = 0;
}

/// What will_run() may count on.
struct WillRunQuery {
  std::span<const RunningJob> running;        ///< all running jobs by end, earliest first; equal ends in job list order
  std::optional<std::uint64_t> version{};     ///< as long as it is the same, so is `running`, and what a Demand says
  std::span<const Preemptable> preemptable;   ///< those of them that may be stopped for this job
  bool now_only = false;
  /// Of a job beyond its limit: the length after which it is expected to end, from its end.
  Duration kill_wait{};
  std::optional<Duration> over_time_limit = Duration{};  ///< absent: unlimited
};

/// One object a simulation. Keeps only what slurmctld keeps from one test to the next: the sort weight that the last
/// test left on each node, and since when a job waits for its switches. Both are part of a snapshot.
class Selection {
 public:
  virtual ~Selection() = default;

  /// The error is Slurm's submission message, or says which option is not modelled. O(nodes).
  virtual tl::expected<Demand, std::string> resolve(const JobRequest& request, PartitionId partition) const = 0;

  /// Could it ever run? The test of a submission: all nodes of the partition, all of them empty. `within`, if it is not
  /// null: only on these.
  virtual bool feasible(const SelectionJob& job, const Cluster& cluster, Time now, const NodeSet* within = nullptr) = 0;

  /// A start now. `candidates` are usable nodes: up, not completing, not another job's reservation or owner; those that
  /// the demand rules out need not be removed. `preemptable` is tried only if it fits nowhere else.
  virtual std::optional<Selected> select(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                         Time now, std::span<const Preemptable> preemptable = {}) = 0;

  /// The test of a backfill cycle. Node sort weights are those left by earlier tests.
  virtual std::optional<WillRun> will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                          Time now, const WillRunQuery& query) = 0;

  /// Narrows `candidates` to what the demand allows by name, features and node minima. False: too few are left, a
  /// required node is missing or no alternative of the constraint can be met.
  virtual bool narrow(const SelectionJob& job, NodeSet& candidates) const = 0;

  /// Partitions, or classes of nodes, are described otherwise than before: demands are resolved anew.
  virtual void follow_configuration() {}
  /// What it keeps, saved or loaded.
  virtual void fields(Archive&) {}
  /// Whether the cluster has to tell cores apart: jobs may have some in common, or it matters which are free.
  virtual bool tells_cores_apart() const { return false; }
};

/// A select plugin in the catalogue, chosen by SelectType=`name`. It reads SelectTypeParameters, the topology and the
/// SchedulerParameters that concern it from the cluster. `notes` gets what is asked for but not modelled.
struct SelectionEntry {
  std::string_view name;
  std::string_view meaning;
  std::unique_ptr<Selection> (*make)(const ClusterSpec&, std::vector<std::string>& notes);
};

}  // namespace sluice
