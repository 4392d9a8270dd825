#include "workloads/moment_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::optional<Duration> unit_named(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, seconds>, 5> units{
      {{"seconds", seconds{1}}, {"minutes", minutes{1}}, {"hours", hours{1}}, {"days", days{1}}, {"weeks", days{7}}}};
  if (word.empty()) return seconds{1};
  for (const auto& unit : units)
    if (equal_ignoring_case(word, unit.first) || equal_ignoring_case(word, unit.first.substr(0, unit.first.size() - 1)))
      return unit.second;
  return std::nullopt;
}

/// Behind `now`: nothing, or +N with a unit.
std::optional<Moment> parse_from_now(std::string_view text) {
  text = trim(text);
  if (text.empty()) return Moment{};
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  const std::int64_t sign = text.front() == '+' ? 1 : -1;
  text = trim(text.substr(1));
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  const auto count = digits > 0 && digits < 10 ? parse_whole(text.substr(0, digits)) : std::nullopt;
  const auto unit = unit_named(trim(text.substr(digits)));
  if (!count || !unit) return std::nullopt;
  return Moment{Moment::Kind::after_submission, *unit * (sign * *count)};
}

std::optional<Moment> parse_word(std::string_view text) {
  using Kind = Moment::Kind;
  constexpr std::array<std::pair<std::string_view, Moment>, 7> words{{{"midnight", {Kind::time_of_day, hours{0}}},
                                                                      {"noon", {Kind::time_of_day, hours{12}}},
                                                                      {"elevenses", {Kind::time_of_day, hours{11}}},
                                                                      {"fika", {Kind::time_of_day, hours{15}}},
                                                                      {"teatime", {Kind::time_of_day, hours{16}}},
                                                                      {"today", {Kind::day_offset, hours{0}}},
                                                                      {"tomorrow", {Kind::day_offset, hours{24}}}}};
  for (const auto& word : words)
    if (equal_ignoring_case(text, word.first)) return word.second;
  return std::nullopt;
}

/// HH:MM[:SS] [AM|PM].
std::optional<Moment> parse_clock(std::string_view text) {
  std::optional<int> half;  // of the day: 0 or 12 hours
  const auto tail = text.size() > 2 ? to_lower(text.substr(text.size() - 2)) : std::string{};
  if (tail == "am" || tail == "pm") half = tail == "am" ? 0 : 12, text = trim(text.substr(0, text.size() - 2));
  std::array<std::int64_t, 3> field{};
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool two =
        !parts[i].empty() && parts[i].size() <= 2 && std::all_of(parts[i].begin(), parts[i].end(), is_digit);
    if (!two) return std::nullopt;
    field[i] = *parse_whole(parts[i]);
  }
  if (field[0] > (half ? 12 : 23) || field[1] > 59 || field[2] > 59) return std::nullopt;
  if (half) field[0] = field[0] % 12 + *half;
  return Moment{Moment::Kind::time_of_day, hours{field[0]} + minutes{field[1]} + seconds{field[2]}};
}

/// MMDDYY, MM/DD/YY and MM.DD.YY as YYYY-MM-DD; other texts as they are.
std::string usual_date(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, std::min(text.find('T'), text.size())))
    if (c != '/' && c != '.') digits += c;
  if (digits.size() != 6 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::string{text};
  const auto rest = text.find('T') == std::string_view::npos ? std::string_view{} : text.substr(text.find('T'));
  return fmt::format("20{}-{}-{}{}", digits.substr(4, 2), digits.substr(0, 2), digits.substr(2, 2), rest);
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) {
  if (text.size() >= 3 && equal_ignoring_case(text.substr(0, 3), "now")) return parse_from_now(text.substr(3));
  if (const auto word = parse_word(text)) return word;
  if (const auto clock = parse_clock(text)) return clock;
  if (const auto date = parse_civil(usual_date(text))) return Moment{Moment::Kind::date, *date};
  return std::nullopt;
}

std::optional<Duration> resolve_moment(const Moment& moment, Duration submit, Calendar calendar) {
  const Duration midnight = std::chrono::floor<days>(submit);
  switch (moment.kind) {
    case Moment::Kind::after_submission: return submit + moment.value;
    case Moment::Kind::day_offset: return midnight + moment.value;
    case Moment::Kind::time_of_day: {
      const Duration today = midnight + moment.value;
      return today < submit ? today + days{1} : today;
    }
    case Moment::Kind::date: break;
  }
  return calendar == Calendar::known ? std::optional{moment.value} : std::nullopt;
}

}  // namespace sluice::workloads
