#pragma once
// Dates: moments on a calendar without time zones. Every clock here is "some wall clock"; whose it is, the input says.

#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice {

/// A date as the length of time since 1970-01-01T00:00:00 of the same wall clock.
///
/// Reads YYYY-MM-DD, YYYY-MM-DDTHH:MM, YYYY-MM-DDTHH:MM:SS and YYYY-MM-DDTHH:MM:SS.fff; a blank may stand for the T,
/// a final Z is accepted and means nothing. Digits after the milliseconds are dropped. nullopt for anything else,
/// such as 2021-02-29 or 24:00. No allocation.
std::optional<Duration> parse_civil(std::string_view text);

/// "2020-09-01T00:00:00", with ".fff" only when there are milliseconds. Years 0 to 9999 print four digits.
std::string format_civil(Duration since_1970);

}  // namespace sluice
