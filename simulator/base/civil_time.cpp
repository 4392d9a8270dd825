#include "simulator/base/civil_time.hpp"

#include <date/date.h>
#include <fmt/format.h>

namespace sluice {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes the text apart from the left; every step fails for good once one has failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  /// Exactly `width` digits.
  int digits(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const char c = i < rest_.size() ? rest_[i] : '\0';
      if (c < '0' || c > '9') return reject();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) reject();
  }
  /// ".fff", ".5": milliseconds; further digits are dropped.
  int fraction() {
    int value = 0;
    std::size_t seen = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++seen)
      if (seen < 3) value = value * 10 + (rest_.front() - '0');
    if (seen == 0) return reject();
    for (; seen < 3; ++seen) value *= 10;
    return value;
  }
  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }
  int reject() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Duration read_clock(Scanner& in) {
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  const int second = in.take(':') ? in.digits(2) : 0;
  const int milli = in.take('.') ? in.fraction() : 0;
  in.take('Z');
  if (hour > 23 || minute > 59 || second > 59) in.reject();
  return hours{hour} + minutes{minute} + seconds{second} + milliseconds{milli};
}

}  // namespace

std::optional<Duration> parse_civil(std::string_view text) {
  Scanner in{text};
  const int year = in.digits(4);
  in.expect('-');
  const auto month = static_cast<unsigned>(in.digits(2));
  in.expect('-');
  const auto day = static_cast<unsigned>(in.digits(2));
  const date::year_month_day ymd{date::year{year}, date::month{month}, date::day{day}};
  if (!in.ok() || !ymd.ok()) return std::nullopt;
  const bool has_clock = in.take('T') || in.take(' ');
  const Duration clock = has_clock ? read_clock(in) : Duration{};
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return date::sys_days{ymd}.time_since_epoch() + clock;
}

std::string format_civil(Duration since_1970) {
  const auto day = std::chrono::floor<days>(since_1970);
  const date::year_month_day ymd{date::sys_days{day}};
  const date::hh_mm_ss<Duration> clock{since_1970 - day};
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{ymd.year()}, unsigned{ymd.month()}, unsigned{ymd.day()},
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) out += fmt::format(".{:03}", clock.subseconds().count());
  return out;
}

}  // namespace sluice
