#include "simulator/base/slurm_time.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("a bare number is minutes, days make two fields hours and minutes", "[base][time]") {
  CHECK(parse_time("90") == TimeLimit{90min});
  CHECK(parse_time("0") == TimeLimit{0s});
  CHECK(parse_time("90:30") == TimeLimit{90min + 30s});
  CHECK(parse_time("72:00:00") == TimeLimit{72h});
  CHECK(parse_time("1-12") == TimeLimit{36h});
  CHECK(parse_time("1-12:30") == TimeLimit{36h + 30min});
  CHECK(parse_time("7-00:00:01") == TimeLimit{168h + 1s});
}

TEST_CASE("UNLIMITED, INFINITE and -1 have no length", "[base][time]") {
  for (const auto text : {"UNLIMITED", "infinite", "-1"}) CHECK(parse_time(text) == TimeLimit{});
}

TEST_CASE("what is no time is refused whole", "[base][time]") {
  for (const auto text : {"", "5x", "1:2:3:4", "1-", "-5", "1-2-3", ":", "1:", " 5", "1.5", "1234567890", "1-1:1:1:1"})
    CHECK_FALSE(parse_time(text));
}

TEST_CASE("minutes round up", "[base][time]") {
  CHECK(round_up_to_minute(61s) == 2min);
  CHECK(round_up_to_minute(60s) == 1min);
}

TEST_CASE("a length prints as in sacct", "[base][time]") {
  CHECK(time_text(0s) == "00:00:00");
  CHECK(time_text(86399s + 999ms) == "23:59:59");
  CHECK(time_text(240h + 5s) == "10-00:00:05");
}

}  // namespace
