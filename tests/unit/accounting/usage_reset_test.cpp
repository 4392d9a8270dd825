#include "simulator/accounting/usage_reset.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "simulator/base/civil_time.hpp"

namespace {

using namespace sluice;

std::string next(UsageReset period, std::string_view last) {
  const auto from = std::chrono::floor<std::chrono::seconds>(*parse_civil(last));
  const auto reset = accounting::next_usage_reset(period, from);
  return reset ? format_civil(*reset) : "never";
}

TEST_CASE("usage is forgotten at the next boundary of the wall clock", "[accounting]") {
  // 2026-01-05 is a Monday.
  CHECK(next(UsageReset::none, "2026-01-05T08:00:00") == "never");
  CHECK(next(UsageReset::now, "2026-01-05T08:00:00") == "2026-01-05T08:00:00");
  CHECK(next(UsageReset::daily, "2026-01-05T08:00:00") == "2026-01-06T00:00:00");
  CHECK(next(UsageReset::weekly, "2026-01-05T08:00:00") == "2026-01-11T00:00:00");
  CHECK(next(UsageReset::weekly, "2026-01-11T00:00:00") == "2026-01-18T00:00:00");
  CHECK(next(UsageReset::monthly, "2026-12-31T23:59:59") == "2027-01-01T00:00:00");
  CHECK(next(UsageReset::quarterly, "2026-02-28T08:00:00") == "2026-04-01T00:00:00");
  CHECK(next(UsageReset::yearly, "2026-01-01T00:00:00") == "2027-01-01T00:00:00");
}

}  // namespace
