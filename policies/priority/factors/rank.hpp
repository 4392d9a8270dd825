#pragma once
// A number that the administrator gave, in relation to the largest of its kind.

#include <cstdint>

namespace sluice::priority {

/// Whether a factor is brought into [0, 1] (PriorityFlags=NO_NORMAL_*).
enum class Normalise : bool { no, yes };

/// The priority of a QOS or of an association. 0 where nobody has one.
inline double rank_factor(std::int64_t own, std::int64_t most, Normalise normalise) {
  if (normalise == Normalise::no) return static_cast<double>(own);
  return most > 0 ? static_cast<double>(own) / static_cast<double>(most) : 0.0;
}

/// PriorityJobFactor of a partition; the divisor is at least 1. Source: slurm.conf(5) PriorityJobFactor.
inline double partition_factor(std::int64_t own, std::int64_t most, Normalise normalise) {
  return rank_factor(own, most > 1 ? most : 1, normalise);
}

}  // namespace sluice::priority
