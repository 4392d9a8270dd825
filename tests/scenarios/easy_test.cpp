#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("EASY lets a short job pass, but never delays the head of the queue", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end  reason
    A        0s      3    10m   10m |     0s  10m  None
    B        1m      4    10m   10m |    10m  20m  Resources  # head: all 4 nodes are its own from 10m
    C        2m      1     9m    9m |    20m  29m  Resources  # a node is free, but C would end at 11m; head itself from 10m on
    D        3m      1     7m    7m |     3m  10m  None       # ends at 10m: may pass B and C
  )");
}

TEST_CASE("EASY lets a job of any length pass on nodes that the head will not need", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B        1m      3    10m   10m |    10m  20m  # head: at 10m 4 nodes are free, so one is extra
    C        2m      1     1h    1h |     2m 1h2m  # takes the extra node
    D        3m      1     1h    1h |    20m 1h20m # no extra node is left
  )");
}

TEST_CASE("of jobs that may pass, the first in the queue goes first", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      3    10m   10m |     0s  10m
    B        1m      4    10m   10m |    10m  20m
    C        2m      1     8m    8m |     2m  10m
    D        2m      1     8m    8m |    20m  28m  # would have fitted as well as C, but comes after it
  )");
}

TEST_CASE("a job that ends exactly at the promised moment may pass", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy

    job   submit  nodes  limit  runs |  start  end
    A         0s      1    10m   10m |     0s  10m
    B         1s      2     1m    1m |    10m  11m  # promised 10m
    C       300s      1     5m    5m |     5m  10m  # to the second
    D       300s      1     5m    5m |    11m  16m  # no node left beside C
  )");
}

TEST_CASE("a job that would end one second after the promised moment waits", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy

    job   submit  nodes  limit  runs |  start    end
    A         0s      1    10m   10m |     0s    10m
    B         1s      2     1m    1m |    10m    11m
    C       301s      1     5m    5m |    11m    16m
  )");
}

TEST_CASE("ends and submissions of one instant are all seen before the one decision", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        0s      1    10m   10m |     0s  10m
    C       10m      2     5m    5m |    10m  15m  # both nodes come free as it is submitted
    D       10m      1     1m    1m |    15m  16m
  )");
}

TEST_CASE("when a job ends early the promise moves forward", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      1     1h   10m |     0s  10m
    B        0s      1    20m   20m |     0s  20m
    C        1m      3    10m   10m |    20m  30m  # promised 1h at first; from 10m on, 20m
    D       11m      1    30m   30m |    30m   1h  # could have passed before 10m, not any more
  )");
}

TEST_CASE("the head starts before its promise when it fits by then", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      2     1h    5m |     0s   5m
    B        1m      2    10m   10m |     5m  15m  # promised 1h
  )");
}

TEST_CASE("a job that was let pass is not moved when the head could then have started earlier", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      2     1h   10m |     0s  10m
    B        1m      3    10m   10m |    13m  23m  # promised 1h; waits 3m more for D than it would have without it
    D        8m      1     5m    5m |     8m  13m  # ends long before 1h
  )");
}

TEST_CASE("only the head is promised anything: the second in the queue may be passed again and again",
          "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B        1m      3    10m   10m |    10m  20m  # head, one node extra
    C        2m      2     5m    5m |     2m   7m  # ends in time
    D        3m      4     5m    5m |   1h3m 1h8m  # would have been at 20m, were it not for E
    E        7m      1    56m   56m |     7m 1h3m  # on the extra node
  )");
}

}  // namespace sluice::test
