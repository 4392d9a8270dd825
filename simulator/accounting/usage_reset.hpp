#pragma once
// PriorityUsageResetPeriod: when all usage is forgotten.

#include <chrono>
#include <optional>

#include "simulator/model/cluster_settings.hpp"

namespace sluice::accounting {

/// The first moment at which usage is due for a reset after `last`: midnight of the next day, Sunday, first of a month,
/// of January, April, July or October, or of January. `last` and the result count from 1970-01-01T00:00:00 of the
/// cluster's wall clock. nullopt for `none`; for `now`, `last` itself (it happens once, in the first pass).
/// Source: priority_multifactor.c, _next_reset.
std::optional<std::chrono::seconds> next_usage_reset(UsageReset period, std::chrono::seconds last);

}  // namespace sluice::accounting
