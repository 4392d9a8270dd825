#pragma once
// --begin and --deadline as text: a date, a time of day, or so long from now.

#include <cstdint>
#include <optional>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice::workloads {

struct Moment {
  enum class Kind : std::uint8_t {
    after_submission,  ///< `value` after it: now+N
    time_of_day,       ///< the next time that a clock shows `value`
    day_offset,        ///< `value` after the midnight before the submission: tomorrow
    date,              ///< `value` since 1970-01-01T00:00:00 of the trace's clock
  };
  Kind kind = Kind::after_submission;
  Duration value{};
  bool operator==(const Moment&) const = default;
};

/// `now`, `now+N[seconds|minutes|hours|days|weeks]`, `HH:MM[:SS][AM|PM]`, `midnight`, `noon`, `fika`, `teatime`,
/// `elevenses`, `today`, `tomorrow`, `YYYY-MM-DD[THH:MM[:SS]]`, `MMDDYY`, `MM/DD/YY`, `MM.DD.YY`. nullopt: none of
/// these. Source: parse_time.c, sbatch(1) --begin.
std::optional<Moment> parse_moment(std::string_view text);

/// The moment in the base of `submit`. In a base without a calendar midnight is at its 0, and a date has no place:
/// nullopt.
enum class Calendar : std::uint8_t { unknown, known };
std::optional<Duration> resolve_moment(const Moment& moment, Duration submit, Calendar calendar);

}  // namespace sluice::workloads
