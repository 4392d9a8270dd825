#include "simulator/model/running_jobs.hpp"

#include <algorithm>

namespace sluice {

FreeCpus earliest_free_cpus(const RunningJobs& running, std::int64_t free, std::int64_t wanted, Time now) {
  FreeCpus result{now, free};
  bool reached = free >= wanted;
  for (const auto& block : running.blocks()) {
    if (!reached && result.cpus + block->summary.cpus < wanted) {
      result.cpus += block->summary.cpus;
      continue;
    }
    for (const RunningEntry& entry : *block) {
      const Time end = std::max(entry.end.expected_end, now);
      if (reached && end > result.at) return result;
      result.cpus += entry.cpus;
      if (!reached && result.cpus >= wanted) {
        reached = true;
        result.at = end;
      }
    }
  }
  SLUICE_CHECK(reached, "{} CPUs never become free", wanted);
  return result;
}

}  // namespace sluice
