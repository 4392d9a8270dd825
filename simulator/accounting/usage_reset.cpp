#include "simulator/accounting/usage_reset.hpp"

namespace sluice::accounting {
namespace {

using namespace std::chrono;

seconds first_of(year_month month) { return duration_cast<seconds>(sys_days{month / day{1}}.time_since_epoch()); }

}  // namespace

std::optional<seconds> next_usage_reset(UsageReset period, seconds last) {
  const sys_days today{floor<days>(last)};
  const year_month_day date{today};
  const year_month month{date.year(), date.month()};
  const days to_sunday{7 - weekday{today}.c_encoding()};
  switch (period) {
    case UsageReset::none: return std::nullopt;
    case UsageReset::now: return last;
    case UsageReset::daily: return (today + days{1}).time_since_epoch();
    case UsageReset::weekly: return (today + to_sunday).time_since_epoch();
    case UsageReset::monthly: return first_of(month + months{1});
    case UsageReset::quarterly: {
      const unsigned in_quarter = (static_cast<unsigned>(month.month()) - 1) % 3;
      return first_of(month + months{3 - static_cast<int>(in_quarter)});
    }
    case UsageReset::yearly: return first_of(year_month{date.year() + years{1}, January});
  }
  return std::nullopt;
}

}  // namespace sluice::accounting
