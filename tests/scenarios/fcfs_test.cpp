#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("first come, first served: nothing starts before the head of the queue", "[scenario][fcfs]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/fcfs

    job  submit  nodes  limit  runs |  start  end  reason
    A        0s      3    10m   10m |     0s  10m  None
    B        1m      4    10m   10m |    10m  20m  Resources  # head from 1m on
    C        2m      1     1m    1m |    20m  21m  Resources  # its node is free all the time, but B is before it
  )");
}

TEST_CASE("jobs submitted at the same instant start in the order of the trace", "[scenario][fcfs]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m    5m |     0s   5m
    B        0s      1     1m    1m |     5m   6m
    C        0s      1     2m    2m |     6m   8m
  )");
}

TEST_CASE("an early end lets the head of the queue start early", "[scenario][fcfs]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/fcfs

    job  submit  nodes  limit  runs |  start    end
    A        0s      2     1h   90s |     0s    90s
    B        1s      1    10m   10m |    90s 11m30s
    C        2s      1    10m   10m |    90s 11m30s
  )");
}

TEST_CASE("a pool has slots without node boundaries", "[scenario][fcfs]") {
  check_scenario(R"(
    pool    10
    policy  scheduler=sched/fcfs

    job  submit  cpus  limit  runs |  start  end  cpus
    A        0s     6    10m   10m |     0s  10m     6
    B        0s     4    20m   20m |     0s  20m     4
    C        1s     5     1m    1m |    10m  11m     5
  )");
}

}  // namespace sluice::test
