// slurmctld's list of jobs: how many it takes, and its order.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("MaxJobCount counts all that slurmctld has not forgotten, the last place stays empty, and sbatch tries again", "[scenario][submit]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=1
    conf MaxJobCount=4
    conf MinJobAge=30

    job  submit  limit  runs |  start  state
    A        0s     1m   30s |     3s  COMPLETED
    B        0s     1m   30s |    33s  COMPLETED
    C        1s     1m   30s |   1m3s  COMPLETED
    D        2s     1m   30s |  1m33s  COMPLETED  # sbatch tries again 1, 2, 3, ... s later: at 93 s; A is known until slurmctld looks at 90 s
    E       40s     1m   30s |  2m11s  COMPLETED  # at 95 s A is forgotten, but D is there; at 131 s B is, too
  )");
}

TEST_CASE("with MinJobAge=0 no job is ever forgotten", "[scenario][submit]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=1
    conf MaxJobCount=2
    conf MinJobAge=0

    job  submit  limit  runs |  state      message
    A        0s     1m   30s |  COMPLETED  -
    B       10h     1m   30s |  REJECTED   Resource temporarily unavailable: MaxJobCount limit from slurm.conf reached (2)
  )");
}

TEST_CASE("MaxJobCount takes or refuses the tasks of an array and the components of a heterogeneous job together",
          "[scenario][submit][array][hetjob]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=2
    conf MaxJobCount=5

    job  submit  limit  array-id  array-task  het-group |  state
    A        0s     1m         -           -          - |  COMPLETED
    B        1s     1m         B           0          - |  REJECTED
    C        1s     1m         B           1          - |  REJECTED
    D        1s     1m         B           2          - |  REJECTED
    E        1s     1m         B           3          - |  REJECTED
    F        2s     1m         F           0          - |  COMPLETED
    G        2s     1m         F           1          - |  COMPLETED
    H        3s     1m         -           -          H |  REJECTED
    I        3s     1m         -           -          H |  REJECTED
    J        4s     1m         -           -          - |  COMPLETED
  )");
}

TEST_CASE("in slurmctld's list what is left of an array stands behind all others once a task has left it", "[scenario][array]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=1
    conf SchedulerType=sched/builtin
    conf PriorityType=priority/basic

    job  submit  limit  array-id  array-task |  start
    A        0s     1m         A           0 |     3s
    B        0s     1m         A           1 |   2m3s
    C        0s     1m         A           2 |   4m3s
    D        1s     1m         -           - |   1m3s
    E        1m     1m         -           - |   3m3s  # submitted before B left
  )");
}

}  // namespace sluice::test
