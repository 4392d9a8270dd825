#include "workloads/numbers.hpp"

#include <catch2/catch.hpp>

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

TEST_CASE("seconds may have a fraction, kept to the millisecond", "[workloads]") {
  CHECK(parse_seconds("90") == Duration{90s});
  CHECK(parse_seconds("-1") == Duration{-1s});
  CHECK(parse_seconds("651507.0") == Duration{651507s});
  CHECK(parse_seconds("0.0015") == Duration{2ms});
  CHECK(parse_seconds("1.5e3") == Duration{1500s});
  for (const auto* text : {"", "x", "1x", "1 ", " 1", "nan", "inf", "1e300", "60000000001", "-60000000001", "99999999999999999999"})
    CHECK_FALSE(parse_seconds(text));
}

TEST_CASE("a whole number may be written with a zero fraction", "[workloads]") {
  CHECK(parse_whole("4") == 4);
  CHECK(parse_whole("4.0") == 4);
  CHECK(parse_whole("35012304659472") == 35012304659472);
  for (const auto* text : {"", "4.5", "four", "1e30"}) CHECK_FALSE(parse_whole(text));
}

}  // namespace
}  // namespace sluice::workloads
