#pragma once
// When the components of heterogeneous jobs could start, from one backfill cycle to the next.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"

namespace sluice::scheduler::slurm {

/// A heterogeneous job starts when the last of its components can; until then no component looks for an earlier start.
/// Source: het_job_map_t of slurmctld's backfill.c.
class HetStarts {
 public:
  using Second = std::chrono::seconds;
  struct Component {
    JobId job;
    Second start{};
    PartitionId partition;
    std::chrono::minutes limit{};
    std::optional<std::uint32_t> reservation;
    friend void fields(Archive& archive, Component& one) { all_fields<5>(archive, one); }
  };

  /// A cycle begins. Every second one forgets what was found, so that jobs are not put off for what was true long ago.
  void begin_cycle();
  /// A start that was found; a later one than that known of the component is no news.
  void found(std::uint32_t group, const Component& component);
  /// When the other components can start; the epoch if nothing is known.
  Second others(std::uint32_t group, JobId job) const;
  /// When all of those that are known can.
  Second all(std::uint32_t group) const;
  bool knows(std::uint32_t group, JobId job) const;
  void put_off(std::uint32_t group, Second until) { groups_[group].before = until; }

  /// Notes a start that is about to be promised in this cycle. True: another group goes before this one in this partition and
  /// has a promise in another of its partitions, so that each would wait for the other; then nothing is promised.
  bool would_deadlock(std::uint32_t group, PartitionId partition, Second start);
  /// It has started.
  void forget(std::uint32_t group) { groups_.erase(group); }
  void fields(Archive& archive) { archive(groups_, cycles_); }

  std::vector<std::uint32_t> groups() const;
  const std::vector<Component>& components(std::uint32_t group) const { return groups_.at(group).components; }

 private:
  struct Group {
    Second before{};  ///< what the last cycle found
    std::vector<Component> components;
    friend void fields(Archive& archive, Group& group) { all_fields<2>(archive, group); }
  };
  struct Promise {
    std::uint32_t group = 0;
    Second start{};
  };
  std::map<std::uint32_t, Group> groups_;
  std::map<PartitionId, std::vector<Promise>> promises_;  ///< of this cycle, by start
  std::uint64_t cycles_ = 0;
};

}  // namespace sluice::scheduler::slurm
