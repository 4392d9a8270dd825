#pragma once
// The job arrays of a recording as slurmctld's records have them at each moment.

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// One record stands for all tasks of an array that have not split off: a task does when it starts, or ends without a
/// start; under aftercorr all do at once. Follows a replay by see(). Source: job_mgr.c job_array_split().
class RecordedArrays {
 public:
  explicit RecordedArrays(const RecordedState& state);

  void see(const Event& event);
  /// As if the event had come. unstart() takes the last start of the job back.
  void start(std::size_t job);
  void unstart(std::size_t job);
  /// It runs no longer, and has a record of its own.
  void stop(std::size_t job);

  bool is_of_array(std::size_t job) const { return array_of_[job].has_value(); }
  /// The record that the job is part of: its array's while it has not split off, else its own.
  std::size_t record_of(std::size_t job) const;
  /// Of a record that stands for others, too: how many tasks. Else 1.
  std::uint32_t tasks_left(std::size_t record) const;
  /// Its own task, once it stands for no other.
  std::optional<std::uint32_t> task(std::size_t record) const;
  /// The record of the whole array.
  std::size_t head(std::size_t job) const { return arrays_[*array_of_[job]].head; }
  /// So many more tasks may start; nullopt: no limit.
  std::optional<std::uint32_t> room(std::size_t job) const;

 private:
  struct Array {
    std::size_t head = 0;
    std::optional<std::int64_t> limit;
    std::int64_t running = 0;
    std::uint32_t left = 0;
  };

  void split(std::size_t job);
  Array& of(std::size_t job) { return arrays_[*array_of_[job]]; }

  const RecordedState& state_;
  std::vector<Array> arrays_;
  std::vector<std::optional<std::size_t>> array_of_;
  std::vector<bool> is_split_;   ///< of a head: it is its last task
  std::vector<bool> is_running_;
  std::vector<bool> was_split_;  ///< before the start at hand
};

}  // namespace sluice::recordings
