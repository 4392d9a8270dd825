#pragma once
// The more of a weighted resource, the earlier.

#include <cstdint>

#include "policies/priority/factors/rank.hpp"

namespace sluice::priority {

/// A count in relation to what the job's partition has of it; 0 where that is nothing.
/// Source: slurm.conf(5) PriorityWeightTRES.
inline double tres_factor(std::int64_t count, std::int64_t in_partition, Normalise normalise) {
  if (normalise == Normalise::no) return static_cast<double>(count);
  return in_partition > 0 ? static_cast<double>(count) / static_cast<double>(in_partition) : 0.0;
}

}  // namespace sluice::priority
