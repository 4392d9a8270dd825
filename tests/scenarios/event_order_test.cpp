// How the events of one instant are presented: peers differ in this more than in anything else.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("by default one decision sees all that happened in its instant", "[scenario][events]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/fcfs order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B       10m      2    10m   10m |    15m  25m
    C       10m      2     5m    5m |    10m  15m  # submitted after B in the same instant, but shorter
  )");
}

TEST_CASE("with events=each every submission is decided on before the next", "[scenario][events]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/fcfs options=fcfs_events=each order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B       10m      2    10m   10m |    10m  20m  # A is gone when B comes, and C is not there yet
    C       10m      2     5m    5m |    20m  25m
  )");
}

TEST_CASE("with events=arrivals_first submissions come before ends", "[scenario][events]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/fcfs options=fcfs_events=arrivals_first order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B       10m      2    10m   10m |    15m  25m
    C       10m      2     5m    5m |    10m  15m  # both wait when A ends, and C is shorter
  )");
}

TEST_CASE("with events=each a job may slip in between two ends of one instant", "[scenario][events]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_events=each

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    20m   10m |     0s  10m
    B        0s      1    30m   10m |     0s  10m
    C        1m      2     5m    5m |    25m  30m  # promised 30m when only A has ended, so D may pass
    D        1m      1    15m   15m |    10m  25m
  )");
}

TEST_CASE("by default the same two ends are seen at once", "[scenario][events]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    20m   10m |     0s  10m
    B        0s      1    30m   10m |     0s  10m
    C        1m      2     5m    5m |    10m  15m
    D        1m      1    15m   15m |    15m  30m
  )");
}

}  // namespace sluice::test
