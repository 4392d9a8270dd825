#pragma once
// Recorded main passes and backfill cycles held against those that Sluice's loops and selection make of the same state.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/scheduler/slurm/backfill_cycle.hpp"
#include "policies/scheduler/slurm/main_pass.hpp"
#include "tests/recordings/support/recorded_controller.hpp"
#include "tests/recordings/support/snapshot_check.hpp"

namespace sluice::recordings {

/// A pass is judged start by start, a cycle test by test; after each, what really happened is made the state.
struct DecisionComparison {
  Tally start;      ///< of the starts that either side made: those made by both, in the same pass or cycle
  Tally non_start;  ///< of the attempts that came to nothing: those that Sluice leaves, too
  Tally node;       ///< recorded starts on the same nodes
  Tally cpus;       ///< of those: with as many CPUs on each node
  Tally cores;      ///< of those, where cores are told apart: on the same cores
  Tally gpu;        ///< of those with known GPU indices: on the same GPUs
  Tally plan;       ///< recorded plans with the same start, end and nodes
  Tally pass;       ///< passes with the same starts, in the same order, on the same nodes
  Tally pass_with_starts;
  Tally test;       ///< backfill tests with the same result, times, nodes and retries
  /// Passes and tests that are repeated only if nodes of jobs that have just ended still clean up, which no row tells.
  std::size_t cleaning = 0;
  Tally order;      ///< cycles that test the same jobs in the same order
  std::vector<Difference> differences;
};

/// Follows a replay: see() wants each event after the replay and the book of priorities.
class DecisionCheck {
 public:
  DecisionCheck(const Replay& replay, const PriorityBook& priorities);

  void see(const Event& event);
  const DecisionComparison& result() const { return result_; }
  /// What became of attempts to start a job, of the last pass or test that was held against the log.
  const std::vector<StartAttempt>& attempts() const { return controller_.attempts(); }
  /// Whether it may not be considered now because of the reservation it asks for.
  bool waits_for_reservation(std::size_t job) { return controller_.waits_for_reservation(job); }
  /// What keeps the job out of a queue, or out of backfill, there.
  std::optional<Reason> partition_limit(std::size_t job, PartitionId partition) const {
    return controller_.partition_limit(job, partition);
  }
  std::optional<StartAnswer> qos_denial(std::size_t job, PartitionId partition) const {
    return controller_.qos_denial(job, partition);
  }
  std::optional<StartAnswer> refusal_at_submission(std::size_t job) { return controller_.refusal_at_submission(job); }
  const RecordedController& controller() const { return controller_; }
  std::vector<std::pair<std::size_t, std::int64_t>> take_placed() { return controller_.take_placed(); }

 private:
  /// The result that a test had.
  struct Result {
    enum class Kind : std::uint8_t { nothing, started, planned } kind = Kind::nothing;
    Seconds start{}, end{};
    NodeSet nodes;
    std::string retries;  ///< "later 240, overlap 300-600 339"
    bool operator==(const Result&) const = default;
  };
  /// A test of a recorded cycle.
  struct Test {
    const Decision* row = nullptr;
    std::size_t job = 0;
    PartitionId partition;
    std::uint32_t priority = 0;
    Result result;
    std::optional<RecordedStart> start;
    std::vector<RecordedStart> group_starts;  ///< of components of heterogeneous jobs, that the log has behind this test
    std::vector<RecordedPreemption> victims;
  };
  class Watch final : public scheduler::slurm::BackfillWatch {
   public:
    std::string retries;
    void tries_later(Second later) override;
    void overlaps(Second from, Second to, Second later) override;
  };

  void check_pass(const Decision& pass);
  /// What a main pass did.
  struct Outcome {
    std::vector<RecordedStart> starts;
    std::vector<RecordedPreemption> victims;
  };
  Outcome outcome_of(const Decision& pass) const;
  std::optional<RecordedPreemption> preemption_of(const Decision& row) const;
  /// Whether Sluice starts the same jobs on the same nodes.
  bool repeats(const Decision& pass, const Outcome& recorded, const NodeSet& completing);
  void tally_pass(const Decision& pass, const std::vector<RecordedStart>& recorded);
  void check_cycle(const Decision& cycle);
  std::vector<Test> read_tests(const Decision& cycle, bool& is_complete) const;
  void check_test(const Test& test, scheduler::slurm::BackfillCycle& cycle,
                  const scheduler::slurm::QueueRecord& record);
  /// What Sluice makes of the test. Its decision is in `cycle`, a start in the controller's attempts.
  Result decide(const Test& test, scheduler::slurm::BackfillCycle& cycle,
                const scheduler::slurm::QueueRecord& record);
  const Allocation* started() const;
  void set_priorities_of_groups(const std::vector<Test>& tests);
  void end_cycle(const std::vector<Test>& tests, Time at);
  void compare_group_starts(const std::vector<RecordedStart>& recorded, Time at);
  void force(const Test& test, scheduler::slurm::BackfillCycle& cycle, const scheduler::slurm::QueueRecord& record);
  /// After the cycle: its own starts may have brought the owners of later jobs to their limits.
  void check_order(const std::vector<Test>& tests, const std::vector<scheduler::slurm::QueueRecord>& queue, Time at);
  bool is_of(const StartAttempt& attempt, const RecordedStart& start) const;
  void compare_start(const RecordedStart& recorded, const Allocation* ours, Time at, std::string_view loop);
  std::string describe(const Result& result) const;
  std::string name(std::size_t job, PartitionId partition) const;
  void differ(Time at, std::string what, std::string recorded, std::string computed);

  const RecordedState& state_;
  RecordedController controller_;
  scheduler::slurm::Settings settings_;
  std::map<const Decision*, RecordedStart> starts_;  ///< by the row that tells of them
  Watch watch_;
  scheduler::slurm::HetRanks ranks_;
  scheduler::slurm::BackfillCycle cycle_;  ///< knows from cycle to cycle when heterogeneous jobs could start
  DecisionComparison result_;
};

}  // namespace sluice::recordings
