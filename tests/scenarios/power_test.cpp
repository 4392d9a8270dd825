// Power saving under slurmctld's loops: SuspendTime and the like, and what operators say of nodes' power.

#include <catch2/catch.hpp>
#include <fmt/format.h>

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
    B        6m      1     1m    1m |     7m     8m     n2  COMPLETED  # down since 5m04s: its start moves to when it is up
    C       14m      1     1m    1m |    14m    15m     n1  COMPLETED  # n2 would do as well, but sleeps since 13m04s
    D       30m      2     1m    1m |    31m    32m n[1-2]  COMPLETED
  )");
}

TEST_CASE("a node that goes down is for nobody until SuspendTimeout is over", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=100000
    set     SuspendTimeout=100
    set     ResumeTimeout=40
    at  2m scontrol update nodename=n1 state=power_down

    job  submit  nodes  limit  runs |  start    end    reason
    A       1s       1    3m     3m |     3s   3m3s    None
    B       4m       1    1m     1m |     6m     7m   Resources   # down at 3m03s, off at 4m44s; 40 s to boot from 5m
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
    set     SuspendTime=100000
    set     SluiceBootTime=20
    at  2m scontrol update nodename=n1 state=power_down_asap
    at  2m scontrol update nodename=n2 state=power_down_force
    at  3m scontrol update nodename=n3 state=power_down_asap
    at 10m scontrol update nodename=n3 state=power_up

    job  submit  nodes  limit  runs  requeue |   start    end  nodes      state
    A        1s      1     5m    5m        - |      3s   5m3s     n1  COMPLETED
    B        1s      1     5m    5m       no |      3s     2m     n2  NODE_FAIL
    C       11m      1     1m    1m        - |     11m    12m     n3  COMPLETED   # up again
    D       11m      1     1m    1m        - | 11m30s 12m30s     n1  COMPLETED   # up at 11m20s, seen 10 s later
  )");
}

TEST_CASE("a node that is not up within ResumeTimeout is down, and its job waits again", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=100000
    set     ResumeTimeout=60
    set     SluiceBootTime=61
    at   1s scontrol update nodename=n1 state=power_down
    at  10m scontrol update nodename=n1 state=down
    at  11m scancel A

    job  submit  nodes  limit  runs |   state    restarts
    A       2m      1     5m     5m | CANCELLED         1
  )");
}

TEST_CASE("a node that boots for longer than ResumeTimeout comes back under ReturnToService=2", "[scenario][power]") {
  const auto check = [](std::string_view setting, std::string_view expected) {
    check_scenario(fmt::format(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=100000
    set     ResumeTimeout=60
    set     SluiceBootTime=90
    set     {}
    at   1s scontrol update nodename=n1 state=power_down
    at  20m scancel A

    job  submit  nodes  limit  runs |   state    restarts    start
    A       2m      1     5m     5m | {}
  )", setting, expected));
  };
  check("ReturnToService=2", "COMPLETED         1     5m2s  # DOWN at 3m03s, up at 3m30s; the requeued job may begin at 5m02s");
  check("ReturnToService=1", "CANCELLED         1        -");
}

TEST_CASE("with idle_on_node_suspend a drained node is for all again when it has been powered down", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=120
    set     SlurmctldParameters=idle_on_node_suspend
    set     SluiceBootTime=20
    at   1s scontrol update nodename=n1 state=drain reason=x
    at   1s scontrol update nodename=n2 state=down reason=x

    job  submit  nodes  limit  runs |  start    end      state
    A       1m      2     1m     1m |  3m30s  4m30s  COMPLETED  # both asleep, and IDLE, at 2m32s; wanted by the cycle at 3m
  )");
}

TEST_CASE("power times follow an update of the partition", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=60
    set     SluiceBootTime=20
    at   5s scontrol update partitionname=all suspendtime=600

    job  submit  nodes  limit  runs |  start    end      state
    A       5m      1     1m     1m |     5m     6m  COMPLETED  # with 60 s the node would have to boot
  )");
}

TEST_CASE("ResumeRate lets so many nodes boot in a minute, and the job waits for the last", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=100000
    set     ResumeRate=2
    set     SluiceBootTime=20
    at   1s scontrol update nodename=n[1-4] state=power_down

    job  submit  nodes  limit  runs |  start    end      state
    A        5m      4     1m    3m |  6m30s  7m30s    TIMEOUT  # two boot at once, the third 20 s later, the fourth at 5m51s
  )");
}

TEST_CASE("times of a partition count before those of the cluster", "[scenario][power]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=1
    conf PartitionName=a Nodes=n1 Default=YES SuspendTime=60 SuspendTimeout=10 ResumeTimeout=90
    conf PartitionName=b Nodes=n2
    conf SchedulerType=sched/backfill
    conf SelectType=select/cons_tres
    conf SelectTypeParameters=CR_Core
    conf SuspendProgram=/s
    conf ResumeProgram=/r
    clock   slurmctld 0s

    job  submit  partition  limit  runs |  start    end  nodes
    A        5m          a     1m    1m |  6m30s  7m30s     n1
    B        5m          b     1m    1m |     5m     6m     n2
  )");
}

TEST_CASE("SuspendExcNodes with a number keeps so many idle nodes up, whichever these are", "[scenario][power]") {
  check_scenario(R"(
    conf NodeName=n[1-4] CPUs=1
    conf PartitionName=a Nodes=ALL Default=YES
    conf SchedulerType=sched/backfill
    conf SelectType=select/cons_tres
    conf SelectTypeParameters=CR_Core
    conf SuspendProgram=/s
    conf ResumeProgram=/r
    conf SuspendTime=60
    conf SluiceBootTime=60
    conf SuspendExcNodes=n[1-3]:1,n4
    clock   slurmctld 0s

    job  submit  nodelist  limit  runs |  start    end  nodes
    A        5m        n1     9m    9m |     5m    14m     n1  # the one that stays up
    B        5m        n2     1m    1m |     6m     7m     n2
    C        5m        n4     1m    1m |     5m     6m     n4
    D       10m        n2     1m    1m |    10m    11m     n2  # is now the first idle one
  )");
}

TEST_CASE("nobody is charged for a boot, and a job that goes while its node boots leaves nothing behind", "[scenario][power]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SuspendProgram=/s
    set     ResumeProgram=/r
    set     SuspendTime=100000
    set     SluiceBootTime=60
    at   1s scontrol update nodename=n1 state=power_down
    at  200s scancel A
    at  210s scontrol suspend B
    at  300s scontrol resume B

    job  submit  nodes  limit  runs |  start    end      state
    A        3m      1     1m    1m |     3m  3m20s  CANCELLED
    B     190s       1     1m    1m |     4m     6m  COMPLETED  # has the booting node; no work and no time before 5m
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
