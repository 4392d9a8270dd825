#pragma once
// The running jobs in the order in which they are expected to end.

#include <cstdint>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/ordered_blocks.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

struct EndKey {
  Time expected_end{};
  JobId job;
  bool operator==(const EndKey&) const = default;
  friend void fields(Archive& archive, EndKey& key) { all_fields<2>(archive, key); }
  friend bool operator<(const EndKey& a, const EndKey& b) {
    return a.expected_end != b.expected_end ? a.expected_end < b.expected_end : a.job < b.job;
  }
};

struct RunningEntry {
  EndKey end;
  std::int64_t cpus = 0;          ///< of the whole allocation
  std::uint32_t allocation = 0;   ///< row in the Cluster
  const EndKey& key() const { return end; }
  friend void fields(Archive& archive, RunningEntry& entry) { all_fields<3>(archive, entry); }
};

struct CpuSum {
  std::int64_t cpus = 0;
  void add(const RunningEntry& entry) { cpus += entry.cpus; }
  bool subtract(const RunningEntry& entry) {
    cpus -= entry.cpus;
    return true;
  }
};

using RunningJobs = OrderedBlocks<RunningEntry, CpuSum>;

/// When at least `wanted` CPUs are free if running jobs end as expected, and how many are free then.
struct FreeCpus {
  Time at{};
  std::int64_t cpus = 0;
};

/// `free` CPUs are free now. Precondition: free + all running CPUs >= wanted. Jobs expected to end at the same
/// instant are counted together; an expected end that has passed counts as `now`. O(blocks + 64).
FreeCpus earliest_free_cpus(const RunningJobs& running, std::int64_t free, std::int64_t wanted, Time now);

}  // namespace sluice
