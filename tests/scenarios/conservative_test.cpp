#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("conservative backfilling promises every job a start, and puts none off", "[scenario][conservative]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/conservative

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B        1m      3    10m   10m |    10m  20m
    C        2m      2     5m    5m |     2m   7m
    D        3m      4     5m    5m |    20m  25m  # promised 20m; EASY would let E put it off to 1h3m
    E        7m      1    56m   56m |    25m 1h21m
  )");
}

TEST_CASE("conservative backfilling fills a hole that delays nobody", "[scenario][conservative]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/conservative

    job  submit  nodes  limit  runs |  start  end
    A        0s      3    10m   10m |     0s  10m
    B        1m      4    10m   10m |    10m  20m
    C        2m      4    10m   10m |    20m  30m
    D        2m      1     9m    9m |    30m  39m  # would end at 11m
    E        2m      1     8m    8m |     2m  10m
  )");
}

TEST_CASE("when a job ends early, promises move forward in the order of the queue", "[scenario][conservative]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/conservative

    job  submit  nodes  limit  runs |  start  end
    A        0s      2     1h   10m |     0s  10m
    B        1m      2    20m   20m |    10m  30m  # was promised 1h
    C        2m      1    20m   20m |    30m  50m  # was promised 1h20m
    D        3m      1    20m   20m |    30m  50m
  )");
}

TEST_CASE("a job that cannot move forward keeps its promise while a later one takes the hole",
          "[scenario][conservative]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/conservative

    job  submit  nodes  limit  runs |  start  end
    A        0s      2     1h   10m |     0s  10m
    B        0s      1    30m   30m |     0s  30m
    C        1m      3    20m   20m |    30m  50m  # needs B's node too: from 1h to 30m
    D        2m      2    20m   20m |    10m  30m  # from 1h20m to the hole before C
  )");
}

TEST_CASE("a job whose way comes free when a later one has moved is moved when the next job ends",
          "[scenario][conservative]") {
  check_scenario(R"(
    pool    2
    policy  scheduler=sched/conservative order=priority/largest

    job  submit  cpus  limit  runs |  start  end
    A        0s     1     3m    3m |     0s   3m
    B        0s     1     5m    3m |     0s   3m  # early: C (planned at 3m) starts, D may come forward
    C        0s     1     1m    1m |     3m   4m
    D        0s     1     1m    1m |     3m   4m  # was planned at 4m, in the way of E
    E        2m     2     1m    1m |     4m   5m  # promised 5m, when nothing happens that would wake anybody
  )");
}

}  // namespace sluice::test
