#pragma once
// The priorities that slurmctld must have had, computed with Sluice's own formula from a replayed recording.

#include <optional>
#include <string>
#include <vector>

#include "policies/priority/multifactor.hpp"
#include "simulator/accounting/accrual.hpp"
#include "tests/recordings/support/recorded_arrays.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// The last computation of a job's priority in one of its partitions: a row of sprio.
struct PriorityRow {
  PartitionId partition;
  priority::MultifactorTerms terms;
  std::vector<priority::Multifactor::TresTerm> tres;
};

struct BookedJob {
  std::optional<Seconds> accruing_since;
  /// Of an array: since when its next task may start; its limit of tasks at once takes that back.
  std::optional<Seconds> begin;
  std::optional<std::uint32_t> direct;  ///< set by an operator
  std::int64_t nice = 0;
  std::optional<std::int64_t> placed_cpus;  ///< of the last placement that worked, or of the allocation
  std::vector<PriorityRow> rows;
  bool has_priority = false;  ///< it is above 0
  bool has_slot = false;      ///< it takes one of a limited number of places to gain age
};

/// Follows a replay: computes at submission, in each pass, and when an operator changes a job.
class PriorityBook {
 public:
  explicit PriorityBook(const RecordedState& state);

  void see(const Event& event);
  /// A test has placed it on so many CPUs: they count for its size from then on.
  void place(std::size_t job, std::int64_t cpus) { booked_[job].placed_cpus = cpus; }
  const BookedJob& job(std::size_t index) const { return booked_[index]; }
  /// Since when the job may start, as slurmctld knew it at that time.
  std::optional<Seconds> eligible(std::size_t index) const;
  /// One record for tasks that have not split off.
  bool is_unsplit_array(std::size_t index) const;
  /// For whom it runs, in its first partition.
  accounting::Party party(std::size_t index) const;

 private:
  void see(const JobSubmitted& it, Time at);
  void see(const MainPass&, Time at);
  void see(const BackfillCycle&, Time at);
  void see(const JobPlanned& it, Time at);
  void see(const RunStarted& it, Time at);
  void see(const JobRequeued& it, Time at);
  void see(const PriorityPass& it, Time at);
  void see(const OperatorActed& it, Time at);
  template <class Other>
  void see(const Other&, Time) {}

  void see(const JobDropped& it, Time) { stop_accruing(it.job); }
  void see(const JobHeldBack& it, Time);
  void see(const JobNeverRuns& it, Time at) { see(JobHeldBack{it.job}, at); }
  void start_accruing(Time at);
  void stamp_arrays(Time at);
  void note_later_waits(const Executed& executed);
  void stop_accruing(std::size_t index);
  static std::optional<Seconds> first_eligible(const RecordedJob& array);
  bool is_computed(std::size_t index, Time at) const;
  void compute(std::size_t index, Seconds now);
  priority::MultifactorJob input(std::size_t index, PartitionId partition, std::span<const std::int64_t> tres) const;

  const RecordedState& state_;
  const PrioritySettings& settings_;
  RecordedArrays arrays_;
  priority::Multifactor formula_;
  std::vector<accounting::TresRow> partition_tres_;
  std::vector<BookedJob> booked_;
  std::vector<bool> was_stamped_;  ///< of arrays: once the first time that sacct has, then the moment itself
  accounting::AccrualLimits accrual_limits_;
  accounting::Ledger ledger_;     ///< only of places to gain age
  std::vector<bool> held_later_;  ///< an operator will hold it: sacct's eligible time is the one after that
  std::vector<std::optional<Time>> waits_from_;  ///< when an operator first gave the job a start time or dependencies
  Time now_{};
};

}  // namespace sluice::recordings
