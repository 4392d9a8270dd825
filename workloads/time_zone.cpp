#include "workloads/time_zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

/// +HH[[:]MM].
std::optional<Duration> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  std::string digits;
  for (const char c : text.substr(1))
    if (c != ':') digits += c;
  if (digits.size() > 4 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  if (digits.size() <= 2) digits += "00";
  if (digits.size() == 3) digits.insert(digits.begin(), '0');
  const auto value = parse_whole(digits);
  if (!value || *value / 100 > 14 || *value % 100 > 59) return std::nullopt;
  const Duration offset = std::chrono::hours{*value / 100} + std::chrono::minutes{*value % 100};
  return text.front() == '-' ? -offset : offset;
}

}  // namespace

struct TimeZone::Place {
  const date::time_zone* zone;
};

std::optional<TimeZone> TimeZone::named(std::string_view text) {
  if (equal_ignoring_case(text, "UTC") || equal_ignoring_case(text, "Z")) return TimeZone{Duration{}};
  if (const auto offset = parse_offset(text)) return TimeZone{*offset};
  if (text.empty()) return std::nullopt;
  try {
    return TimeZone{std::make_shared<const Place>(Place{date::locate_zone(std::string{text})})};
  } catch (const std::runtime_error&) {  // no such zone, or no data base on this system
    return std::nullopt;
  }
}

Duration TimeZone::to_utc(Duration local) const {
  if (!place_) return local - offset_;
  const date::local_time<Duration> moment{local};
  return place_->zone->to_sys(moment, date::choose::earliest).time_since_epoch();
}

}  // namespace sluice::workloads
