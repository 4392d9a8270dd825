// What `scontrol update`, `create` and `delete` make of partitions, nodes and jobs while jobs wait and run.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a longer MaxTime lets a job start that waited for it, a shorter one stops only those that wait",
          "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    partition p nodes=n[1-2] max_time=10m default
    policy scheduler=sched/backfill
    at  5m scontrol update partitionname=p maxtime=60
    at 20m scontrol update partitionname=p maxtime=10

    job  submit  nodes  limit  runs |  start  end  reason
    A        0s      1    30m   30m |     5m  35m  None
    B        1m      1    10m   10m |     1m  11m  None
    C       21m      1    30m   10m |      -    -  PartitionTimeLimit
    D       22m      1    10m   10m |    22m  32m  None
  )");
}

TEST_CASE("nodes that leave a partition keep their jobs and take no others of it", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=3 cpus=1
    partition p nodes=n[1-2] default
    policy scheduler=sched/backfill
    at  2m scontrol update partitionname=p nodes=n[2-3]
    at 20m scontrol update partitionname=p nodes+=n1
    at 30m scontrol update partitionname=p nodes-=n[1-2]

    job  submit  nodes  limit |  start  end  nodes
    A        0s      2    10m |     3s  10m3s  n[1-2]
    B        3m      1    10m |     3m  13m  n3
    C        4m      2     5m |    13m  18m  n[2-3]   # n1 is free from 10m, but no longer of p
    D       21m      3     5m |    21m  26m  n[1-3]
    E       31m      1     5m |    31m  36m  n3
  )");
}

TEST_CASE("a partition's new tier counts from the next look at the queue", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=1 cpus=1
    partition a nodes=n1 default
    partition b nodes=n1
    policy scheduler=sched/backfill
    at  5m scontrol update partitionname=b prioritytier=9

    job  submit  partition  limit |  start  end
    A        0s          a    10m |     3s  10m3s
    B        1m          a    10m |  20m3s  30m3s
    C        2m          b    10m |  10m3s  20m3s
  )");
}

TEST_CASE("OverTimeLimit counts for jobs that run already", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    partition a nodes=n1 default
    partition b nodes=n2
    policy scheduler=sched/backfill
    clock slurmctld 0s
    at  5m scontrol update partitionname=b overtimelimit=5

    job  submit  partition  limit  runs |  start  end      state
    A        0s          a    10m   30m |     3s  10m30s  TIMEOUT
    B        0s          b    10m   30m |     3s  15m30s  TIMEOUT
  )");
}

TEST_CASE("a partition that lets other accounts in is a new hope for their jobs", "[scenario][updates]") {
  check_scenario(R"(
    conf ClusterName=c
    conf SchedulerType=sched/backfill
    conf SelectType=select/cons_tres
    conf SelectTypeParameters=CR_Core
    conf NodeName=n[1-2] CPUs=1
    conf PartitionName=p Nodes=ALL Default=YES AllowAccounts=a
    sacctmgr add account a
    sacctmgr add account b
    sacctmgr add user u account=a
    sacctmgr add user u account=b
    at  5m scontrol update partitionname=p allowaccounts=a,b
    at 10m scontrol update partitionname=p allowaccounts=ALL denyaccounts=a

    job  submit  user  account  limit |  start  end  reason
    A        0s     u        a    10m |     3s  10m3s  None
    B        1m     u        b    10m |     5m    15m  AccountNotAllowed
    C       11m     u        a    10m |      -      -  AccountNotAllowed
    D       11m     u        b    10m |    11m    21m  None
  )");
}

TEST_CASE("a partition is there from its creation to its deletion, which waits until it is empty", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    partition p nodes=n1 default
    policy scheduler=sched/backfill
    at  5m scontrol create partitionname=late nodes=n2 maxtime=20
    at  7m scontrol delete partitionname=late
    at 20m scontrol delete partitionname=late

    job  submit  partition  limit |  start  end  nodes  state      message
    A        0s       late    10m |      -    -  -      REJECTED   Invalid partition name specified
    B        6m       late    10m |     6m  16m  n2     COMPLETED  -
    C        8m     late,p    10m |     8m  18m  n1     COMPLETED  -
    D       21m       late    10m |      -    -  -      REJECTED   Invalid partition name specified
  )");
}

// Source: job_mgr.c, kill_job_by_part_name.
TEST_CASE("of the partitions of a job that waits a deleted one is taken", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    partition p nodes=n1 default
    partition old nodes=n2
    policy scheduler=sched/backfill
    at  1m scontrol update nodename=n2 state=drain reason=x
    at  3m scontrol delete partitionname=old
    at  4m scontrol update nodename=n2 state=resume

    job  submit  partition  limit |  start  end  nodes
    A        0s          p    10m |     3s  10m3s  n1
    B        2m      p,old    10m |  10m3s  20m3s  n1
    C        5m      p,old    10m |      -      -  -
  )");
}

TEST_CASE("a job that named no partition stays in the one that was the default", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=2 cpus=1
    partition a nodes=n1 default
    partition b nodes=n2
    policy scheduler=sched/backfill
    at  5m scontrol update partitionname=b default=yes

    job  submit  limit |  start  end  nodes
    A        0s    10m |     3s  10m3s  n1
    B        1m    10m |  10m3s  20m3s  n1
    C        6m    10m |     6m  16m  n2
  )");
}

TEST_CASE("features and weights of nodes count for the jobs that wait", "[scenario][updates]") {
  check_scenario(R"(
    node n[1-2] cpus=1 features=old
    node n3 cpus=1 features=old,new
    partition p nodes=n[1-3] default
    policy scheduler=sched/backfill
    at  2m scontrol update nodename=n1 weight=7
    at  5m scontrol update nodename=n2 availablefeatures=old,new
    at 20m scontrol update nodename=n2 activefeatures=old

    job  submit  constraint  limit |  start  end  nodes
    A        0s         new    10m |     3s  10m3s  n3
    B        1m         new    10m |     5m  15m  n2
    C        3m         old     1m |     3m   4m  n2     # n1 is free, too, but of a higher weight
    D       21m         new    10m |    21m  31m  n3
    E       22m         new    10m |    31m  41m  n3
  )");
}

TEST_CASE("what a waiting job asks for can be changed, a running one takes a new end", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=3 cpus=2
    partition p nodes=n[1-3] default
    policy scheduler=sched/backfill
    at  2m scontrol update jobid=B reqnodelist=n3
    at  3m scontrol update jobid=A timelimit+=5
    at  4m scontrol update jobid=C endtime=now+4minutes
    at  5m scontrol update jobid=A numnodes=1
    at  6m scontrol update jobid=D excnodelist=n3 timelimit=4
    at  6m scontrol update jobid=D numtasks=2

    job  submit  nodes  ntasks  nodelist  limit  runs |  start  end     state
    A        0s      2       4         -    10m   30m |     3s   15m3s    TIMEOUT
    B        1m      1       2        n1    10m    1m |     2m      3m  COMPLETED
    C        3m      1       2         -    10m   10m |     3m      8m    TIMEOUT
    D        5m      2       2         -    10m    4m |  15m3s   19m3s  COMPLETED   # n3 is free from 8m
  )");
}

TEST_CASE("a dependency that is taken away or changed counts from then on", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=4 cpus=1
    partition p nodes=n[1-4] default
    policy scheduler=sched/backfill
    at  2m scontrol update jobid=B dependency=
    at  3m scontrol update jobid=C dependency=afterany:B
    at  4m scontrol update jobid=D dependency=afterok:A

    job  submit  dependency  limit |  start  end
    A        0s           -    30m |     3s  30m3s
    B        0s  afterany:A    10m |     2m  12m
    C        0s  afterany:A    10m |    12m  22m
    D        0s           -    10m |     3s  10m3s
    E        0s  afterany:C    10m |    22m  32m
  )");
}

TEST_CASE("scontrol top lets jobs of one user change places, and leaves those of others where they are", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=1 cpus=1
    policy scheduler=sched/backfill
    at  5m scontrol top E,D
    at  6m scontrol top A            # it runs: left alone

    job  submit  limit  user |  start
    A        0s    10m   ann |     3s
    B        1m    10m   ann |  40m3s            # the highest priority of ann's was its own, which E has got
    C        2m    10m   bob |  20m3s
    D        3m    10m   ann |  30m3s
    E        4m    10m   ann |  10m3s
  )");
}

TEST_CASE("a priority does not release a job that is held", "[scenario][updates]") {
  check_scenario(R"(
    cluster nodes=1 cpus=1
    partition p nodes=n1 default
    policy scheduler=sched/backfill
    at  2m scontrol hold B
    at  3m scontrol update jobid=B priority=1000
    at 25m scontrol release B

    job  submit  limit |  start  end
    A        0s    10m |     3s  10m3s
    B        1m    10m |    25m    35m
    C        1m    10m |  10m3s  20m3s
  )");
}

}  // namespace sluice::test
