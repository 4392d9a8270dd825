#include "simulator/base/civil_time.hpp"

#include <catch2/catch.hpp>

namespace sluice {
namespace {

using namespace std::chrono_literals;

TEST_CASE("dates are read with and without a time of day", "[base]") {
  CHECK(parse_civil("1970-01-01") == Duration{0});
  CHECK(parse_civil("2020-09-01T00:00:00") == Duration{1598918400s});
  CHECK(parse_civil("2020-09-01 00:01") == Duration{1598918460s});
  CHECK(parse_civil("2020-09-01T00:00:00.25Z") == Duration{1598918400250ms});
  CHECK(parse_civil("1969-12-31T23:59:59") == Duration{-1s});
  CHECK(parse_civil("2020-02-29").has_value());
}

TEST_CASE("what is no date is not read as one", "[base]") {
  for (const auto* text : {"", "2020", "2020-9-1", "2021-02-29", "2020-13-01", "2020-09-01T", "2020-09-01T24:00:00",
                           "2020-09-01T12", "2020-09-01T12:60", "2020-09-01x", "2020-09-01T00:00:00+01"})
    CHECK_FALSE(parse_civil(text));
}

TEST_CASE("a date is printed as it is read", "[base]") {
  for (const auto* text :
       {"1969-12-31T23:59:59.999", "1970-01-01T00:00:00", "2020-02-29T12:34:56", "2026-01-05T00:00:00.001"})
    CHECK(format_civil(*parse_civil(text)) == text);
}

}  // namespace
}  // namespace sluice
