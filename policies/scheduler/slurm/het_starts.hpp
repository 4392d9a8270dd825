#pragma once
// When the components of heterogeneous jobs could start, as one backfill cycle finds it.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "simulator/base/ids.hpp"

namespace sluice::scheduler::slurm {

/// A heterogeneous job starts when the last of its components can; a component looks for no earlier start than what the cycle
/// has found first for those before it. The next cycle knows nothing of that.
/// Source: het_job_map_t of slurmctld's backfill.c; recordings.
class HetStarts {
 public:
  using Second = std::chrono::seconds;
  struct Component {
    JobId job;
    Second start{};
    PartitionId partition;
    std::chrono::minutes limit{};
    std::optional<std::uint32_t> reservation;
  };

  void begin_cycle() {
    promises_.clear();
    groups_.clear();
  }
  /// A start that was found; a later one than that known of the component is no news.
  void found(std::uint32_t group, const Component& component);
  /// When the other components can start; the epoch if nothing is known.
  Second others(std::uint32_t group, JobId job) const;
  /// When all of those that are known can.
  Second all(std::uint32_t group) const;
  bool knows(std::uint32_t group, JobId job) const;

  /// Notes a start that is about to be promised in this cycle. True: a group that starts no earlier than this one in this
  /// partition starts before that in another one where this group has a component, too; then nothing is promised.
  bool would_deadlock(std::uint32_t group, PartitionId partition, Second start);
  /// It has started.
  void forget(std::uint32_t group) { groups_.erase(group); }

  std::vector<std::uint32_t> groups() const;
  const std::vector<Component>& components(std::uint32_t group) const { return groups_.at(group); }

 private:
  struct Promise {
    std::uint32_t group = 0;
    Second start{};
  };
  std::map<std::uint32_t, std::vector<Component>> groups_;
  std::map<PartitionId, std::vector<Promise>> promises_;  ///< of this cycle, the latest start first
};

}  // namespace sluice::scheduler::slurm
