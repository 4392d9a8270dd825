#pragma once
// The only code that changes the state of a simulation. Events and verbs come here; each change is checked, recorded
// in the fingerprint and told to the observers.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "policies/api/priority.hpp"
#include "policies/api/scheduler.hpp"
#include "simulator/core/event_queue.hpp"
#include "simulator/core/fingerprint.hpp"
#include "simulator/engine/accounts.hpp"
#include "simulator/engine/events.hpp"
#include "simulator/engine/holdings.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/engine/shapes.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/running_jobs.hpp"
#include "simulator/model/waiting_queue.hpp"

namespace sluice {

/// What the queue knows a waiting job by, beside its spec.
struct Standing {
  double priority = 0;
  Duration length{};  ///< how long the scheduler believes it would run
  bool is_queued = false;
  std::uint32_t number = 0;  ///< how many jobs had been given a place in the order when it was, itself included
};

/// Everything that changes while a simulation runs, but for the future events.
struct State {
  /// `limits` may be null.
  State(const Workload& workload, const ClusterSpec& spec, const LimitsEntry* limits);

  JobTable jobs;
  Cluster cluster;
  WaitingQueue queue;
  RunningJobs running;
  HoldingsTable holdings;
  std::unique_ptr<Accounts> accounts;  ///< null where the cluster has no accounting data
  std::int64_t pending = 0;            ///< jobs in state Pending, queued or not
  std::vector<JobId> set_aside;        ///< pending jobs that a limit keeps out of the queue, until something changes
  std::vector<Standing> standing;      ///< by job; valid once it has been queued
  std::uint32_t numbers_given = 0;
  std::vector<JobId> arrived;          ///< queued since the scheduler last ran
  /// Grows whenever resources come free: what did not fit at one value still does not fit at the same value.
  std::uint64_t release_epoch = 1;

  QueueKey key(JobId job) const { return {standing[job.index()].priority, jobs.spec(job).submit, job}; }
};

/// The waiting jobs as slurmctld's loops look at them, in place of State::queue. Told of each change after it was made.
class RecordKeeper {
 public:
  virtual ~RecordKeeper() = default;
  /// From now on the job may be considered.
  virtual void add(JobId job, Time now) = 0;
  /// It may no longer be considered: it starts, or is held or cancelled.
  virtual void remove(JobId job) = 0;
  virtual void job_started(JobId job, const Running& run) = 0;
  virtual void job_ended(JobId job, const Running& run) = 0;
  /// Priorities are to be computed anew.
  virtual void rescore(Time now) = 0;
};

class Apply {
 public:
  Apply(State& state, EventQueue<Event>& events, Fingerprint& fingerprint, const Shapes& shapes, Scheduler& scheduler,
        const Priority& priority, std::span<Observer* const> observers);

  /// Must outlive the simulation's run. With a keeper State::queue stays empty.
  void keep_records(RecordKeeper& keeper) { records_ = &keeper; }

  void reject(JobId job, Time now, Reason reason, std::string_view message);
  /// `waits_for`: why no partition takes it, whatever runs; it then stays out of the queue.
  void submit(JobId job, Time now, std::optional<Reason> waits_for);
  /// The scheduler's belief says when it is expected to end; the job's own limit ends it.
  void start(JobId job, Allocation&& allocation, Time now);
  /// It is expected to end at its limit, which is that of this run only. Its program begins `launch` later.
  void start_for(JobId job, Allocation&& allocation, Duration limit, Duration launch, Time now);
  /// The limit of the present run becomes another one.
  void change_limit(JobId job, Duration limit, Time now);
  void end(JobId job, EndState state, Time now);
  /// A pending job ends without having run.
  void drop(JobId job, EndState state, Time now);
  /// From now on the job does `rate` of its work per unit of time; its end moves accordingly. rate > 0.
  void set_rate(JobId job, double rate, Time now);
  void believe_longer(JobId job, Time now);
  void set_reason(JobId job, Reason reason);

  /// Takes a queued job out of the queue because of a limit.
  void set_aside(JobId job, Reason limit);
  /// Puts all jobs that were set aside back into the queue.
  void take_back(Time now);
  /// A scheduler is about to look at the pending jobs: where the number of those that gain age is limited, some begin
  /// to. O(1) where it is not, else O(pending).
  void look_at_pending(Time now);
  /// Decays and charges usage, and orders the queue anew. O(tree + running + queue).
  void priority_pass(Time now);

 private:
  void begin_run(JobId job, Allocation&& allocation, Duration expected, Duration limit,
                 Duration work, Time now);
  void tell_started(JobId job, Time now);
  void schedule_end(JobId job, Time now);
  void enqueue(JobId job, Time now);
  PendingJob view_of(JobId job);
  double checked(JobId job, double score) const;
  void tell_priority(const PendingJob& view, Time now, double priority) const;

  State& state_;
  EventQueue<Event>& events_;
  Fingerprint& fingerprint_;
  const Shapes& shapes_;
  Scheduler& scheduler_;
  const Priority& priority_;
  std::span<Observer* const> observers_;
  RecordKeeper* records_ = nullptr;
  std::vector<Observer*> followers_;  ///< of priorities; mostly none
};

/// How a job ends when nothing stops it.
EndState natural_end(const JobSpec& spec);

}  // namespace sluice
