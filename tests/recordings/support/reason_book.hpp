#pragma once
// Why each pending job of a recording waits, as slurmctld must have put it down: the Reason of the last main pass or
// backfill cycle that tested the job, with the limits that Sluice's own policy says.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/api/limits.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/model/reason.hpp"
#include "tests/recordings/support/decision_check.hpp"
#include "tests/recordings/support/free_nodes.hpp"
#include "tests/recordings/support/priority_book.hpp"
#include "tests/recordings/support/recorded_arrays.hpp"
#include "tests/recordings/support/recorded_dependencies.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// A Reason and since when the job has it.
struct ReasonMoment {
  Time since{};
  Reason reason = Reason::none;
  std::string text;  ///< what squeue shows in place of its word, where that is known
};

/// Follows a replay. before() must see each event before the replay applies it: a main pass tests the jobs that stand
/// before the one it starts next with what runs without it. After it, see().
///
/// Which jobs a pass could not place is not in a log: of one that no limit stops and that was not started Sluice's own
/// attempt says why; where it made none, it is taken to have found no room, and blocks its partition.
class ReasonBook {
 public:
  /// `decisions` sees each event before the book does.
  ReasonBook(const RecordedState& state, const PriorityBook& priorities, DecisionCheck& decisions);

  void before(const Event& event);
  void see(const Event& event);
  /// Ascending; the first is that of the submission.
  const std::vector<ReasonMoment>& history(std::size_t job) const { return history_[job]; }

 private:
  /// A job in one of its partitions.
  struct Record {
    std::size_t job = 0;
    PartitionId partition;
    double priority = 0;
  };
  /// A main pass or a backfill cycle that still runs: the records it has yet to test.
  struct OpenPass {
    Time at{};
    bool is_backfill = false;
    std::vector<Record> queue;
    std::size_t next = 0;
    std::vector<PartitionId> failed;
    std::vector<std::string> failed_reservations;
  };

  void see(const JobSubmitted& it, Time at);
  void see(const MainPass& it, Time at);
  void see(const BackfillCycle& it, Time at);
  void see(const JobTested& it, Time at);
  void see(const JobPlanned& it, Time at);
  void see(const RunStarted& it, Time at);
  void see(const RunEnded& it, Time at);
  void see(const JobRequeued& it, Time at);
  void see(const OperatorActed& it, Time at);
  void see(const JobHeldBack& it, Time at);
  void see(const JobNeverRuns& it, Time at);
  template <class Other>
  void see(const Other&, Time) {}

  std::vector<Record> build_queue(Time at);
  std::optional<Reason> not_runnable(std::size_t job, Time at);
  void test_until(std::optional<std::size_t> job);
  void test(const Record& record, OpenPass& pass);
  std::optional<Reason> limit_before_nodes(const Record& record, Time at);
  const StartAttempt* nodes_withheld(const Record& record) const;
  std::optional<Reason> limit_with_nodes(const Record& record, Time at);
  bool is_exclusive(const Record& record) const;
  LimitedJob limited(const Record& record) const;
  void set(std::size_t job, Reason reason, Time at, const std::string& text = {});
  Reason reason(std::size_t job) const;
  accounting::Party party(std::size_t job, PartitionId partition) const;
  std::vector<NodeRun> runs_of(const std::string& nodes) const;

  const RecordedState& state_;
  const PriorityBook& priorities_;
  DecisionCheck& decisions_;
  accounting::Ledger ledger_;  ///< of running jobs
  std::unique_ptr<LimitPolicy> limits_;
  FreeNodes free_;
  RecordedArrays arrays_;
  RecordedDependencies dependencies_;
  std::vector<std::vector<ReasonMoment>> history_;
  std::set<std::size_t> never_runs_;              ///< jobs that are held for that
  std::set<std::size_t> lost_reservation_;        ///< jobs that are held for that
  std::vector<std::vector<NodeRun>> nodes_of_;  ///< by job, while it runs
  std::optional<OpenPass> pass_;
};

}  // namespace sluice::recordings
