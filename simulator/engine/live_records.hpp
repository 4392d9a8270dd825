#pragma once
// The pending jobs as slurmctld's loops look at them.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/priority.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/demands.hpp"
#include "simulator/engine/het_jobs.hpp"
#include "simulator/engine/live_reservations.hpp"

namespace sluice {

/// Whole minutes, rounded up.
inline std::optional<std::chrono::minutes> in_minutes(const std::optional<Duration>& length) {
  if (!length) return std::nullopt;
  return std::chrono::ceil<std::chrono::minutes>(*length);
}

/// A record of each waiting job while it may be considered.
///
/// The tasks of an array that have not started share one record, that of the lowest of them. Moments in records are
/// seconds of the trace's own clock.
class LiveRecords {
  using Seconds = std::chrono::seconds;

 public:
  /// All outlive it. `clock_zero` is the clock's second at the simulation's zero.
  LiveRecords(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
              const Workload& workload, const Priority& priority, Demands& demands, const LiveReservations& reservations,
              std::chrono::seconds clock_zero);

  /// Records that are opened when others are closed are opened at `now` from here on.
  void begin(Time now) { now_ = now; }
  void add(JobId job, Time now);
  void remove(JobId job);
  void rescore(Time now);
  /// Other tasks of the job's array may run than before.
  void follow_array_of(JobId job);
  void follow_array(ArrayId array);

  std::span<const JobId> pending() const { return pending_; }  ///< ascending
  std::optional<Denial> denies(JobId job, PartitionId partition) const { return admission_.denies(job, partition); }
  bool has(JobId job) const { return is_recorded_[job.index()]; }
  const WaitingJob& record(JobId job) const { return records_[slot_[job.index()]]; }
  /// The one that stands for it; none: it may not be considered.
  std::optional<JobId> record_of(JobId job) const;
  /// Until priorities are computed again.
  void set_priority(JobId job, std::uint32_t priority);
  void set_eligible(JobId job, Seconds eligible) { change(job, editable(job).eligible, std::optional{eligible}); }
  void set_preempting(JobId job, bool is_preempting) { change(job, editable(job).is_preempting, is_preempting); }
  void set_reservation(JobId job, std::optional<std::uint32_t> reservation) {
    change(job, editable(job).reservation, reservation);
  }
  /// The reservations that it may use are others than before.
  void follow_reservations(JobId job);
  /// Partitions or nodes are described otherwise than before. Priorities stay what they were until they are computed.
  void follow_configuration();
  /// False: that was its Reason.
  bool set_reason(JobId job, Reason reason) { return change(job, editable(job).reason, reason); }
  /// One more after every change of a record.
  std::uint64_t version() const { return version_; }
  /// Jobs whose records have been opened, changed or closed since it was `version`, in the order of that. nullopt: that is
  /// too long ago.
  std::optional<std::span<const JobId>> changed_since(std::uint64_t version) const;
  /// CPUs of the last placement that worked, which count for the job's size from then on.
  void note_placed(JobId job, std::int64_t cpus) { placed_cpus_[slot_[job.index()]] = cpus; }
  std::optional<std::int64_t> placed_cpus(JobId job) const { return placed_cpus_[slot_[job.index()]]; }
  /// The job's last computed priority in that partition; of one that runs the one it started with.
  double priority(JobId job, PartitionId partition) const;
  /// The records that stand for arrays.
  std::span<const JobId> heads() const { return heads_; }
  /// An array gains age from the first moment at which a task of it could start; a cycle that meets it first only learns
  /// of that.
  void note_eligible(JobId head, Time since, Controller::Loop loop);

  /// Does its record stand for other tasks of its array, too?
  bool is_head(JobId job) const;
  /// All tasks that the record of this head stands for, itself first.
  const std::deque<JobId>& unsplit(JobId head) const;
  /// The record that stands for the array of `head` after that one has left.
  std::optional<JobId> next_head(ArrayId array) const;

  /// Demands are resolved again, and found by the requests of the jobs that wait.
  void fields(Archive& archive);

 private:
  /// The tasks of one array that may be considered and have not split off, lowest first: one record stands for them.
  struct Array {
    std::deque<JobId> unsplit;
    std::vector<JobId> recorded;  ///< those of its tasks that have a record
    std::optional<Time> accruing_since;
    bool is_known = false;  ///< as eligible
    friend void fields(Archive& archive, Array& array) { all_fields<4>(archive, array); }
  };

  Seconds clock(Time t) const { return floor_seconds(t) + clock_zero_; }
  WaitingJob& editable(JobId job) { return records_[slot_[job.index()]]; }
  template <class T>
  bool change(JobId job, T& what, const T& to) {
    if (what == to) return false;
    what = to;
    note_change(job);
    return true;
  }
  void note_change(JobId job);
  Array* array_of(JobId job);
  void open_record(JobId job, Time now);
  void join(JobId task, JobId head);
  void close_record(JobId job);
  void fill(JobId job, WaitingJob& record);
  /// What it asks for, of each of its partitions.
  void fill_request(JobId job, WaitingJob& record);
  /// Adds a view of the job for each of its partitions.
  void view(JobId job, Time now);
  void score(std::span<const JobId> jobs, Time now);

  State& state_;
  Apply& apply_;
  Admission& admission_;
  const ClusterSpec& cluster_;
  const Workload& workload_;
  const Priority& priority_;
  Demands& demands_;
  const LiveReservations& reservations_;
  Seconds clock_zero_{};
  Time now_{};
  std::vector<JobId> pending_;
  std::vector<bool> is_recorded_;    ///< by job: it is one of pending_
  std::vector<std::uint32_t> slot_;  ///< by job
  std::vector<WaitingJob> records_;
  std::vector<std::optional<std::int64_t>> placed_cpus_;  ///< by record
  std::vector<std::uint32_t> spare_;
  std::vector<Array> arrays_;        ///< by ArrayId
  std::uint64_t version_ = 0;
  std::vector<JobId> changed_;       ///< at the last of the versions
  std::vector<JobId> heads_;         ///< of pending_, those that stand for arrays
  std::vector<PendingJob> views_;    ///< score() keeps its memory
  std::vector<double> scores_;
};

}  // namespace sluice
