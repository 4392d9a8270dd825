// Jobs that have cores in common: OverSubscribe, gang scheduling, suspension.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/support/scenario.hpp"
#include "tests/support/selection_table.hpp"

namespace sluice::test {

TEST_CASE("under OverSubscribe=FORCE free cores go first, then one row of jobs after the other",
          "[scenario][selection][sharing]") {
  check_selection(R"(
    conf NodeName=n[1-2] CPUs=4 CoresPerSocket=4
    conf PartitionName=all Nodes=ALL Default=YES OverSubscribe=FORCE:2
    start -n4        | n1:4
    start -n4        | n2:4
    start -n2        | n1:2   # the second row
    start -n4        | n2:4
    start -n2        | n1:2   # beside the other one of its row
    job  -n1         | -
    ever -n1         | yes
  )");
}

TEST_CASE("under OverSubscribe=YES only jobs that ask for it share, and not with others on one node",
          "[scenario][selection][sharing]") {
  check_selection(R"(
    conf NodeName=n[1-2] CPUs=4 CoresPerSocket=4
    conf PartitionName=all Nodes=ALL Default=YES OverSubscribe=YES:2
    start -n4 -s     | n1:4
    start -n4        | n2:4
    job  -n1         | -
    job  -n3 --oversubscribe | n1:3
    job  -n3 --exclusive     | -
  )");
}

TEST_CASE("partitions that share cores and partitions that do not keep off each other's nodes",
          "[scenario][selection][sharing]") {
  check_selection(R"(
    conf NodeName=n[1-3] CPUs=4 CoresPerSocket=4
    conf PartitionName=own Nodes=ALL Default=YES
    conf PartitionName=shared Nodes=ALL OverSubscribe=FORCE:2
    conf PartitionName=whole Nodes=ALL OverSubscribe=EXCLUSIVE
    start -n1            | n1:1
    start -n1 -p shared  | n2:1
    job  -n3             | n1:3
    job  -n5             | n1:1 n3:4
    job  -N1 -n4 -p shared   | n3:4
    start -n1 -p whole   | n3:4
    job  -n4             | -
    job  -n3 -p shared   | n2:3
    job  -n4 -p shared   | n2:4
    job  -n1 -p whole    | -
  )");
}

TEST_CASE("CR_CPU gives a core of its own to each thread that --threads-per-core leaves a core", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_CPU
    conf NodeName=n[1-2] CPUs=8 Sockets=2 CoresPerSocket=2 ThreadsPerCore=2
    start -n3 --threads-per-core=1 | n1:3
    job   -n2                      | n1:2   # a core is left
    job   -n3                      | n2:3
    job   -N1 -n5                  | n2:5
  )");
}

TEST_CASE("where cores are told apart, --ntasks-per-socket looks at the free cores of each socket",
          "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_CPU
    conf NodeName=n[1-2] CPUs=16 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2
    start -N1 -n8                  | n1:8   # a socket
    job   -n3 --ntasks-per-socket=1 | n2:3
    job   -n6 --ntasks-per-socket=1 | n1:2 n2:4  # one core a socket
    job   -n7 --ntasks-per-socket=1 | -
  )");
}

TEST_CASE("a job that may share is tested as one that does not first", "[scenario][selection][sharing]") {
  check_selection(R"(
    conf NodeName=n[1-2] CPUs=8 CoresPerSocket=8
    conf PartitionName=all Nodes=ALL Default=YES OverSubscribe=YES:2
    start -N1 -n2    | n1:2
    start -N1 -n7    | n2:7
    will  -N2 -n2    | now n1:1 n2:1
    will  -N2 -n2 -s | now n1:1 n2:1   # though it cannot start: those on the nodes do not share
    job   -N2 -n2 -s | -
  )");
}

TEST_CASE("select/linear gives a node to as many jobs as OverSubscribe says", "[scenario][selection][sharing]") {
  check_selection(R"(
    conf SelectType=select/linear
    conf SelectTypeParameters=CR_Memory
    conf NodeName=n[1-2] CPUs=4 CoresPerSocket=4 RealMemory=1000
    conf PartitionName=all Nodes=ALL Default=YES OverSubscribe=FORCE:2
    start -N1 --mem=400  | n1:4
    start -N1 --mem=400  | n2:4
    start -N1 --mem=400  | n1:4
    start -N1 --mem=700  | -     # memory is not shared
    start -N1 --mem=400  | n2:4
    start -N1 --mem=100  | -
  )");
}

TEST_CASE("select/linear counts the jobs of a node, whichever partitions they are in", "[scenario][selection][sharing]") {
  check_selection(R"(
    conf SelectType=select/linear
    conf SelectTypeParameters=CR_Memory
    conf NodeName=n[1-2] CPUs=4 CoresPerSocket=4 RealMemory=1000
    conf PartitionName=force Nodes=ALL Default=YES OverSubscribe=FORCE:2
    conf PartitionName=yes Nodes=ALL OverSubscribe=YES:2
    conf PartitionName=no Nodes=ALL
    start -N1 --mem=10            | n1:4
    job   -N1 --mem=10 -p no      | n2:4       # no node with a job on it
    start -N1 --mem=10 -p yes -s  | n2:4       # an idle node first
    will  -N2 --mem=10 -p no      | now n1:4 n2:4  # beside one job each, though that is no start
    job   -N2 --mem=10 -p no      | -
    job   -N1 --mem=10 -p yes     | -
    start -N1 --mem=10 -p yes -s  | n1:4       # beside the oldest job with as many nodes
    will  -N2 --mem=10            | 1440 n1:4 n2:4
    start -N1 --mem=10            | n2:4
    job   -N1 --mem=10            | -
  )");
}

TEST_CASE("select/linear takes the largest nodes where the smallest would be too few CPUs", "[scenario][selection]") {
  check_selection(R"(
    conf SelectType=select/linear
    conf SelectTypeParameters=CR_Memory
    conf NodeName=n[1-3] CPUs=2 CoresPerSocket=2 RealMemory=1000
    conf NodeName=n[4-5] CPUs=8 CoresPerSocket=8 RealMemory=1000
    job   -n2 --mem=10            | n1:2
    job   -n6 --mem=10            | n1:2 n2:2 n3:2  # nodes of one line of slurm.conf before those of the next
    will  -n6 --mem=10            | now n5:8
    job   -n9 --mem=10            | n4:8 n5:8
    job   -n2 --mem=10 -w n4      | n4:8
    job   -n4 -N2 --mem=10 -w n3  | n2:2 n3:2
    job   -N2 --contiguous --mem=10 -x n2 | n3:2 n4:8
    job   -N3 --mem=10 --ntasks-per-node=1 | n1:2 n2:2 n3:2
  )");
}

TEST_CASE("jobs that share cores take turns of a time slice", "[scenario][gang]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=2 CoresPerSocket=2
    conf PreemptMode=GANG
    conf SchedulerTimeSlice=60
    conf PartitionName=all Nodes=ALL Default=YES OverSubscribe=FORCE:2

    job  submit  limit  runs  cpus |  start  end      state  reason
    A        0s     5m    3m     2 |     3s  5m3s  COMPLETED  None       # its turns: 3s-2m, 3m-4m, from 5m on
    B        0s     5m    3m     2 |     3s  6m3s  COMPLETED  None       # 2m-3m, 4m-5m, from A's end on
    C        0s     5m    1m     2 |   5m3s  7m3s  COMPLETED  Resources  # in A's row; pauses until B ends
  )");
}

TEST_CASE("a job of a higher tier suspends those on its cores until it ends; their time limits wait with them",
          "[scenario][gang]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=2 CoresPerSocket=2
    conf PreemptType=preempt/partition_prio
    conf PreemptMode=SUSPEND,GANG
    conf PartitionName=low Nodes=ALL Default=YES PriorityTier=1
    conf PartitionName=high Nodes=ALL PriorityTier=10

    job  submit  limit  runs  cpus  partition |  start  end      state  nodes
    A        0s    10m   10m     2        low |     3s  15m3s  COMPLETED  n1
    B        0s    10m   10m     2        low |     3s  10m3s  COMPLETED  n2
    C        1m     5m    5m     2       high |     1m     6m  COMPLETED  n1
  )");
}

TEST_CASE("memory and GPUs of a suspended job stay its own", "[scenario][gang]") {
  check_scenario(R"(
    conf GresTypes=gpu
    conf NodeName=n1 CPUs=2 CoresPerSocket=2 RealMemory=1000 Gres=gpu:1
    conf SelectTypeParameters=CR_Core_Memory
    conf PreemptType=preempt/partition_prio
    conf PreemptMode=SUSPEND,GANG
    conf PartitionName=low Nodes=ALL Default=YES PriorityTier=1
    conf PartitionName=high Nodes=ALL PriorityTier=10

    job  submit  limit  runs  cpus  mem  gres    partition |  start    end
    A        0s    10m   10m     2  600  gpu:1         low |     3s  12m3s  # pauses for D
    B        1m     2m    2m     2  500  -            high |  12m3s  14m3s
    C        1m     2m    2m     2  100  gpu:1        high |  14m3s  16m3s
    D        2m     2m    2m     2  100  -            high |     2m     4m
  )");
}

TEST_CASE("the cores of a job that an operator has suspended are for others, and may be in use when it resumes",
          "[scenario][operator]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=2 CoresPerSocket=2
    at  2m scontrol suspend A
    at  5m scontrol resume A

    job  submit  limit  runs  cpus |  start  end      state
    A        0s    10m    5m     2 |     3s  8m3s  COMPLETED
    B        1m    10m    5m     2 |     2m    7m  COMPLETED
    C        1m    10m    1m     2 |     7m    8m  COMPLETED  # A is on its cores, but they are not counted as its own
  )");
}

TEST_CASE("a suspended job goes on where its node takes no more jobs", "[scenario][operator]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=2 CoresPerSocket=2
    at  2m scontrol suspend A
    at  3m scontrol update nodename=n1 state=drain reason=fan
    at  5m scontrol resume A

    job  submit  limit  runs  cpus |  start   end      state  nodes
    A        0s    10m    5m     2 |     3s  8m3s  COMPLETED  n1
    B        4m    10m    1m     2 |     4m    5m  COMPLETED  n2
    C        6m    10m    1m     2 |     6m    7m  COMPLETED  n2
  )");
}

TEST_CASE("under CR_CPU a job is charged the CPUs it asks for, but cores are not shared", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_CPU
    conf NodeName=n1 CPUs=8 CoresPerSocket=4 ThreadsPerCore=2
    start -n1        | n1:1
    start -n3        | n1:3
    start -n2        | n1:2
    job  -n1         | -      # 1 + 2 + 1 cores
  )");
}

TEST_CASE("a GPU is given whole or in shares, and one GPU serves a job's shares", "[scenario][selection][gres]") {
  check_selection(R"(
    conf GresTypes=gpu,shard
    conf NodeName=n1 CPUs=16 CoresPerSocket=16 Gres=gpu:3,shard:12
    start -n1 --gres=shard:2   | n1:1+g0
    start -n1 --gres=shard:3   | n1:1+g1    # 2 are left of the first
    start -n1 --gres=shard:1   | n1:1+g0    # one that is shared already
    job  -n1 --gpus=2          | -
    start -n1 --gpus=1         | n1:1+g2
    job  -n1 --gres=shard:2    | -
    start -n1 --gres=shard:1   | n1:1+g0
    start -n1 --gres=shard:1   | n1:1+g1
    job  -n1 --gres=shard:1    | -
    ever -n1 --gres=shard:5    | no
    refused -n1 --gres=gpu:1,shard:1 | Invalid generic resource (gres) specification
  )");
}

TEST_CASE("the components of a heterogeneous job start together, each on nodes of its own", "[scenario][hetjob]") {
  check_scenario(R"(
    conf NodeName=n[1-3] CPUs=2 CoresPerSocket=2

    job  submit  limit  runs  cpus  het-group |  start  end  nodes
    A        0s     5m    5m     2          - |     3s   5m3s  n1
    B        0s     3m    3m     2          - |     3s   3m3s  n2
    C        1m     4m    4m     2          C |  5m30s  9m30s  n1
    D        1m     4m    2m     4          C |  5m30s  7m30s  n[2-3]
    E        1m     1m    1m     2          - |  3m30s  4m30s  n3      # till then n3 is promised to C, if it were not for D
  )");
}

TEST_CASE("cancelling a component that waits cancels the heterogeneous job", "[scenario][hetjob]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=2 CoresPerSocket=2
    at  2m scancel D

    job  submit  limit  cpus  het-group |  start  end      state
    A        0s     5m     2          - |     3s 5m3s  COMPLETED
    C        1m     4m     1          C |      -   2m  CANCELLED
    D        1m     4m     1          C |      -   2m  CANCELLED
  )");
}

TEST_CASE("with whole_hetjob what is done to a component that runs is done to all", "[scenario][hetjob]") {
  for (const char* const whole : {"whole_hetjob", "whole_pack"})
    check_scenario(fmt::format(R"(
    conf NodeName=n[1-2] CPUs=1
    conf SchedulerParameters={}
    at 5m scancel B

    job  submit  limit  het-group |  end      state
    A        0s    10m          A |   5m  CANCELLED
    B        0s    10m          A |   5m  CANCELLED
  )", whole));
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=1
    at 5m scancel B

    job  submit  limit  het-group |  state
    A        0s    10m          A |  COMPLETED
    B        0s    10m          A |  CANCELLED
  )");
}

TEST_CASE("a heterogeneous job is preempted as a whole, or not at all", "[scenario][hetjob][preempt]") {
  check_scenario(R"(
    conf NodeName=n[1-3] CPUs=2 CoresPerSocket=2
    conf PreemptType=preempt/partition_prio
    conf PreemptMode=REQUEUE
    conf PartitionName=low Nodes=ALL Default=YES PriorityTier=1
    conf PartitionName=safe Nodes=ALL PriorityTier=1 PreemptMode=OFF
    conf PartitionName=high Nodes=ALL PriorityTier=10

    job  submit  limit  runs  cpus  partition  het-group |  start  end  restarts
    A        0s     9m    9m     2       low          A |  7m30s 16m30s        1
    B        0s     9m    9m     2       low          A |  7m30s 16m30s        1  # though n3 and one of their nodes would do
    C        5m     2m    2m     4      high          - |     5m     7m        0
  )");
}

TEST_CASE("one component that may not be preempted keeps the others", "[scenario][hetjob][preempt]") {
  check_scenario(R"(
    conf NodeName=n[1-3] CPUs=2 CoresPerSocket=2
    conf PreemptType=preempt/partition_prio
    conf PreemptMode=REQUEUE
    conf PartitionName=low Nodes=ALL Default=YES PriorityTier=1
    conf PartitionName=safe Nodes=ALL PriorityTier=1 PreemptMode=OFF
    conf PartitionName=high Nodes=ALL PriorityTier=10

    job  submit  limit  runs  cpus  partition  het-group |  start  end  restarts
    A        0s     9m    9m     2       low          A |    30s  9m30s        0
    B        0s     9m    9m     2      safe          A |    30s  9m30s        0
    C        5m     2m    2m     4      high          - |  9m30s 11m30s        0
  )");
}

TEST_CASE("preferred features are tried first, others are taken rather than wait", "[scenario][prefer]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=2 CoresPerSocket=2
    conf NodeName=n3 CPUs=2 CoresPerSocket=2 Features=fast
    conf SchedulerParameters=bf_interval=5

    job  submit  limit  runs  cpus  prefer |  start  end  nodes
    A        0s     5m    5m     2    fast |     3s  5m3s  n3
    B        1m     5m    5m     2    fast |     1m    6m  n1
  )");
}

TEST_CASE("a deadline that cannot be met is refused", "[scenario][deadline]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=2 CoresPerSocket=2

    job  submit  limit  deadline  time-min |  start     state  message
    A        5m     5m        4m         - |      -  REJECTED  Requested time limit is invalid (missing or exceeds some limit)
    B        5m     5m        9m         - |      -  REJECTED  Requested time limit is invalid (missing or exceeds some limit)
    C        5m     9m        9m         5 |      -  REJECTED  Invalid time-min specification (exceeds job's time or other limits)
    D        5m     5m       11m         - |     5m  COMPLETED  -
  )");
}

TEST_CASE("jobs of a partition that takes none go to its alternate", "[scenario][partition]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=2 CoresPerSocket=2
    conf PartitionName=old Nodes=n1 Default=YES State=DRAIN Alternate=older
    conf PartitionName=older Nodes=n1 State=INACTIVE Alternate=new
    conf PartitionName=new Nodes=n2

    job  submit  limit  partition |  start  nodes  partition
    A        0s     5m          - |     3s  n2     new
    B        0s     5m        old |     3s  n2     new
  )");
}

TEST_CASE("where decisions cost time a pass looks at fewer jobs, and the next comes later", "[scenario][cost]") {
  check_scenario(R"(
    conf NodeName=n[1-4] CPUs=1
    conf SluiceDecisionCost=job=1
    conf SchedulerParameters=max_sched_time=2,bf_interval=-1

    job  submit  limit  runs  cpus |  start
    A        0s     5m    5m     1 |     3s
    B        0s     5m    5m     1 |     3s
    C        0s     5m    5m     1 |     1m  # the next pass
    D        0s     5m    5m     1 |     1m
  )");
}

}  // namespace sluice::test
