#pragma once
// When what has run out is noticed.

#include <optional>

#include "simulator/base/units.hpp"

namespace sluice {

/// Time limits, deadlines and grace times: enforced to the millisecond, or whenever slurmctld looks. The default is
/// the former, in which OverTimeLimit does not count. Source: PERIODIC_TIMEOUT of slurmctld's controller.c.
struct Clockwork {
  /// slurmctld looks every 30 s; absent: at once.
  std::optional<Duration> check_period;
  Time first_check{};  ///< any of the moments at which it looks
  /// By which the beat of its backfill thread is behind that of its main loop, which began with it.
  Duration cycle_beat{};
  /// By which time slices begin later than whole numbers of them after its start.
  Duration slice_beat{};

  bool is_exact() const { return !check_period; }
  /// The first look at or after `t`.
  Time check_at(Time t) const {
    if (!check_period) return t;
    const Duration since = t - first_check;
    const auto periods = since / *check_period;
    const Time before = first_check + *check_period * periods;
    return before < t ? before + *check_period : before;
  }
};

}  // namespace sluice
