#pragma once
// A cycle of slurmctld's backfill scheduler: starts what is in nobody's way, and plans the rest.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/scheduler/slurm/answer_memo.hpp"
#include "policies/scheduler/slurm/het_starts.hpp"
#include "policies/scheduler/slurm/plan_table.hpp"
#include "policies/scheduler/slurm/queue.hpp"
#include "policies/scheduler/slurm/settings.hpp"
#include "policies/scheduler/slurm/slot_notes.hpp"

namespace sluice::scheduler::slurm {

/// Told of a cycle's steps as slurmctld logs them with DebugFlags=Backfill.
class BackfillWatch {
 public:
  using Second = std::chrono::seconds;
  virtual ~BackfillWatch() = default;
  virtual void tested(const QueueRecord&) {}
  virtual void tries_later(Second /*later*/) {}
  virtual void overlaps(Second /*from*/, Second /*to*/, Second /*later*/) {}
};

/// What came of one record. Of a start and of a plan, `start` is the moment and `end` where its limit ends, for a plan
/// rounded down to the resolution.
struct BackfillDecision {
  enum class Kind : std::uint8_t {
    skipped,    ///< not tested, or no start was found
    started,
    planned,    ///< its nodes are promised to it
    estimated,  ///< it will start then, but nothing is promised
  };
  Kind kind = Kind::skipped;
  std::chrono::seconds start{}, end{};
  std::optional<JobId> rest;  ///< of an array of which a task has started: its record now
  bool closes_nodes = false;  ///< a started job keeps others from its nodes in the plan
  LicenseUse licenses{};      ///< that the plan loses to it
};

/// A cycle that starts nothing depends on `now` only where the moment is compared with others: ends of slots and begins of
/// slots less the job's length, starts of plans, ends of runs, and the table's own begin and end, which move with it by
/// whole steps. Each comparison says until when it comes out the same; until the first of these moments, with the same
/// queue and the same runs, the next cycle would make the same plans, and is left out. Jobs with deadlines, licences or
/// --switches, and bounds on age, depend on more: their cycles are always made.
///
/// Looks at the jobs in the order of the queue. Each gets the earliest start that the test finds beside the running
/// jobs and what was promised to those before it in the cycle.
/// Source: slurmctld's backfill.c; slurm.conf(5) SchedulerParameters bf_*.
class BackfillCycle {
 public:
  using Second = std::chrono::seconds;

  explicit BackfillCycle(const BackfillSettings& settings, BackfillWatch* watch = nullptr,
                         HetRanks* ranks = nullptr)
      : settings_{settings}, watch_{watch},
        queue_{settings.het_priority, QueueUse::backfill, QueueOrder::sorted, settings.shortcuts, ranks} {}

  /// A whole cycle. Heterogeneous jobs start at its end, or with bf_hetjob_immediate as soon as their last component can.
  /// One that would do what the last one did, which was nothing that lasts, is left out.
  void run(Controller& controller);

  /// The same step by step, for who wants to look on: begin(), then for each record decide() and carry_out(), until
  /// is_over(). decide() starts what can start; only carry_out() changes the plan. end() starts heterogeneous jobs.
  void begin(Controller& controller);
  void end(Controller& controller) {
    if (!settings_.het_immediate) start_groups(controller);
  }
  QueueRecords queue() const { return queue_.records(); }
  BackfillDecision decide(Controller& controller, const QueueRecord& record);
  /// `nodes`: those of the start or the plan.
  void carry_out(Controller& controller, const QueueRecord& record, const BackfillDecision& decision,
                 const NodeSet& nodes);
  /// Whether the record has more tasks to be looked at after that decision.
  bool has_next_task(Controller& controller, const QueueRecord& record, const BackfillDecision& decision) const;
  bool is_over() const;
  /// The nodes of the last decision.
  const NodeSet& nodes() const { return chosen_; }
  const PlanTable& table() const { return table_; }
  std::int64_t tests() const { return tests_; }
  std::int64_t starts() const { return starts_; }
  /// What the cycle has cost so far, its pauses (bf_yield_interval) included.
  Duration cost() const;

 private:
  struct Lengths {
    std::chrono::minutes placement{}, run{};
  };
  /// One record while it is looked at.
  struct Attempt {
    const QueueRecord& record;
    const WaitingJob& job;
    const LivePartition& partition;
    Lengths lengths;
    Second now{};
    bool now_only = false;
    LicenseUse licenses{};  ///< that the plan has to have for it
  };
  struct Estimate {
    Second start{};
    PartitionId partition;
  };
  struct Count {
    std::vector<std::int64_t> of;
    bool is_full(std::size_t row, std::int64_t most);
    void add(std::size_t row);
  };

  void look_at_all(Controller& controller);
  std::optional<JobId> job_of(std::uint32_t slot) const;
  void start_groups(Controller& controller);
  bool would_repeat(const Controller& controller) const;
  /// The cycle would be another one from `at` on.
  void is_same_until(Second at) { same_until_ = std::min(same_until_, at); }
  /// The first moment whose cycle has a table that goes beyond this one.
  Second reached_by_table(Second at) const { return floor(at) + settings_.resolution - settings_.window; }
  void note_promise(Second begin, Second end);
  std::optional<BackfillDecision> look_at(Controller& controller, const QueueRecord& record);
  void plan_licenses(Controller& controller);
  bool was_rejected(const WaitingJob& job, const QueueRecord& record) const;
  bool exceeds_counts(const WaitingJob& job, PartitionId partition);
  bool may_start_now_only(Controller& controller, const QueueRecord& record, const WaitingJob& job) const;
  Lengths lengths(Controller& controller, const WaitingJob& job, const LivePartition& partition, Second now) const;
  BackfillDecision search(Controller& controller, const Attempt& attempt);
  /// A start or a plan no earlier than `from`; nullopt: try again from `later`, if there is such a moment.
  std::optional<BackfillDecision> search_from(Controller& controller, const Attempt& attempt, Second from,
                                              std::optional<Second>& later);
  /// When the job fits on the candidates, and into chosen_ where.
  std::optional<Second> will_run(Controller& controller, const Attempt& attempt);
  std::optional<BackfillDecision> start(Controller& controller, const Attempt& attempt, StartAnswer& answer);
  Second after_limit(const Attempt& attempt, const StartAnswer& answer, std::optional<Second> later);
  void note_component(Controller& controller, const Attempt& attempt, Second at);
  bool knows_all(Controller& controller, std::uint32_t group) const;
  /// Starts the heterogeneous job if all its components can start now.
  void start_group(Controller& controller, std::uint32_t group);
  void start_components(Controller& controller, std::uint32_t group);
  bool has_started_enough() const { return settings_.max_starts != 0 && starts_ >= settings_.max_starts; }
  BackfillDecision settle(Controller& controller, const Attempt& attempt, Second at);
  std::chrono::minutes final_limit(const Attempt& attempt, const NodeSet& nodes) const;
  void count_array_plan(Controller& controller, const QueueRecord& record);
  void note_estimate(Controller& controller, const QueueRecord& record, const BackfillDecision& decision,
                     const NodeSet& nodes);
  Second floor(Second at) const { return at / settings_.resolution * settings_.resolution; }
  Second ceil(Second at) const { return floor(at + settings_.resolution - Second{1}); }

  BackfillSettings settings_;
  BackfillWatch* watch_;
  Queue queue_;
  PlanTable table_;
  NodeSet candidates_, chosen_;
  NodeSet unreserved_;  ///< of the partition, at hand: what reservations leave
  AnswerMemo memo_;
  HetStarts het_starts_;
  std::map<std::uint32_t, Second> qos_blocked_until_;  ///< with assoc_limit_stop, in this cycle
  Second begun_{};
  std::int64_t tests_ = 0, starts_ = 0;
  SlotNotes<std::optional<JobId>> job_now_;  ///< of slots whose job is another one now; absent: it has started, or ended
  SlotNotes<Estimate> estimates_;            ///< the earliest
  Count of_user_, of_association_, of_partition_, of_user_in_partition_, planned_of_partition_;

  /// What a later cycle must find unchanged to be the same as this one.
  struct Versions {
    std::uint64_t state = 0, queue = 0;
    bool operator==(const Versions&) const = default;
  };
  static std::optional<Versions> versions(const Controller& controller);
  std::optional<Versions> repeatable_;  ///< absent: the last cycle has changed something, or depends on more
  bool may_repeat_ = false;
  Second same_until_{};

  struct Rejected {
    std::uint32_t array = 0;
    PartitionId partition;
    std::optional<std::uint32_t> reservation;
    std::uint32_t slot = 0;
  };
  std::optional<Rejected> rejected_;  ///< the array whose task was rejected last
  /// How often tasks of the array that was planned last have been, through all its partitions.
  struct ArrayPlans {
    std::uint32_t array = 0;
    std::int64_t count = 0;
  };
  std::optional<ArrayPlans> array_plans_;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> last_tested_;  ///< slot and place of the record
};

}  // namespace sluice::scheduler::slurm
