#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("priority/expr: -limit is the shortest job first", "[scenario][order][expression]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs order=priority/expr order_options=expr=-limit

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        1m      1    30m    1m |    17m  18m  # the shortest run, but the longest limit
    C        2m      1     5m    5m |    12m  17m
    D        3m      1     2m    2m |    10m  12m
  )");
}

TEST_CASE("priority/expr: the largest job first, by nodes and then by CPUs", "[scenario][order][expression]") {
  check_scenario(R"(
    node    a[1-2] cpus=16
    policy  scheduler=sched/fcfs order=priority/expr order_options=expr=nodes*1000+cpus

    job  submit  nodes  ntasks  limit |  start  end
    A        0s      2      32    10m |     0s  10m
    B        1m      1      12    10m |    30m  40m
    C        2m      2      24    10m |    10m  20m
    D        3m      1      16    10m |    20m  30m
    E        4m      1      16    10m |    20m  30m
  )");
}

TEST_CASE("priority/expr: jobs of one partition before all others", "[scenario][order][expression]") {
  check_scenario(R"(
    node      a1 cpus=4
    partition low  nodes=a1 default
    partition high nodes=a1
    policy    scheduler=sched/fcfs order=priority/expr order_options=expr=partition=='high'?1:0

    job  submit  ntasks  partition  limit |  start  end
    A        0s       4          -    10m |     0s  10m
    B        1m       4          -    10m |    20m  30m
    C        2m       4       high    10m |    10m  20m
  )");
}

TEST_CASE("priority/expr: the user who runs least goes first, as seen in the last pass", "[scenario][order][expression]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    policy  scheduler=sched/fcfs order=priority/expr order_options=expr=-user.jobs,period=1

    job  submit  nodes  limit  user |  start  end
    A        0s      1    10m   ann |     0s  10m
    B        0s      1    12m   ann |     0s  12m
    C       10s      1    10m   ann |    12m  22m  # ann runs two jobs at each pass until 10m
    D       20s      1    10m   bob |    10m  20m
  )");
}

TEST_CASE("priority/expr: waiting over limit lets short jobs pass, but no job for ever", "[scenario][order][expression]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs order=priority/expr order_options=expr=waiting/limit,period=1

    job  submit  nodes  limit |  start  end
    A        0s      1    10m |     0s  10m
    B        0s      1    40m |    22m  62m  # at 10m 10/40, at 12m 12/40, at 22m 22/40
    C        4m      1    10m |    12m  22m  # at 10m 6/10, at 12m 8/10
    D        8m      1     2m |    10m  12m  # at 10m 2/2
    E       21m      1    20m |    62m  82m  # at 22m 1/20
  )");
}

}  // namespace sluice::test
