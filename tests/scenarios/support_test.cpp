// A test that cannot fail proves nothing: the scenario tables themselves.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a scenario that goes otherwise shows what happened, and where", "[scenario][support]") {
  const auto outcome = play_scenario(R"(
    cluster nodes=1

    job  submit  limit  runs |  start  end  state
    A        0s    10m    5m |     0s   5m  COMPLETED
    B        1m    10m  300s |     6m  11m  COMPLETED  # B starts at 5m
  )");
  CHECK_FALSE(outcome.as_told);
  CHECK(outcome.complaints.empty());
  CHECK(outcome.got ==
        "    job submit limit runs | start end     state   \n"
        "      A     0s   10m   5m |    0s  5m COMPLETED   \n"
        "      B     1m   10m 300s |    5m 10m COMPLETED <-\n");
}

TEST_CASE("a scenario that goes as told says so", "[scenario][support]") {
  const auto outcome = play_scenario(R"(
    pool 2
    job  submit  cpus  limit |  start  end  cpus
    A        0s     2    90s |     0s 1m30s    2
  )");
  CHECK(outcome.as_told);
  CHECK(outcome.complaints.empty());
}

TEST_CASE("a text that is no scenario is refused with the part that is wrong", "[scenario][support]") {
  CHECK_THROWS_WITH(play_scenario("cluster nodes=1\njob submit runs | start\nA 0s 5x | 0s"),
                    "scenario: a time is wanted: '5x'");
  CHECK_THROWS_WITH(play_scenario("cluster nodes=1\njob submit runs | start\nA 0s | 0s"),
                    "scenario: another number of cells than columns in: 'A 0s | 0s'");
  CHECK_THROWS_WITH(play_scenario("cluster nodes=1\njob submit runs colour | start\nA 0s 5m red | 0s"),
                    "scenario: no column about a job: 'colour'");
  CHECK_THROWS_WITH(
      play_scenario("cluster nodes=1\npolicy scheduler=sched/esay\njob submit runs | start\nA 0s 5m | 0s"),
      "no policy is called sched/esay");
}

}  // namespace sluice::test
