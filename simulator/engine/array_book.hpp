#pragma once
// The tasks of each job array while a simulation runs: which are still one record, how many run, who may go next.

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// In Slurm an array is one record until a task of it starts or is treated on its own: that task splits off, and the
/// lowest of the others stands for the rest. With a limit (`%N`) so many tasks run at once.
///
/// A task that could run otherwise asks admit(); it is let in while the limit leaves room for it beside those that run
/// and those let in before, lowest task first. Every call is O(log tasks). Source: job_array web page, job_mgr.c.
///
/// The task that splits off keeps the record; what is left gets a new one at the end of slurmctld's list of jobs, behind
/// all that were submitted by then. Where two jobs are equal else, as running jobs of one end, the list's order tells.
class ArrayBook {
 public:
  explicit ArrayBook(const JobLinks& links);

  /// The task that stands for all that have not split off; nullopt when all have.
  std::optional<JobId> head(ArrayId array) const;
  /// Tasks that have not split off.
  std::size_t tasks_left(ArrayId array) const { return arrays_[array.index()].unsplit; }
  std::optional<std::int64_t> limit(ArrayId array) const { return arrays_[array.index()].limit; }
  /// So many more tasks may start now; nullopt: no limit.
  std::optional<std::int64_t> room(ArrayId array) const;
  void set_limit(ArrayId array, std::optional<std::int64_t> limit);

  /// True: it is let in. False: it is noted, and will be among take_admitted().
  bool admit(JobId task);
  /// It cannot run just now for another reason, or never will.
  void withdraw(JobId task);
  void started(JobId task);
  /// A running task ended or was requeued.
  void stopped(JobId task);
  bool is_split(JobId task) const { return is_split_[task.index()]; }
  /// It is treated on its own from now on.
  void split(JobId task);

  /// Jobs come in their own order, tasks or not.
  void submitted(JobId job) { latest_ = job; }
  /// Does the record of `a` stand before that of `b` in slurmctld's list?
  bool is_listed_before(JobId a, JobId b) const { return list_place(a) < list_place(b); }

  /// Tasks that were let in since, as others made room.
  std::vector<JobId> take_admitted() { return std::exchange(admitted_, {}); }

  void fields(Archive& archive) { archive(arrays_, places_, is_split_, admitted_, list_places_, latest_, made_); }

 private:
  enum class Place : std::uint8_t { outside, waiting, admitted, running };
  /// Behind that job, and behind so many records that arrays got since the beginning.
  struct ListPlace {
    JobId behind;
    std::uint32_t made = 0;
    auto operator<=>(const ListPlace&) const = default;
    friend void fields(Archive& archive, ListPlace& place) { all_fields<2>(archive, place); }
  };
  struct Progress {
    std::optional<std::int64_t> limit;
    std::int64_t running = 0, admitted = 0;
    std::size_t unsplit = 0;
    std::size_t head = 0;  ///< place of the first task that has not split off
    std::set<JobId> waiting;
    ListPlace rest;        ///< of the record of those that have not split off
    friend void fields(Archive& archive, Progress& progress) { all_fields<7>(archive, progress); }
  };

  Progress& of(JobId task) { return arrays_[links_.array_of(task)->index()]; }
  static bool has_room(const Progress& array) {
    return !array.limit || array.running + array.admitted < *array.limit;
  }
  void fill(Progress& array);
  ListPlace list_place(JobId job) const;

  const JobLinks& links_;
  std::vector<Progress> arrays_;
  std::vector<Place> places_;    ///< by job; empty when there are no arrays
  std::vector<bool> is_split_;   ///< likewise
  std::vector<JobId> admitted_;
  std::vector<ListPlace> list_places_;  ///< by job; of tasks that have split off
  JobId latest_{};
  std::uint32_t made_ = 0;
};

}  // namespace sluice
