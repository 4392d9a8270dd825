#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a job runs on nodes of its partition only", "[scenario][partition]") {
  check_scenario(R"(
    node      a[1-2]
    node      b1
    partition batch nodes=a[1-2] default
    partition debug nodes=b1

    job  submit  partition  nodes  limit |  start  end  nodes   partition
    A        0s          -      2    10m |     0s  10m  a[1-2]  batch
    B        1m          -      1    10m |    10m  20m  a1      batch      # b1 is free, but of another partition
    C        2m      debug      1    10m |     2m  12m  b1      debug
  )");
}

TEST_CASE("a job that names several partitions takes the first that has room", "[scenario][partition]") {
  check_scenario(R"(
    node      a1
    node      b1
    partition batch nodes=a1 default
    partition debug nodes=b1

    job  submit    partition  nodes  limit |  start  end  nodes  partition
    A        0s  batch,debug      1    10m |     0s  10m  a1     batch
    B        1m  batch,debug      1     5m |     1m   6m  b1     debug
    C        2m  batch,debug      1     5m |     6m  11m  b1     debug      # the partition that is free first
  )");
}

TEST_CASE("a job longer than its partition allows waits for ever and stops nobody", "[scenario][partition]") {
  check_scenario(R"(
    node      a1
    partition p nodes=a1 max_time=10m
    policy    scheduler=sched/fcfs

    job  submit  limit  runs |  start  end  state      reason
    A        0s    11m    1m |      -    -  PENDING    PartitionTimeLimit
    B        1m    10m    5m |     1m   6m  COMPLETED  None
  )");
}

TEST_CASE("a job wider than its partition allows waits for ever and stops nobody", "[scenario][partition]") {
  check_scenario(R"(
    node      a[1-3]
    partition p nodes=a[1-3] max_nodes=2
    policy    scheduler=sched/fcfs

    job  submit  nodes  limit |  start  end  state      reason
    A        0s      3    10m |      -    -  PENDING    PartitionNodeLimit
    B        1m      2     5m |     1m   6m  COMPLETED  None
  )");
}

TEST_CASE("a partition that is down takes jobs and does not start them", "[scenario][partition]") {
  check_scenario(R"(
    node      a1
    partition p nodes=a1 state=down

    job  submit  limit |  start  state    reason
    A        0s    10m |      -  PENDING  PartitionDown
  )");
}

TEST_CASE("a partition that drains or is inactive takes no jobs", "[scenario][partition]") {
  check_scenario(R"(
    node      a1
    partition p nodes=a1 default
    partition q nodes=a1 state=drain
    partition r nodes=a1 state=inactive

    job  submit  partition  limit |  start  state      message
    A        0s          p    10m |     0s  COMPLETED  -
    B        0s          q    10m |      -  REJECTED   Required partition not available (inactive or drain)
    C        0s          r    10m |      -  REJECTED   Required partition not available (inactive or drain)
    D        0s          s    10m |      -  REJECTED   Invalid partition name specified
  )");
}

TEST_CASE("in a partition with OverSubscribe=EXCLUSIVE every job has whole nodes", "[scenario][partition]") {
  check_scenario(R"(
    node      a[1-2] cpus=4
    partition p nodes=a[1-2] exclusive

    job  submit  ntasks  limit |  start  end  nodes  cpus
    A        0s       1    10m |     0s  10m  a1     4
    B        1m       1    10m |     1m  11m  a2     4
    C        2m       1    10m |    10m  20m  a1     4
  )");
}

TEST_CASE("partitions that share nodes share what is free on them", "[scenario][partition]") {
  check_scenario(R"(
    node      a[1-2]
    partition p nodes=a[1-2] default
    partition q nodes=a2

    job  submit  partition  nodes  limit |  start  end  nodes
    A        0s          p      2    10m |     0s  10m  a[1-2]
    B        1m          q      1    10m |    10m  20m  a2
  )");
}

}  // namespace sluice::test
