#pragma once
// A recorded slurmctld as the scheduling loops see it: they decide on the recorded state, and what really happened is
// what they get.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/limits.hpp"
#include "policies/api/preemption.hpp"
#include "policies/api/selection.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/partition_rules.hpp"
#include "simulator/model/cluster.hpp"
#include "tests/recordings/support/priority_book.hpp"
#include "tests/recordings/support/recorded_allocation.hpp"
#include "tests/recordings/support/recorded_arrays.hpp"
#include "tests/recordings/support/recorded_reservations.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// A start that the log tells of.
struct RecordedStart {
  std::size_t job = 0, run = 0;
  PartitionId partition;
};

/// A running job that the log has stopped for another one.
struct RecordedPreemption {
  std::size_t victim = 0;
  std::size_t record = 0;  ///< of the job it went for; of an array: its head
};

/// What Sluice would have done at an attempt to start a job.
struct StartAttempt {
  JobId job;  ///< of an array: its head
  PartitionId partition;
  StartOutcome outcome = StartOutcome::nodes_busy;
  Reason reason = Reason::resources;     ///< of a refusal
  std::string text;                      ///< of a refusal: what squeue shows in place of its word
  std::optional<Allocation> allocation;  ///< of a start
  std::vector<JobId> victims;            ///< who would have to go first
  bool was_recorded = false;             ///< the job did start there
};

/// Follows a replay by see(); a JobId is the row of RecordedState::jobs. open() begins a pass or cycle; then the loops
/// may ask. try_start() answers what the recording says and keeps what Sluice says in attempts().
class RecordedController final : public Controller {
 public:
  RecordedController(const RecordedState& state, const PriorityBook& priorities);

  void see(const Event& event);

  /// At this moment, with these starts and victims still to come in the pass, or by the test at hand.
  void open(Time at, std::vector<RecordedStart> starts, std::vector<RecordedPreemption> victims = {});
  void expect(std::vector<RecordedStart> starts, std::vector<RecordedPreemption> victims) {
    expected_ = std::move(starts);
    expected_victims_ = std::move(victims);
  }
  /// A cycle looks at the clock again for each job that it tests.
  void look_at_clock(Time at) { now_ = floor_seconds(at); }
  const std::vector<StartAttempt>& attempts() const { return attempts_; }
  void forget_attempts() { attempts_.clear(); }
  /// Applies a recorded start that no attempt has led to.
  void start(const RecordedStart& what);
  /// Stops those victims that no attempt has stopped.
  void stop_expected_victims();
  /// What attempts change but for starts.
  struct Mark {
    std::size_t victims = 0;
    std::map<std::size_t, std::chrono::seconds> graces, told;
    NodeSet left;
  };
  Mark mark() const { return {gone_.size(), graces_, told_, left_}; }
  void rewind(const Mark& mark);
  /// As if open() had just been called: nothing has started, and these nodes still clean up.
  void start_over(std::vector<RecordedStart> starts, std::vector<RecordedPreemption> victims,
                  const NodeSet& completing);
  void set_completing(const NodeSet& nodes) { completing_ = nodes, completing_ |= left_; }
  /// The record a job is part of: that of its array while it has not split off.
  std::size_t record_of(std::size_t job) const { return arrays_.record_of(job); }
  const RecordedArrays& arrays() const { return arrays_; }
  /// Sets of nodes that may still clean up after jobs that have just ended: those of each job, all, each alone. When
  /// epilogs were done is not recorded; those of jobs that were killed come up to KillWait later.
  std::vector<NodeSet> may_be_completing(Time at) const;
  /// Nodes whose epilog certainly runs.
  NodeSet still_cleaning(Time at) const;
  const RecordedAllocation& allocation_of(std::size_t job) const { return jobs_[job].held; }
  /// Records that tests have placed since, and on how many CPUs.
  std::vector<std::pair<std::size_t, std::int64_t>> take_placed() { return std::exchange(placed_, {}); }
  /// As the log has it.
  void set_priority(std::size_t job, PartitionId partition, std::uint32_t priority);
  bool is_pending(std::size_t job) const { return jobs_[job].is_pending; }
  bool waits_for_reservation(std::size_t job);
  /// What the test of its submission, now, says of the nodes: not_available or reservation_busy, or nothing.
  std::optional<StartAnswer> refusal_at_submission(std::size_t job);
  std::optional<Reason> partition_limit(std::size_t job, PartitionId partition) const;
  std::optional<StartAnswer> qos_denial(std::size_t job, PartitionId partition) const;
  bool is_running(std::size_t job) const { return jobs_[job].is_running; }
  bool is_paused(std::size_t job) const { return jobs_[job].paused_since.has_value(); }
  PreemptMode::Action action_on(std::size_t job) const;
  const Cluster& cluster() const { return cluster_; }
  /// The nodes whose GRES, CPUs or memory a running job holds, for messages.
  std::string running_on(const NodeSet& nodes) const;
  const ClusterSpec& cluster_spec() const { return state_.inputs->cluster; }

  std::chrono::seconds now() const override { return now_; }
  std::span<const JobId> pending() const override { return pending_; }
  const WaitingJob& waiting(JobId job) const override { return jobs_[job.index()].waiting; }
  std::span<const LivePartition> partitions() const override { return partitions_; }
  const NodeSet& up() const override { return up_; }
  const NodeSet& completing() const override { return completing_; }
  void begins(Loop loop) override { loop_ = loop; }
  std::optional<Reason> hindrance(JobId job) override;
  const Preemption* preemption() const override { return preemption_.get(); }
  PreemptParty preempt_party(JobId job, PartitionId partition) const override;
  bool may_be_preempted(JobId started) const override;
  void choose_reservation(JobId job, std::optional<std::uint32_t> reservation) override {
    jobs_[job.index()].waiting.reservation = reservation;
  }
  ReservedJob reserved_by(JobId job, const Demand& wanted, PartitionId partition, const NodeSet& nodes, std::chrono::minutes limit) const;
  bool reservation_may_be_late(std::uint32_t reservation) const override;
  const NodeSet* nodes_of_reservation(std::uint32_t reservation) const override;
  ReservationAnswer reserve_mask(JobId job, PartitionId partition, std::chrono::seconds start,
                                 std::chrono::minutes limit, NodeSet& candidates) override;
  bool keeps_qos_out(JobId job, PartitionId partition) override;
  std::optional<Reason> policy_before(JobId job, PartitionId partition) override;
  std::optional<Reason> policy_of_plan(JobId job, PartitionId partition, const NodeSet& nodes,
                                       std::chrono::minutes limit) override;
  bool narrow(JobId job, PartitionId partition, NodeSet& candidates) override;
  std::optional<std::chrono::seconds> will_run(JobId job, PartitionId partition, const NodeSet& candidates,
                                               Horizon horizon, NodeSet& chosen) override;
  StartAnswer try_start(JobId job, PartitionId partition, const NodeSet& candidates,
                        std::chrono::minutes limit) override;
  std::optional<std::vector<JobId>> het_components(std::uint32_t group) const override;
  bool waits_for_jobs(JobId job, PartitionId partition, const NodeSet& candidates) override;
  void set_limit(JobId, std::chrono::minutes) override {}
  const NodeSet& nodes_of(JobId started) const override { return jobs_[started.index()].nodes; }
  void set_reason(JobId job, Reason reason) override { jobs_[job.index()].waiting.reason = reason; }
  void end_for_deadline(JobId) override {}
  void hold_as_never(JobId) override {}
  void clear_plans() override {}
  void estimate(JobId, PartitionId, std::chrono::seconds) override {}
  void plan(JobId, PartitionId, std::chrono::seconds, std::chrono::seconds, const NodeSet&) override {}
  std::optional<std::uint64_t> state_version() const override;

 private:
  struct Tracked {
    WaitingJob waiting;
    bool is_pending = false;
    bool is_running = false;
    RecordedAllocation held;
    const Run* run = nullptr;      ///< the one that holds it; a replay may not have come to its start yet
    std::uint32_t allocation = 0;  ///< row of the cluster
    NodeSet nodes;
    accounting::Party party;
    accounting::TresRow tres;
    double priority = 0;  ///< with which it started
    Seconds suspended{};  ///< so far, without the suspension that still lasts
    std::optional<Seconds> paused_since;
  };

  void see(const JobSubmitted& it, Time at);
  void see(const RunStarted& it, Time at);
  void see(const JobRequeued& it, Time at);
  void see(const JobDropped& it, Time);
  void see(const JobHeldBack& it, Time);
  void see(const OperatorActed& it, Time at);
  void see(const JobPaused& it, Time at);
  void see(const JobWentOn& it, Time at);
  template <class Other>
  void see(const Other&, Time) {}

  void describe(std::size_t job);
  void suspend(std::size_t job, Seconds now);
  void resume(std::size_t job, Seconds now);
  /// Anew, as it or its partitions have changed.
  void describe_again(std::size_t job);
  void change_partitions();
  void change_nodes();
  accounting::Applicant applicant(std::size_t job) const;
  std::optional<StartAnswer> denial(JobId job, PartitionId partition) const;
  void queue(std::size_t job);
  void sort_pending();
  void follow_array(std::size_t job);
  void forget(std::size_t job);
  void take(std::size_t job, const Run& run);
  void update_priorities();
  const Demand* demand(std::size_t job, PartitionId partition) const;
  SelectionJob selection_job(JobId job, PartitionId partition) const;
  void count_nodes(const Tracked& job, PartitionId partition);
  void give_back(std::size_t job);
  void end(const RunEnded& it, const Event& event);
  LimitedJob limited(JobId job, PartitionId partition) const;
  accounting::Party party(std::size_t job, PartitionId partition) const;
  accounting::TresRow tres_of(const Allocation& allocation) const;
  const std::vector<RunningJob>& running();
  double priority(std::size_t job, PartitionId partition) const;
  PreemptParty running_party(std::size_t job) const;
  std::vector<Preemptable> preemptable(std::size_t job, PartitionId partition);
  /// Sluice's victims get their grace, the recorded ones go.
  void preempt_for(std::size_t record, const std::vector<JobId>& victims);
  void stop(const RecordedPreemption& what);
  ReservationTest reserved(JobId job, const Demand& wanted, PartitionId partition, std::chrono::minutes limit);
  bool lacks_nodes(JobId job, PartitionId partition, const Demand& wanted, const NodeSet& unreserved);
  StartAttempt attempt(JobId job, PartitionId partition, const NodeSet& candidates, std::chrono::minutes limit);

  const RecordedState& state_;
  const PriorityBook& priorities_;
  Cluster cluster_;
  std::unique_ptr<Selection> selection_;
  accounting::Ledger ledger_;
  accounting::Usage usage_;  ///< with the starts of the pass at hand
  std::unique_ptr<LimitPolicy> limits_;
  std::unique_ptr<Preemption> preemption_;  ///< null: none
  RecordedArrays arrays_;
  std::vector<LivePartition> partitions_;
  RecordedReservations reservations_;
  NodeSet up_, completing_;
  bool has_core_reservations_ = false;
  bool tells_cores_apart_ = false;
  std::optional<CoreSet> excluded_cores_;  ///< for the job at hand: those of reservations
  NodeSet counted_;  ///< of the job at hand: nodes that limits of its groups count already
  std::vector<Tracked> jobs_;
  std::map<std::string, std::uint32_t> het_groups_;  ///< by the name of the first component
  std::vector<std::uint32_t> list_place_;  ///< by record, from 1; 0: not there yet
  std::uint32_t last_place_ = 0;
  std::deque<Demand> demands_;
  std::vector<JobId> pending_;
  std::vector<RunningJob> running_;
  bool running_is_sorted_ = false;
  std::uint64_t version_ = 0;  ///< changes with every event and start
  std::chrono::seconds now_{};
  std::vector<RecordedStart> expected_, applied_;
  std::vector<RecordedPreemption> expected_victims_, gone_;
  std::map<std::size_t, std::chrono::seconds> graces_;  ///< of running victims: when they have to be gone
  std::map<std::size_t, std::chrono::seconds> told_;    ///< by record: when others were last told to go for it
  NodeSet left_;                                        ///< by victims, at this instant
  Mark opened_;
  struct EndedRun {
    Time at{};
    NodeSet nodes;
    bool was_killed = false;
  };
  std::vector<EndedRun> ended_;
  std::vector<StartAttempt> attempts_;
  Allocation tested_;  ///< of the last will-run test
  std::vector<std::pair<std::size_t, std::int64_t>> placed_;
  std::uint32_t lowest_basic_ = 0;
  Loop loop_ = Loop::main;
};

}  // namespace sluice::recordings
