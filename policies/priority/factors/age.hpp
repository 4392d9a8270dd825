#pragma once
// The older, the earlier.

#include <chrono>
#include <optional>

namespace sluice::priority {

/// 0 while the job gains no age, then rising in a straight line to 1 at `max_age` of gaining, then flat. Whole seconds.
/// Source: slurm.conf(5) PriorityMaxAge; priority_multifactor.c.
inline double age_factor(std::optional<std::chrono::seconds> accruing_since, std::chrono::seconds now,
                         std::chrono::seconds max_age) {
  if (!accruing_since || *accruing_since >= now) return 0;
  const auto age = now - *accruing_since;
  return age < max_age ? static_cast<double>(age.count()) / static_cast<double>(max_age.count()) : 1.0;
}

}  // namespace sluice::priority
