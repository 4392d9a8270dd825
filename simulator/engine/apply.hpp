#pragma once
// The only code that changes the state of a simulation. Events, verbs and commands come here; each change is checked,
// recorded in the fingerprint and told to the observers.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/api/priority.hpp"
#include "policies/api/scheduler.hpp"
#include "simulator/core/event_queue.hpp"
#include "simulator/core/fingerprint.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/clockwork.hpp"
#include "simulator/engine/events.hpp"
#include "simulator/engine/gang.hpp"
#include "simulator/engine/holdings.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/engine/record_keeper.hpp"
#include "simulator/engine/shapes.hpp"
#include "simulator/engine/state.hpp"

namespace sluice {

class Apply {
 public:
  Apply(State& state, EventQueue<Event>& events, Fingerprint& fingerprint, const Shapes& shapes, Admission& admission,
        Scheduler& scheduler, const Priority& priority, const Placement* placement, Clockwork clockwork,
        std::span<Observer* const> observers);

  /// Must outlive the simulation's run. With a keeper State::queue stays empty.
  void keep_records(RecordKeeper& keeper) { records_ = &keeper; }
  /// Must outlive the simulation's run: says who runs of those that share cores.
  void use_gang(Gang& gang) { gang_ = &gang; }
  /// The next time slice begins.
  void take_turns(Time now) { obey(gang_->slice(), now); }

  void reject(JobId job, Time now, Reason reason, std::string_view message);
  void submit(JobId job, Time now);
  /// The scheduler's belief says when it is expected to end; the job's own limit ends it.
  void start(JobId job, Allocation&& allocation, Time now);
  enum class NodesAre : std::uint8_t { up, booting };
  /// It is expected to end at its limit, which is that of this run only. Its program begins `launch` later, once its nodes
  /// are up: where they boot, that is told by configured().
  void start_for(JobId job, Allocation&& allocation, Duration limit, Duration launch, NodesAre nodes, Time now);
  /// The nodes of a job that was started have booted: its run begins now. Source: job_mgr.c, job_config_fini.
  void configured(JobId job, Time now);
  /// Whatever the queue, limits and dependencies say. It is pending; its own limit ends it.
  void start_as_told(JobId job, Allocation&& allocation, Time now);
  void end(JobId job, EndState state, Time now);
  /// The nodes of a job's last run are clean. Under slurmctld's loops those that depend on its end are told then.
  /// Source: IS_JOB_COMPLETED in job_scheduler.c, test_job_dependency.
  void completed(JobId job, Time now);
  /// A running job whose end event came ends, or waits again as RequeueExit and RequeueExitHold want.
  void finish(JobId job, Time now);
  /// From now on the job does `rate` of its work per unit of time; its end moves accordingly. rate > 0.
  void set_rate(JobId job, double rate, Time now);
  void believe_longer(JobId job, Time now);
  void set_reason(JobId job, Reason reason);
  /// See Observer::reason_described.
  void describe_reason(JobId job, std::string_view text) const;
  void set_eligible(JobId job, std::optional<Time> since);
  /// Whether a running job whose end event came has done its work, and how it ends if so; else it met its limit.
  EndState end_due(JobId job, Time now) const;

  // --- Pending jobs (apply_queue.cpp)

  /// From then on a pending job could not end before its deadline; nullopt: it has none.
  std::optional<Time> too_late_at(JobId job) const;
  /// A moment has come that the job waited for.
  void wake(JobId job, Time now);
  /// Looks at the pending jobs whose dependencies or array slots have changed since. True: there are new ones in the
  /// queue. Not during a pass of the scheduler.
  bool look_again(Time now);
  /// A pending job ends without having run.
  void drop(JobId job, EndState state, Time now);
  /// Takes a queued job out of the queue because of a limit.
  void set_aside(JobId job, Reason limit);
  /// Puts all jobs that were set aside back into the queue.
  void take_back(Time now);
  /// A scheduler is about to look at the pending jobs: where the number of those that gain age is limited, some begin
  /// to. O(1) where it is not, else O(pending).
  void look_at_pending(Time now);
  /// To observers that follow the job: what its priority is, and its terms.
  void tell_priority(const PendingJob& view, Time now, double priority) const;
  /// Decays and charges usage, and orders the queue anew. O(tree + running + queue).
  void priority_pass(Time now);

  // --- What operators and preemption do to jobs (apply_orders.cpp). Callers look_again() afterwards.

  /// Pending jobs do not start, running ones are not touched, until release().
  void hold(JobId job, Hold by, Time now);
  void release(JobId job, Time now);
  /// A pending job that no node could ever run is held, with the Reason BadConstraints.
  void hold_as_never(JobId job);
  /// Pending or running: it ends. Others are left alone.
  void cancel(JobId job, Time now);
  /// A running job waits again, from the beginning and for two minutes at least; `run` is how its run ends.
  void requeue(JobId job, EndState run, Time now);
  /// Likewise a job that has ended, whatever it waited for before is as it stands now.
  void requeue_ended(JobId job, Time now);
  /// Whether it can be requeued: --requeue, JobRequeue.
  bool is_requeueable(JobId job) const;
  /// A job that has to go is requeued if that can be, else it ends; `state` is what becomes of the run.
  void requeue_or_end(JobId job, EndState state, Time now);
  /// A preempted job goes. `action` is not off.
  void preempt(JobId job, PreemptMode::Action action, Time now);
  /// As its own PreemptMode says; cancelled where it has none.
  void preempt_as_told(JobId job, Time now);
  /// It does no work and keeps what it has; under slurmctld's loops its cores are for others meanwhile, and may be in use
  /// when it resumes.
  void suspend(JobId job, Time now);
  void resume(JobId job, Time now);
  /// The limit of the present run becomes another one.
  void change_limit(JobId job, Duration limit, Time now);
  void throttle(ArrayId array, std::optional<std::int64_t> limit);
  /// A pending job gets another description, and its place anew. The message if accounting refuses it; then nothing has
  /// changed.
  std::optional<std::string> alter(JobId job, const JobSpec& spec, Time now);

  // --- Nodes and partitions (apply_nodes.cpp). Callers look_again() afterwards.

  /// Closes or opens the node accordingly.
  void change_node(NodeId node, const NodeStatus& status, Time now);
  /// Jobs on the node are requeued or end; under --no-kill they go on without it.
  void fail_jobs_on(NodeId node, Time now);
  /// A running job gives back these nodes, but not all of its own, and goes on. One whose batch host is among them fails.
  /// Source: job_mgr.c, excise_node_from_job; recordings.
  void shrink(JobId job, const NodeSet& gone, Time now);
  /// Whether the job names it.
  bool may_run_in(JobId job, PartitionId partition) const;
  void set_partition(PartitionId partition, PartitionState state, Time now);
  /// The request that jobs have in place of another, which means the same.
  void rename_requests(std::span<const std::pair<RequestId, RequestId>> named);
  /// Whether a pending or running job is in the partition.
  bool is_in_use(PartitionId partition) const;
  /// Jobs that run in the partition may exceed their limits for another time than before.
  void change_over_time(PartitionId partition, Time now);
  /// Other partitions go first where jobs take turns.
  void follow_tiers(Time now);

 private:
  enum class Mark : std::uint64_t { rejected = 1, submitted, started, ended, dropped, requeued, shrunk };
  void record(Mark what, JobId job);
  struct Terms {
    Duration expected{}, limit{}, work{};
    Duration launch{};  ///< of `work`, at its beginning
    NodesAre nodes = NodesAre::up;
  };
  void begin_run(JobId job, Allocation&& allocation, const Terms& terms, Time now);
  void tell_started(JobId job, Time now);
  void change_run(JobId job, const Running& before);
  void pause(JobId job, Time now);
  void go_on(JobId job, Time now);
  void begin_anew(JobId job, Time now);
  ClosedRun closed_run(JobId job, EndState state) const;
  bool goes_on_without_node(JobId job) const;
  void obey(const std::vector<Gang::Order>& orders, Time now);
  void join_gang(JobId job, Time now);
  void schedule_end(JobId job, Time now);
  void schedule_deadline(JobId job, Time now);
  void count_work(Running& running, Time now) const;
  enum class Stop : std::uint8_t { for_good, to_wait };
  const Allocation& stop(JobId job, Stop how, EndState end_state, Time now);
  void count_run(JobId job, const Running& run, const Allocation& allocation, EndState end_state, Time now);
  Duration over_time(JobId job) const;
  enum class SentBack : std::uint8_t { no, to_wait, to_be_held };
  SentBack sent_back(JobId job, EndState end) const;

  bool consider(JobId job, Time now);
  void keep_out(JobId job, Reason reason);
  void leave_line(JobId job);
  void enter_line(JobId job, Time now);
  void enqueue(JobId job, Time now);
  void change_recorded_node(NodeId node, const NodeStatus& status);
  void readmit_barred(Time now);
  void bar_unreachable();
  std::optional<Reason> bar(JobId job) const;
  std::vector<PartitionId> partitions_of(RequestId request) const;
  PendingJob view_of(JobId job);
  double checked(JobId job, double score) const;

  State& state_;
  EventQueue<Event>& events_;
  Fingerprint& fingerprint_;
  const Shapes& shapes_;
  Admission& admission_;
  Scheduler& scheduler_;
  const Priority& priority_;
  const Placement* placement_;  ///< null where slurmctld's loops decide
  const Clockwork clockwork_;
  std::span<Observer* const> observers_;
  RecordKeeper* records_ = nullptr;
  Gang* gang_ = nullptr;              ///< where jobs take turns
  std::vector<Observer*> followers_;  ///< of priorities; mostly none
};

/// How a job ends when nothing stops it.
EndState natural_end(const JobSpec& spec);

}  // namespace sluice
