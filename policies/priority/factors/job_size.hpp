#pragma once
// The larger, the earlier, or the other way round.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace sluice::priority {

/// What PriorityFavorSmall and SMALL_RELATIVE_TO_TIME make of a job's size.
struct JobSizeRule {
  bool favor_small = false;
  bool relative_to_time = false;
};

/// A size in nodes and CPUs: of the cluster, or of a job. A job's CPUs are those of its last placement, else those it
/// asks for, 0 if unknown.
struct Size {
  std::int64_t nodes = 0;
  std::int64_t cpus = 0;
};

/// In [0, 1]. `limit` is looked at only with relative_to_time; absent: unlimited.
/// Source: slurm.conf(5) PriorityWeightJobSize; priority_multifactor.c.
inline double job_size_factor(Size job, Size cluster, std::optional<std::chrono::minutes> limit, JobSizeRule rule) {
  const auto part = [](std::int64_t some, std::int64_t all) {
    return static_cast<double>(some) / static_cast<double>(all);
  };
  double factor = 0;
  if (rule.relative_to_time) {
    const double cpus =
        std::max(static_cast<double>(job.nodes) * part(cluster.cpus, cluster.nodes), static_cast<double>(job.cpus));
    // 22.05 keeps an unlimited job as 2^32 - 1 minutes.
    const double minutes = limit ? static_cast<double>(limit->count()) : 4294967295.0;
    factor = minutes > 0 ? cpus / minutes / static_cast<double>(cluster.cpus) : 1.0;
    if (rule.favor_small) factor = 1 - factor;
  } else if (rule.favor_small) {
    factor = part(cluster.nodes - job.nodes, cluster.nodes);
    if (job.cpus > 0) factor = (factor + part(cluster.cpus - job.cpus, cluster.cpus)) / 2;
  } else {
    factor = part(job.nodes, cluster.nodes);
    if (job.cpus > 0) factor = (factor + part(job.cpus, cluster.cpus)) / 2;
  }
  return std::clamp(factor, 0.0, 1.0);
}

}  // namespace sluice::priority
