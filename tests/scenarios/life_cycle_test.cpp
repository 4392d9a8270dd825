#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a job that is held meanwhile waits until it is released, and counts as eligible from then on",
          "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=1
    at  2m scontrol hold B
    at 15m scontrol release B

    job  submit  limit |  eligible  start  end  reason
    A        0s    10m |        0s     0s  10m  None
    B        1m     5m |       15m    15m  20m  JobHeldAdmin
    C        2m     2m |        2m    10m  12m  Resources
  )");
}

TEST_CASE("a cancelled job ends where it is: waiting, or running", "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=1
    at  3m scancel B
    at  4m scancel A
    at  6m scancel --user=eve

    job  submit  limit  user |  start  end      state
    A        0s    10m   ann |     0s   4m  CANCELLED
    B        1m    10m   ann |      -   3m  CANCELLED
    C        2m    10m   ann |     4m  14m  COMPLETED
    D        2m    10m   eve |      -   6m  CANCELLED
  )");
}

TEST_CASE("a requeued job waits two minutes, and begins anew behind those that were submitted before",
          "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=1
    at  5m scontrol requeue A
    at  2m scontrol requeue B        # waits: nothing to requeue

    job  submit  limit |  eligible  start     end  restarts  reason
    A        0s    10m |      7m1s    10m     20m         1  Resources
    B        1m     5m |        1m     5m     10m         0  Resources
    C        6m    12m |        6m    20m     32m         0  Resources  # submitted after A's requeue
  )");
}

TEST_CASE("a job that may not be requeued goes on, and requeuehold holds what it requeues", "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=2
    at  5m scontrol requeue A
    at  5m scontrol requeuehold B
    at 20m scontrol release B

    job  submit  limit  requeue |  start  end  restarts
    A        0s    10m       no |     0s  10m         0
    B        0s    10m        - |    20m  30m         1
  )");
}

TEST_CASE("a job that has ended is requeued like one that runs, as long as it is remembered", "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=5
    at  4m scontrol requeuehold A
    at  6m scontrol requeue B
    at 10m scontrol requeue E
    at  2m scontrol requeue F
    at 30s scancel G
    at  1m scontrol requeue G
    at 20m scontrol release A

    job  submit  limit  runs  exit  begin  requeue  dependency |  eligible  start    end      state  restarts  reason
    A        0s    10m    3m     1      -        -           - |       20m    20m    23m     FAILED         1  JobHeldUser
    B        0s     5m    5m     0      -        -           - |      8m1s   8m1s  13m1s  COMPLETED         1  BeginTime
    C     5m30s     1m    1m     0      -        -   afterok:B |     5m30s  5m30s  6m30s  COMPLETED         0  None
    D        7m     1m    1m     0      -        -   afterok:B |     13m1s  13m1s  14m1s  COMPLETED         0  Dependency
    E        0s     1m    1m     0      -        -           - |        0s     0s     1m  COMPLETED         0  None  # forgotten after 300 s
    F        0s     1m    1m     0      -       no           - |        0s     0s     1m  COMPLETED         0  None
    G        0s     1m    1m     0     9m        -           - |        9m     9m    10m  COMPLETED         1  BeginTime
  )");
}

TEST_CASE("a suspended job keeps its nodes, and the time counts neither as work nor against its limit",
          "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=1
    at  5m scontrol suspend A
    at 15m scontrol resume A

    job  submit  limit  runs |  start  end      state
    A        0s    12m   10m |     0s  20m  COMPLETED
    B        1m     5m    5m |    20m  25m  COMPLETED
  )");
}

TEST_CASE("jobs are changed while they wait, and get another limit while they run", "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=2
    partition p nodes=n1 default
    partition q nodes=n2
    at  1m scontrol update jobid=A timelimit=4
    at  2m scontrol update jobid=C priority=4294967000
    at  3m scontrol update jobid=D partition=q

    job  submit  limit  runs  |  start  end      state  partition
    A        0s    10m   10m  |     0s   4m    TIMEOUT  p
    B        1m    10m    2m  |     6m   8m  COMPLETED  p
    C        1m    10m    2m  |     4m   6m  COMPLETED  p
    D        1m    10m    2m  |     3m   5m  COMPLETED  q
  )");
}

TEST_CASE("a running job whose limit is cut below what it has run ends at once", "[scenario][operator]") {
  check_scenario(R"(
    cluster nodes=1
    at  6m scontrol update jobid=A timelimit=4

    job  submit  limit  runs |  start  end      state
    A        0s    10m   10m |     0s   6m    TIMEOUT
    B        1m     5m    5m |     6m  11m  COMPLETED
  )");
}

TEST_CASE("more tasks of an array run at once when its throttle is raised", "[scenario][operator][array]") {
  check_scenario(R"(
    cluster nodes=4
    at  2m scontrol update jobid=A arraytaskthrottle=3

    job  submit  limit  array-id  array-task  array-limit |  eligible  start
    A_0      0s    10m         A           0            1 |        0s     0s
    A_1      0s    10m         A           1            1 |        2m     2m
    A_2      0s    10m         A           2            1 |        2m     2m
    A_3      0s    10m         A           3            1 |       10m    10m
  )");
}

TEST_CASE("a drained node finishes its jobs and gets no others until it resumes", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=2
    at  2m scontrol update nodename=n1 state=drain reason=fan
    at 20m scontrol update nodename=n1 state=resume

    job  submit  nodes  limit |  start  end  nodes  reason
    A        0s      1    10m |     0s  10m  n1     None
    B        1m      1     5m |     1m   6m  n2     None
    C        3m      1     5m |     6m  11m  n2     Resources
    D        4m      2     5m |    20m  25m  n[1-2]  ReqNodeNotAvail  # cannot run at all as things are, and holds nobody up
    E        5m      1     5m |    11m  16m  n2     Resources
  )");
}

TEST_CASE("jobs on a node that goes down are requeued, or end when they may not be", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=3
    at  4m scontrol update nodename=n[1-2] state=down reason=fire

    job  submit  nodes  limit  requeue |  start     end      state  nodes  restarts
    A        0s      1    10m        - |   6m1s   16m1s  COMPLETED  n3     1
    B        0s      1    10m       no |     0s      4m  NODE_FAIL  n2     0
    C        0s      1     5m        - |     0s      5m  COMPLETED  n3     0
    D        5m      2     5m        - |      -       -  PENDING    -      0
  )");
}

TEST_CASE("a node whose slurmd dies goes down after SlurmdTimeout, and comes back as ReturnToService says",
          "[scenario][nodes]") {
  check_scenario(R"(
    cluster  nodes=2
    settings slurmd_timeout=3m return_to_service=1 requeue=no
    at  2m node-kill n1
    at 10m node-start n1

    job  submit  nodes  limit |  start  end      state  nodes
    A        0s      1    10m |     0s   5m  NODE_FAIL  n1
    B        0s      1     2m |     0s   2m  COMPLETED  n2
    C     2m30s      2     2m |    10m  12m  COMPLETED  n[1-2]
    D     3m10s      1     1m |  3m10s  4m10s  COMPLETED  n2
  )");
}

TEST_CASE("a partition that is down starts nothing, and one that drains takes nothing", "[scenario][partition]") {
  check_scenario(R"(
    cluster nodes=1
    at  1m scontrol update partitionname=all state=down
    at  5m scontrol update partitionname=all state=up
    at  8m scontrol update partitionname=all state=drain

    job  submit  limit |  start      state  reason
    A        0s     3m |     0s  COMPLETED  None
    B        2m     3m |     5m  COMPLETED  PartitionDown
    C        9m     3m |      -  REJECTED  BadConstraints
  )");
}

TEST_CASE("a job that can meet its deadline no more is given up", "[scenario][deadline]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit  deadline |  start   end      state
    A        0s    10m         - |     0s   10m  COMPLETED
    B        1m     5m       12m |      -  7m1s   DEADLINE   # needs 5 of the 5 minutes after 7m
    C        1m     5m       15m |    10m   15m  COMPLETED
  )");
}

TEST_CASE("slurmctld stops a job at the first look after its limit and OverTimeLimit", "[scenario][limit]") {
  check_scenario(R"(
    cluster  nodes=4
    settings over_time_limit=1m
    clock    slurmctld 20s

    job  submit  limit   runs |  start    end      state
    A        5s     2m     9m |     5s  3m20s    TIMEOUT   # looks at 2m50s, 3m20s; its time is over at 3m5s
    B        5s     2m  2m50s |     5s  2m55s  COMPLETED   # beyond its limit, but let go on
    C        5s     2m  3m10s |     5s  3m15s    TIMEOUT   # ended by itself, too late
    D       20s     2m     9m |    20s  3m20s    TIMEOUT   # to the second
  )");
}

TEST_CASE("a memory overrun and a lost node are told from other failures", "[scenario][limit]") {
  check_scenario(R"(
    cluster nodes=2

    job  submit  limit  runs        outcome |  start  end          state
    A        0s    10m    5m  out_of_memory |    0s   5m  OUT_OF_MEMORY
    B        0s    10m    5m      node_fail |    0s   5m      NODE_FAIL
  )");
}

TEST_CASE("RequeueExit sends a job back to wait as long as its first runs end with such a code", "[scenario][requeue]") {
  check_scenario(R"(
    cluster nodes=1
    set     RequeueExit=1-3,99

    job  submit  limit  runs  exit  earlier-exits |   start     end      state  restarts  reason
    A        0s    10m    5m     0             99 |    7m1s  12m1s  COMPLETED         1  BeginTime  # not before 2 min and 1 s
    B        0s    10m    1m    99              - |      5m     6m     FAILED         0  Resources  # its last run, says the trace
  )");
}

TEST_CASE("RequeueExitHold holds a job in SPECIAL_EXIT, which is not ok", "[scenario][requeue]") {
  check_scenario(R"(
    cluster nodes=2
    set     RequeueExitHold=7
    at 10m scontrol release B

    job  submit  limit  runs  exit  earlier-exits  dependency    |   start     end      state  restarts  reason
    A        0s    10m    5m     7              -  -             |       -       -    PENDING         1  JobHeldUser
    B        0s    10m    5m     0              7  -             |     10m     15m  COMPLETED         1  JobHeldUser
    C        0s    10m    5m     0              -  afternotok:A  |      5m     10m  COMPLETED         0  Dependency
    D        0s    10m    5m     0              -  afterok:B     |     15m     20m  COMPLETED         0  Dependency
  )");
}

TEST_CASE("with --no-kill a job goes on when one of its nodes fails, which is for others when it is back", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=3
    at 2m scontrol update nodename=n2 state=down reason=x
    at 5m scontrol update nodename=n2 state=resume

    job  submit  nodes  limit  no-kill |  start    end      state
    A        0s      2    10m      yes |     0s    10m  COMPLETED
    B        0s      1    10m      yes |     0s    10m  COMPLETED
    C        1m      1    10m      yes |     5m    15m  COMPLETED
  )");
}

TEST_CASE("with --no-kill a job fails with its batch host, and ends with its last node", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=5
    at 2m scontrol update nodename=n1,n4 state=down reason=x
    at 3m scontrol update nodename=n3,n5 state=down reason=x

    job  submit  nodes  limit  no-kill  requeue |  start    end      state  restarts
    A        0s      2    10m      yes      yes |     0s     2m     FAILED         0
    B        0s      2    10m      yes       no |     0s     3m  NODE_FAIL         0
    C        0s      1    10m      yes       no |     0s     3m  NODE_FAIL         0
  )");
}

TEST_CASE("a suspended job goes with its node", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=2
    at 2m scontrol suspend A
    at 2m scontrol suspend B
    at 3m scontrol update nodename=n[1-2] state=down reason=x
    at 4m scontrol update nodename=n[1-2] state=resume

    job  submit  nodes  limit  runs  requeue |  start    end      state  restarts
    A        0s      1    10m    5m       no |     0s     3m  NODE_FAIL         0
    B        0s      1    10m    5m      yes |   5m1s  10m1s  COMPLETED         1
  )");
}

TEST_CASE("a suspended job loses a node under --no-kill, too", "[scenario][nodes]") {
  check_scenario(R"(
    cluster nodes=2
    at 2m scontrol suspend A
    at 3m scontrol update nodename=n2 state=down reason=x
    at 4m scontrol resume A

    job  submit  nodes  limit  runs  no-kill |  start    end      state
    A        0s      2    10m    5m      yes |     0s     7m  COMPLETED
  )");
}

}  // namespace sluice::test
