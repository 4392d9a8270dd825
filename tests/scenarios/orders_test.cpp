#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("priority/basic: first in, first out", "[scenario][order]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs order=priority/basic

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        1m      1     5m    5m |    10m  15m
    C        2m      1     1m    1m |    15m  16m
  )");
}

TEST_CASE("priority/sjf: the shortest time limit first, whatever the job then really takes", "[scenario][order]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        1m      1    30m    1m |    17m  18m  # the shortest run, but the longest limit
    C        2m      1     5m    5m |    12m  17m
    D        3m      1     2m    2m |    10m  12m
  )");
}

TEST_CASE("priority/largest: most GPUs first, then most CPUs", "[scenario][order]") {
  check_scenario(R"(
    node    a1 cpus=16 gpus=4
    policy  scheduler=sched/fcfs order=priority/largest

    job  submit  ntasks  gpus  limit |  start  end
    A        0s      16     4    10m |     0s  10m
    B        1m      16     -    10m |    30m  40m
    C        2m       8     -    10m |    40m  50m
    D        3m       2     2    10m |    20m  30m
    E        4m       4     4    10m |    10m  20m
  )");
}

TEST_CASE("priority/smallest: fewest GPUs first, then fewest CPUs", "[scenario][order]") {
  check_scenario(R"(
    node    a1 cpus=16 gpus=4
    policy  scheduler=sched/fcfs order=priority/smallest

    job  submit  ntasks  gpus  limit |  start  end
    A        0s      16     4    10m |     0s  10m
    E        1m       4     4    10m |    40m  50m
    D        2m       2     2    10m |    30m  40m  # C and B go first, both without a GPU
    B        3m      16     -    10m |    20m  30m
    C        4m       8     -    10m |    10m  20m
  )");
}

TEST_CASE("equal priorities are ordered by submission, then as the trace has them", "[scenario][order]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/fcfs order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        2m      1     5m    5m |    15m  20m
    C        1m      1     5m    5m |    10m  15m
    D        2m      1     5m    5m |    20m  25m
  )");
}

TEST_CASE("a job that goes ahead of the head takes over its promise", "[scenario][order]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      3    10m   10m |     0s  10m
    B        1m      4    10m   10m |    15m  25m  # head until 2m
    C        2m      4     5m    5m |    10m  15m  # shorter, so head from 2m on
    D        3m      1     7m    7m |     3m  10m
  )");
}

TEST_CASE("a shorter job that starts ahead of the head changes what the head is promised", "[scenario][order]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy order=priority/sjf

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B        1m      4     1h    1h |    30m 1h30m  # promised 10m at first, then 30m
    C        2m      1    28m   28m |     2m  30m   # goes first in the order, so no promise binds it
    D        3m      1    27m   27m |     3m  30m   # so does D
    E       11m      2    18m   18m |    11m  29m
  )");
}

TEST_CASE("an array of more than max_array_tasks is refused", "[scenario][arrays]") {
  check_scenario(R"(
    conf NodeName=n[1-4] CPUs=1
    conf SchedulerParameters=max_array_tasks=2

    job  submit  limit  array-id  array-task |  state      message
    A        0s     1m         A           5 |  COMPLETED  -
    B        0s     1m         A           9 |  COMPLETED  -
    C        0s     1m         C           0 |  REJECTED   Invalid job array specification
    D        0s     1m         C           1 |  REJECTED   Invalid job array specification
    E        0s     1m         C           2 |  REJECTED   Invalid job array specification
  )");
}

}  // namespace sluice::test
