#include "simulator/base/slurm_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "simulator/base/text.hpp"

namespace sluice {
namespace {

constexpr std::size_t max_digits = 9;

std::optional<std::int64_t> read_field(std::string_view text) {
  if (text.empty() || text.size() > max_digits || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The fields between colons; empty when one is not a number or there are more than three.
std::vector<std::int64_t> read_fields(std::string_view text) {
  std::vector<std::int64_t> fields;
  for (const auto part : split(text, ':')) {
    const auto field = read_field(part);
    if (!field || fields.size() == 3) return {};
    fields.push_back(*field);
  }
  return fields;
}

std::chrono::seconds sum(std::int64_t hours, std::int64_t minutes, std::int64_t seconds) {
  return std::chrono::hours{hours} + std::chrono::minutes{minutes} + std::chrono::seconds{seconds};
}

}  // namespace

std::optional<TimeLimit> parse_time(std::string_view text) {
  if (text == "-1" || equal_ignoring_case(text, "UNLIMITED") || equal_ignoring_case(text, "INFINITE"))
    return TimeLimit{};
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto days = read_field(text.substr(0, dash));
    auto fields = read_fields(text.substr(dash + 1));
    if (!days || fields.empty()) return std::nullopt;
    fields.resize(3);
    return TimeLimit{std::chrono::hours{24 * *days} + sum(fields[0], fields[1], fields[2])};
  }
  const auto fields = read_fields(text);
  switch (fields.size()) {
    case 1: return TimeLimit{sum(0, fields[0], 0)};
    case 2: return TimeLimit{sum(0, fields[0], fields[1])};
    case 3: return TimeLimit{sum(fields[0], fields[1], fields[2])};
    default: return std::nullopt;
  }
}

Duration round_up_to_minute(Duration length) { return std::chrono::ceil<std::chrono::minutes>(length); }

std::string time_text(Duration length) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(length).count();
  const auto days = seconds / 86400;
  auto clock = fmt::format("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return days > 0 ? fmt::format("{}-{}", days, clock) : clock;
}

}  // namespace sluice
