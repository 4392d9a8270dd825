#pragma once
// Slurm's way of writing a length of time.

#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice {

/// A length of time, or none: UNLIMITED, INFINITE and -1 have no length.
struct TimeLimit {
  std::optional<Duration> length;
  bool operator==(const TimeLimit&) const = default;
};

/// Reads `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`, UNLIMITED, INFINITE or -1. A bare number is minutes, two
/// fields without days are minutes:seconds. Fields have no upper bound (90:00 is 90 minutes) but at most 9 digits.
/// nullopt: none of these. Source: parse_time.c, sbatch(1) --time.
std::optional<TimeLimit> parse_time(std::string_view text);

/// Up to the next whole minute, as Slurm keeps the keys that it reads as minutes (MaxTime, --time, ...). length >= 0.
Duration round_up_to_minute(Duration length);

/// `D-HH:MM:SS`, or `HH:MM:SS` below a day: what sacct and squeue print. Parts of a second are dropped. length >= 0.
std::string time_text(Duration length);

}  // namespace sluice
