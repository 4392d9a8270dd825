#pragma once
// Numbers as traces write them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice::workloads {

/// 1900 years: sums of a few such lengths are still dates of four digits.
inline constexpr std::chrono::seconds longest_length{60'000'000'000};

/// Seconds, whole or with a fraction ("90", "-1", "651507.0", "1.5e3"), to the nearest millisecond.
/// nullopt for anything else and beyond longest_length. No allocation.
std::optional<Duration> parse_seconds(std::string_view text);

/// A finite number, "600.0", "29.296875", "1e3"; nullopt for anything else. No allocation.
std::optional<double> parse_number(std::string_view text);

/// A whole number, also written as 4.0; nullopt for anything else.
std::optional<std::int64_t> parse_whole(std::string_view text);

}  // namespace sluice::workloads
