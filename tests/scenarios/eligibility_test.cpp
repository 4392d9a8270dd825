#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a job with --begin waits outside the queue until then, and nobody waits for it", "[scenario][eligibility]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/fcfs

    job  submit  nodes  limit  begin |  eligible  start  end  reason
    A        0s      1    20m      - |        0s     0s  20m  None
    B        1m      2    10m    15m |       15m    20m  30m  Resources
    C        2m      1     5m      - |        2m     2m   7m  None       # B is not there yet
    D       16m      1     3m      - |       16m    30m  33m  Resources  # B is, and first come is first served
  )");
}

TEST_CASE("a moment of --begin that has passed changes nothing", "[scenario][eligibility]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit  begin |  eligible  start  end
    A       10m    20m     5m |       10m    10m  30m
  )");
}

TEST_CASE("a job on hold waits for ever, and is never eligible", "[scenario][eligibility]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit  hold |  eligible  start    state  reason
    A        0s    10m   yes |         -      -  PENDING  JobHeldUser
    B        1m    10m     - |        1m     1m  COMPLETED  None
  )");
}

TEST_CASE("a priority that a person has set goes before the computed one", "[scenario][eligibility]") {
  check_scenario(R"(
    cluster nodes=1
    policy  order=priority/sjf

    job  submit  limit  priority |  start
    A        0s    10m         - |     0s
    B        1m     2m         - |    15m
    C        1m     5m         7 |    10m
  )");
}

TEST_CASE("of a limited array so many tasks run at once, the lowest first", "[scenario][array]") {
  check_scenario(R"(
    cluster nodes=4

    job  submit  limit  array-id  array-task  array-limit |  eligible  start  end  reason
    A_0      0s     9m         A           0            2 |        0s     0s   9m  None
    A_1      0s     5m         A           1            2 |        0s     0s   5m  None
    A_2      0s     5m         A           2            2 |        5m     5m  10m  JobArrayTaskLimit  # eligible, and waiting, since a slot came free
    A_3      0s     5m         A           3            2 |        9m     9m  14m  JobArrayTaskLimit
    B        1m     5m         -           -            - |        1m     1m   6m  None               # not held up by tasks that may not run
  )");
}

TEST_CASE("an array without a limit starts as many tasks as fit", "[scenario][array]") {
  check_scenario(R"(
    cluster nodes=2

    job  submit  limit  array-id  array-task |  eligible  start
    A_1      0s     5m         A           1 |        0s     0s
    A_5      0s     5m         A           5 |        0s     0s
    A_9      0s     5m         A           9 |        0s     5m
  )");
}

TEST_CASE("all tasks of an array with one beyond MaxArraySize are refused", "[scenario][array]") {
  check_scenario(R"(
    cluster nodes=2

    job     submit  limit  array-id  array-task |     state  message
    A_1         0s     5m         A           1 |  REJECTED  Invalid job array specification
    A_1001      0s     5m         A        1001 |  REJECTED  Invalid job array specification
    B_1000      0s     5m         B        1000 |  COMPLETED  -
  )");
}

}  // namespace sluice::test
