// Power saving under slurmctld's loops: SuspendTime and the like, and what operators say of nodes' power.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("idle nodes are powered down, are taken last, and boot for the job that gets them", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=300
    set     SluiceBootTime=60

    job  submit  nodes  limit  runs |  start    end  nodes      state
    A        1s      1    10m   10m |     3s  10m3s     n1  COMPLETED
    B        6m      1     1m    1m |     6m     8m     n2  COMPLETED  # down since 301 s: a minute more, beyond its limit
    C       14m      1     1m    1m |    14m    15m     n1  COMPLETED  # n2 comes first, but sleeps since 13m01s
    D       30m      2     1m    1m |    30m    32m n[1-2]  COMPLETED
  )");
}

TEST_CASE("a node that goes down is for nobody until SuspendTimeout is over", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTimeout=100
    set     ResumeTimeout=40
    at  2m scontrol update nodename=n1 state=power_down

    job  submit  nodes  limit  runs |  start    end    reason
    A       1s       1    3m     3m |     3s   3m3s    None
    B       4m       1    1m     1m |     5m   6m40s   Resources   # down at 3m03s, off at 4m44s; 40 s to boot
  )");
}

TEST_CASE("power_down_asap keeps jobs off, power_down_force stops them, power_up brings the node back",
          "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SluiceBootTime=20
    at  2m scontrol update nodename=n1 state=power_down_asap
    at  2m scontrol update nodename=n2 state=power_down_force
    at  3m scontrol update nodename=n3 state=power_down_asap
    at 10m scontrol update nodename=n3 state=power_up

    job  submit  nodes  limit  runs  requeue |   start    end  nodes      state
    A        1s      1     5m    5m        - |      3s   5m3s     n1  COMPLETED
    B        1s      1     5m    5m       no |      3s     2m     n2  NODE_FAIL
    C       11m      1     1m    1m        - |     11m    12m     n3  COMPLETED   # up again
    D       11m      1     1m    1m        - |     11m 12m20s     n1  COMPLETED
  )");
}

TEST_CASE("a node that is not up within ResumeTimeout is down, and its job waits again", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     ResumeTimeout=60
    set     SluiceBootTime=61
    at   1s scontrol update nodename=n1 state=power_down
    at  10m scontrol update nodename=n1 state=down
    at  11m scancel A

    job  submit  nodes  limit  runs |   state    restarts
    A       2m      1     5m     5m | CANCELLED         1
  )");
}

TEST_CASE("without the two programs nobody switches a node", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendTime=10
    set     SuspendProgram=/s
    at   1s scontrol update nodename=n1 state=power_down_asap

    job  submit  nodes  limit  runs |  start    end
    A       2m      1     5m     5m |     2m     7m
  )");
}

}  // namespace sluice::test
