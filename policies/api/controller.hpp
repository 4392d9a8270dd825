#pragma once
// What slurmctld's scheduling loops see and do, and how they are driven. The loops (sched/backfill, sched/builtin) are
// policies; whoever holds the state (the engine; in tests a recorded state) is their Controller.

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/api/options.hpp"
#include "policies/api/preemption.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"
#include "simulator/model/reason.hpp"

namespace sluice {

/// A partition a waiting job may run in.
struct WaitingPartition {
  PartitionId partition;
  std::uint32_t priority = 0;      ///< of the job in this partition; 0: held
  const Demand* demand = nullptr;  ///< equal requests share one; null: nothing here could ever run it
  /// Why the job may not run here, whatever happens to the nodes: account or QOS not allowed, memory or node count
  /// beyond what the partition gives. Its time limit and its state are not looked at.
  Reason barred = Reason::none;
  bool preferred = false;          ///< --prefer: tried before the entry of the same partition that follows
  /// But for the demand, which the holder looks up.
  friend void fields(Archive& archive, WaitingPartition& where) {
    auto& [partition, priority, demand, barred, preferred] = where;
    archive(partition, priority, barred, preferred);
  }
};

/// A pending job as the loops look at it. The holder keeps one a job and changes it in place. An array's tasks that have
/// not split off are one record, its head.
struct WaitingJob {
  static constexpr std::uint32_t no_task = std::numeric_limits<std::uint32_t>::max();

  JobId job;
  std::uint32_t slurm_id = 0;        ///< Slurm's job id; of array tasks the array's
  std::uint32_t array_task = no_task;  ///< of a task with a record of its own; a head has none and sorts last
  bool is_array = false;             ///< a head, or a task of its own
  std::uint32_t tasks_left = 1;      ///< of a head: tasks that have not split off, at least 1
  std::uint32_t tasks_room = WaitingJob::no_task;  ///< of an array: so many more tasks may run at once (%N)

  std::chrono::seconds submit{};     ///< the last time it was submitted or requeued
  std::optional<std::chrono::seconds> eligible;  ///< its begin time, as stamped
  std::optional<std::chrono::minutes> limit;     ///< absent: none given, or INFINITE
  std::optional<std::chrono::minutes> time_min;
  std::optional<std::chrono::seconds> deadline;

  std::uint32_t user = 0, association = 0, qos = 0;  ///< dense numbers to count by
  std::uint32_t priority_threshold = 0;  ///< MinPrioThreshold of its QOS or association; 0: none
  bool no_reserve = false;           ///< its QOS has the flag NoReserve
  bool ignores_max_time = false;     ///< its QOS has the flag PartitionTimeLimit
  bool whole_nodes = false;          ///< --exclusive: a start in a backfill cycle closes its nodes in the plan
  bool is_preempting = false;        ///< jobs have been told to go for it, and have not gone yet
  bool uses_licenses = false;
  bool borrows = false;              ///< --signal=R: it may use nodes of reservations that can start late
  std::vector<std::uint32_t> reservations;   ///< numbers of those asked for; any of them will do
  std::optional<std::uint32_t> reservation;  ///< the one it is tried in: see Controller::choose_reservation
  std::optional<std::uint32_t> het_group;    ///< number of the heterogeneous job it is a component of

  Reason reason = Reason::none;
  std::vector<WaitingPartition> partitions;  ///< in its own order

  friend void fields(Archive& archive, WaitingJob& w) {
    auto& [job, slurm_id, array_task, is_array, tasks_left, tasks_room, submit, eligible, limit, time_min, deadline, user,
           association, qos, priority_threshold, no_reserve, ignores_max_time, whole_nodes, is_preempting, uses_licenses,
           borrows, reservations, reservation, het_group, reason, partitions] = w;
    archive(job, slurm_id, array_task, is_array, tasks_left, tasks_room, submit, eligible, limit, time_min, deadline, user,
            association, qos, priority_threshold, no_reserve, ignores_max_time, whole_nodes, is_preempting, uses_licenses,
            borrows, reservations, reservation, het_group, reason, partitions);
  }
};

/// A partition as it is now.
struct LivePartition {
  const PartitionSpec* spec = nullptr;
  PartitionState state = PartitionState::up;
  std::optional<std::chrono::minutes> max_time;  ///< absent: unlimited
  NodeSet nodes;
};

/// What became of an attempt to start.
enum class StartOutcome : std::uint8_t {
  started,
  nodes_busy,        ///< it would fit on emptier nodes, or victims have been told to go
  reservation_busy,  ///< nodes it could have are reserved, or those of its own reservation are not free
  policy,            ///< a limit
  not_available,     ///< a node it names is down or drained
  partition_config,  ///< node counts of partition, QOS and job exclude each other
  never,             ///< no node could ever run it here
};

/// `nodes` are those it started on. The rest of an array stays in the queue: `rest` is its record now.
struct StartAnswer {
  StartOutcome outcome = StartOutcome::nodes_busy;
  Reason reason = Reason::resources;
  JobId started{};
  std::optional<JobId> rest;
  std::string text{};  ///< of a refusal: what squeue shows in place of the Reason's word; mostly empty
};

/// What the advance reservations let a job have: see Controller::reserve_mask.
struct ReservationAnswer {
  bool usable = true;                   ///< false: not at that time
  std::chrono::seconds start{};         ///< not before
  bool masked = false;                  ///< nodes of the partition are others'
  bool narrows = false;                 ///< nodes have been taken from the candidates
  std::optional<std::chrono::seconds> next_end;  ///< of any reservation, at or after `start`
};

/// Licences by their place among those of the cluster, and how many.
using LicenseUse = std::vector<std::pair<std::uint32_t, std::int64_t>>;
/// What a plan that counts licences (bf_licenses) has to know of them.
struct LicensePlan {
  struct Held {
    std::chrono::seconds start{}, end{};  ///< of a running job: its start does not count
    LicenseUse licenses;
  };
  std::vector<std::int64_t> total;
  std::vector<Held> running, reserved;
};

/// The running jobs that a plan has to know because they hold whole nodes (bf_running_job_reserve).
struct WholeNodeRun {
  std::chrono::seconds end{};
  const NodeSet* nodes = nullptr;
};

/// A moment in the changes of pending jobs and of partitions.
struct QueueMark {
  std::uint64_t jobs = 0, partitions = 0;
};

/// One instant of slurmctld. All moments are whole seconds of slurmctld's clock, on which whole minutes are multiples
/// of 60 (the holder adds the offset of the simulation's zero). No verb takes time, and each applies at once.
class Controller {
 public:
  virtual ~Controller() = default;

  virtual std::chrono::seconds now() const = 0;

  /// Pending jobs in job list order: by Slurm's job id as first given. Held ones and others that cannot be considered
  /// may be left out if their Reason is set.
  virtual std::span<const JobId> pending() const = 0;
  /// Where pending() does not follow the list as it is now: whether the record of `a` stands before that of `b`. What is left
  /// of an array goes to the list's end with each task that leaves it.
  virtual bool is_listed_before(JobId /*a*/, JobId /*b*/) const { return false; }
  /// Valid until the job starts or ends; its contents follow what happens.
  virtual const WaitingJob& waiting(JobId job) const = 0;

  virtual std::span<const LivePartition> partitions() const = 0;
  /// Nodes that are up and not drained, busy or not.
  virtual const NodeSet& up() const = 0;
  /// Nodes that still clean up, or power up.
  virtual const NodeSet& completing() const = 0;
  /// The end of the last job that is still COMPLETING.
  virtual std::optional<std::chrono::seconds> last_completing() const { return std::nullopt; }

  /// A queue is about to be built, for a pass of the main loop or for a backfill cycle.
  enum class Loop : std::uint8_t { main, backfill };
  virtual void begins(Loop) {}

  /// Is it runnable: not held, begun, its dependencies met, its array below its limit, its previous run cleaned up?
  /// Stamps its eligible time. The Reason if not, which has been set. Called once a job when a queue is built, and again
  /// before a test.
  virtual std::optional<Reason> hindrance(JobId job) = 0;
  /// Limits, before nodes are looked for. The Reason if not.
  virtual std::optional<Reason> policy_before(JobId job, PartitionId partition) = 0;
  /// Limits, with the nodes of a plan.
  virtual std::optional<Reason> policy_of_plan(JobId job, PartitionId partition, const NodeSet& nodes,
                                               std::chrono::minutes limit) = 0;
  virtual bool licenses_short(JobId) { return false; }
  /// Only asked with bf_licenses.
  virtual LicensePlan license_plan() { return {}; }
  /// Those that are not kept for it by the reservation it is tried in.
  virtual LicenseUse licenses_wanted(JobId) { return {}; }
  /// Null: nobody is stopped for others.
  virtual const Preemption* preemption() const { return nullptr; }
  /// The job as that policy sees it in one of its partitions. Only asked where preemption is on.
  virtual PreemptParty preempt_party(JobId, PartitionId) const { return {}; }

  /// Which of the job's partitions is meant from here on, where one stands there twice.
  virtual void mean(JobId, std::uint32_t /*place*/) {}

  /// Narrows `candidates` to what the job allows by name, features and node minima. False: too few are left.
  virtual bool narrow(JobId job, PartitionId partition, NodeSet& candidates) = 0;
  /// Takes from `candidates` what advance reservations keep from the job if it starts at `start` for `limit`.
  virtual ReservationAnswer reserve_mask(JobId, PartitionId, std::chrono::seconds start,
                                         std::chrono::minutes /*limit*/, NodeSet& /*candidates*/) {
    ReservationAnswer answer;
    answer.start = start;
    return answer;
  }

  /// The job is tried in this reservation from now on, or outside of all.
  virtual void choose_reservation(JobId, std::optional<std::uint32_t> /*reservation*/) {}
  /// Reservations that a job may be tried in without having asked for one, the earliest first.
  virtual std::vector<std::uint32_t> magnetic_reservations(JobId) { return {}; }
  /// Whether the reservation that the job is tried in has fewer nodes of the partition than the job wants.
  virtual bool reservation_is_too_small(JobId, PartitionId) { return false; }
  /// Null: there is none of that number.
  /// Whether it has a MaxStartDelay.
  virtual bool reservation_may_be_late(std::uint32_t) const { return false; }
  virtual const NodeSet* nodes_of_reservation(std::uint32_t) const { return nullptr; }

  /// When the job would start on these candidates if running jobs end at their limits; `now()` or later. Writes the
  /// nodes to `chosen`, whose capacity is that of `candidates`.
  enum class Horizon : std::uint8_t { now_only, future };
  virtual std::optional<std::chrono::seconds> will_run(JobId job, PartitionId partition, const NodeSet& candidates,
                                                       Horizon horizon, NodeSet& chosen) = 0;
  /// Of a job that found no room on these candidates: whether that may be because of the jobs that are there. False: they
  /// would not do empty, either.
  virtual bool waits_for_jobs(JobId, PartitionId, const NodeSet& /*candidates*/) { return true; }
  /// CPUs that the last will_run() found for its job, which count for the job's size from then on.
  virtual std::int64_t planned_cpus() const { return 0; }
  /// The same answer is known for this job, with so many CPUs.
  virtual void note_planned(JobId, std::int64_t /*cpus*/) {}

  /// Starts the job, or the lowest task of an array's head, on some of the candidates: with all checks of a start. The
  /// run's time limit is `limit`.
  virtual StartAnswer try_start(JobId job, PartitionId partition, const NodeSet& candidates,
                                std::chrono::minutes limit) = 0;
  /// Gives a job that this instant has started another time limit.
  virtual void set_limit(JobId started, std::chrono::minutes limit) = 0;
  /// The nodes of a job that this instant has started.
  virtual const NodeSet& nodes_of(JobId started) const = 0;
  virtual bool may_be_preempted(JobId /*started*/) const { return false; }

  /// The components of a heterogeneous job that may be considered; nullopt: not all of them may.
  virtual std::optional<std::vector<JobId>> het_components(std::uint32_t /*group*/) const { return std::nullopt; }
  /// Another component could not start: this one, which this instant has started, waits again for a while.
  virtual void take_back(JobId /*started*/) {}

  /// Whether AllowQos or DenyQos of the partition keep the job out: its Reason, then, too.
  virtual bool keeps_qos_out(JobId /*job*/, PartitionId /*partition*/) { return false; }
  virtual void set_reason(JobId job, Reason reason) = 0;
  /// What squeue shows in place of its Reason's word, until the Reason changes; empty: the word.
  virtual void describe_reason(JobId, std::string_view /*text*/) {}
  /// Ends it: its deadline can no longer be met.
  virtual void end_for_deadline(JobId job) = 0;
  /// Holds it: it can never run (BadConstraints).
  virtual void hold_as_never(JobId job) = 0;

  /// Estimates and promises of the last cycle are void: no pending job has a StartTime, no node is PLANNED.
  virtual void clear_plans() = 0;
  /// The job's StartTime, without a promise.
  virtual void estimate(JobId job, PartitionId partition, std::chrono::seconds start) = 0;
  /// The job's StartTime and SchedNodeList; the nodes are PLANNED.
  virtual void plan(JobId job, PartitionId partition, std::chrono::seconds start, std::chrono::seconds end,
                    const NodeSet& nodes) = 0;

  /// While the number stays the same, so does every answer of will_run() to the same question for as long as it lies
  /// ahead, whatever `now` is, and every refusal of a job by try_start() for want of nodes; and neither leaves a trace.
  /// nullopt: unknown. Sort weights that tests leave beside GRES, reservations, preemption, runs beyond their limit that
  /// may go on for ever, and limits that policy_of_plan() tests with what the last will_run() chose make answers depend
  /// on more.
  virtual std::optional<std::uint64_t> state_version() const { return std::nullopt; }
  /// While the number stays the same, so do pending(), waiting() of each and partitions(). nullopt: unknown.
  virtual std::optional<std::uint64_t> queue_version() const { return std::nullopt; }
  /// Where the changes of pending jobs stand. nullopt: they depend on more, and are not followed.
  virtual std::optional<QueueMark> queue_mark() const { return std::nullopt; }
  /// Jobs that have become pending, have changed or are no longer pending since that mark, perhaps several times; of all
  /// others pending() and waiting() are the same, and hindrance() would find and do nothing. nullopt: not known, or
  /// partitions have changed. Valid until the next change.
  virtual std::optional<std::span<const JobId>> changed_since(const QueueMark&) const { return std::nullopt; }
  /// Whether it is one of pending(). Only asked of jobs that have changed.
  virtual bool is_pending(JobId) const { return true; }

  /// Running jobs that hold whole nodes and that nobody may preempt.
  virtual std::span<const WholeNodeRun> whole_node_runs() const { return {}; }
};

/// What happens between decisions.
enum class Happening : std::uint8_t {
  job_submitted,
  job_ended,             ///< the epilog of its last node is done
  job_cancelled,
  job_changed,           ///< modified, released, suspended; its dependency is met
  priorities_changed,
  node_usable,
  node_lost,
  partition_changed,
  reservation_changed,
  job_configured,        ///< its nodes have booted
  node_switched,         ///< an operator has its power switched
  job_refused,           ///< at submission, after it had been put down
};

/// slurmctld's scheduler as a state machine: it is told what happens, says when it wants to run next, and decides then.
class SchedulerLoops {
 public:
  virtual ~SchedulerLoops() = default;
  /// slurmctld starts; the beat of its backfill thread is so much behind that of its main loop.
  virtual void boot(Time now, Duration cycle_beat) = 0;
  virtual void on(Happening what, Time now) = 0;
  /// When run() wants to be called next; never before the last moment it was told of. Changes only with boot(), on() and
  /// run(). nullopt: not until something happens.
  virtual std::optional<Time> next_run() const = 0;
  /// Does what is due at `now`, at least one loop's work if next_run() <= now.
  virtual void run(Controller& controller, Time now) = 0;
  /// What it remembers from one run() to the next, saved or loaded. Between two runs.
  virtual void fields(Archive&) {}
};

/// Loops in the catalogue, chosen by SchedulerType=`name`; their options ride in SchedulerParameters.
struct LoopsEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<SchedulerLoops> (*make)(const Options&, const ClusterSpec&);
};

}  // namespace sluice
