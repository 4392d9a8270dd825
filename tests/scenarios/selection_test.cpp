#include <catch2/catch.hpp>

#include "tests/support/selection_table.hpp"

namespace sluice::test {

TEST_CASE("one core is kept back for each node that is still owed", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=o[1-8] CPUs=8 CoresPerSocket=8
    job  -N4 -n8     | o1:5 o2:1 o3:1 o4:1
    job  -N2 -n8     | o1:7 o2:1
    job  -n20        | o1:8 o2:8 o3:4
    job  -N2-6 -n4   | o1:1 o2:1 o3:1 o4:1
    job  -N3 --exclusive | o1:8 o2:8 o3:8
    job  -N9         | -
  )");
}

TEST_CASE("a job of one node goes to the best fit inside the tightest sufficient stretch of nodes",
          "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=o[1-8] CPUs=8 CoresPerSocket=8
    held o3 cpus=8     # o1-o2 is a stretch of 16 CPUs, o4-o8 one of 34
    held o5 cpus=6
    job  -n1         | o1:1
    job  -n2         | o1:2
    job  -N3 -n3     | o4:1 o5:1 o6:1
  )");
  check_selection(R"(
    conf NodeName=o[1-8] CPUs=8 CoresPerSocket=8
    held o5 cpus=6     # nothing is full: one stretch
    job  -n2         | o5:2
    job  -n3         | o1:3
  )");
}

TEST_CASE("a lower Weight is preferred, and where it does not suffice its nodes are taken first",
          "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=a[1-2] CPUs=4 CoresPerSocket=4 Weight=5
    conf NodeName=b[1-3] CPUs=4 CoresPerSocket=4 Weight=1
    job  -n1         | b1:1
    job  -N2 -n8     | b1:4 b2:4
    job  -N4 -n16    | a1:4 b1:4 b2:4 b3:4
  )");
}

TEST_CASE("required nodes are taken first, excluded ones never", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-6] CPUs=4 CoresPerSocket=4
    job  -N2 -n2 -w n4       | n4:1 n5:1
    job  -N3 -n3 -w n5       | n4:1 n5:1 n6:1
    job  -N2 -n2 -x n[1-2]   | n3:1 n4:1
    refused -N1 -w n9        | Invalid node name specified
  )");
}

TEST_CASE("contiguous nodes are one stretch, whatever their Weight", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-3] CPUs=4 CoresPerSocket=4
    conf NodeName=n[4-6] CPUs=4 CoresPerSocket=4 Weight=7
    held n2 cpus=4
    job  -N3 --contiguous -n3   | n3:1 n4:1 n5:1
    job  -N5 --contiguous -n5   | -
    job  -N5 -n5                | n1:1 n3:1 n4:1 n5:1 n6:1
  )");
}

TEST_CASE("small fragments are dropped until the rest suffices", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    held n[1-2] cpus=7
    job  -N2 -n16    | n3:8 n4:8   # n1 and n2 come first, but offer only one CPU each
    job  -N2 -n9     | n1:1 n3:8
  )");
}

TEST_CASE("CPUs are charged as whole cores", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-2] CPUs=16 CoresPerSocket=8 ThreadsPerCore=2
    job  -n1         | n1:2
    job  -n3         | n1:4
    job  -n8 --threads-per-core=1   | n1:16
    job  -n9 --hint=nomultithread   | n1:16 n2:2
  )");
}

TEST_CASE("cores kept for the system are nobody's", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n1 CPUs=16 CoresPerSocket=8 ThreadsPerCore=2 CoreSpecCount=2
    conf SelectTypeParameters=CR_Core
    job  --exclusive | n1:12
    job  -n12        | n1:12
    job  -n13        | -
  )");
}

TEST_CASE("whole sockets are given where sockets are counted", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Socket
    conf NodeName=n[1-2] CPUs=8 Sockets=2 CoresPerSocket=4
    held n1 cpus=4
    job  -n1         | n1:4
    job  -n5         | n2:8
  )");
}

TEST_CASE("single CPUs are on as many sockets as there are, those of a task on one", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Socket_Memory
    conf NodeName=n1 CPUs=16 Sockets=4 CoresPerSocket=2 ThreadsPerCore=2 RealMemory=16000
    job  -n1 --mem-per-cpu=700        | n1:4+m2800
    job  -N1 --ntasks-per-node=3 --mem-per-cpu=700  | n1:8+m5600    # two cores, two sockets
    job  -N1 --ntasks-per-node=5 --mem=1000         | n1:12+m1000
    job  -n3 -c2 --mem=1000           | n1:8+m1000     # three cores, two of them on the first socket
    job  -n1 -c4 --mem=1000           | n1:4+m1000
  )");
}

TEST_CASE("under CR_ONE_TASK_PER_CORE no two tasks are on one core", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Core,CR_ONE_TASK_PER_CORE
    conf NodeName=n[1-2] CPUs=16 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2
    job  -n2         | n1:4
    job  -n12        | n1:16 n2:8
    job  -n3 -c2     | n1:6
    job  -n2 -c3     | n1:8        # two cores each
    job  -n5 -c3     | n1:16 n2:4  # four tasks fill a node
  )");
}

TEST_CASE("memory is counted a node or a CPU, and bounds the CPUs", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Core_Memory
    conf NodeName=n[1-3] CPUs=8 CoresPerSocket=8 RealMemory=8000
    held n1 cpus=1 memory=5000
    job  -n1 --mem=4000           | n2:1+m4000
    job  -n4 --mem-per-cpu=1000   | n2:4+m4000
    job  -n3 --mem-per-cpu=1000   | n1:3+m3000
    job  -n2 --mem=0              | n2:2+m8000   # all of it, so nobody else's
    job  -n1                      | n2:1+m8000
    job  -N3 -n3 --mem=3000       | n1:1+m3000 n2:1+m3000 n3:1+m3000
    refused -n1 --mem=9000        | Requested node configuration is not available
  )");
}

TEST_CASE("defaults of memory come from the partition, then from the cluster", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Core_Memory
    conf DefMemPerCPU=100
    conf NodeName=n[1-2] CPUs=8 CoresPerSocket=8 RealMemory=8000 Gres=gpu:4
    conf GresTypes=gpu
    gres NodeName=n[1-2] Name=gpu File=/dev/g[0-3]
    conf PartitionName=a Nodes=ALL Default=YES
    conf PartitionName=b Nodes=ALL DefMemPerNode=700
    conf PartitionName=c Nodes=ALL DefMemPerGPU=900
    job  -n4                 | n1:4+m400
    job  -n4 -p b            | n1:4+m700
    job  -n4 -p c            | n1:4+m400
    job  -n4 -p c --gpus=2   | n1:4+m1800
  )");
}

TEST_CASE("memory beyond MaxMemPerCPU costs CPUs", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Core_Memory
    conf MaxMemPerCPU=1000
    conf NodeName=n[1-2] CPUs=8 CoresPerSocket=8 RealMemory=8000
    job  -n2 --mem-per-cpu=2000   | n1:4+m4000
    job  -n1 --mem=3500           | n1:4+m3500
  )");
}

TEST_CASE("a partition's jobs have no more than MaxCPUsPerNode of a node", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-2] CPUs=8 CoresPerSocket=8
    conf PartitionName=few Nodes=ALL Default=YES MaxCPUsPerNode=4
    conf PartitionName=all Nodes=ALL
    held n1 cpus=3 partition=few
    job  -n2         | n2:2
    job  -n1         | n1:1
    job  -n5 -N2     | n1:1 n2:4
    job  -n5 -p all  | n1:5
    job  -n1 --exclusive | -
  )");
}

TEST_CASE("features are joined by and, by or, and by one for all", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=a[1-2] CPUs=4 CoresPerSocket=4 Feature=x,y
    conf NodeName=b[1-2] CPUs=4 CoresPerSocket=4 Feature=x
    conf NodeName=c[1-2] CPUs=4 CoresPerSocket=4 Feature=z
    job  -n1 -C x&y          | a1:1
    job  -N3 -n3 -C y|z  | a1:1 a2:1 c1:1
    job  -N2 -n2 -C [z|y]    | c1:1 c2:1
    job  -N3 -n3 -C [y|z]    | -
    job  -n1 -C (x&y)|z      | a1:1
    job  -N3 -n3 -C [y*1&z*2]  | a1:1 c1:1 c2:1
    refused -n1 -C nothing   | Invalid feature specification
    refused -n1 -C (x        | Invalid feature specification
  )");
}

TEST_CASE("partition and job bound the number of nodes", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-6] CPUs=2 CoresPerSocket=2
    conf PartitionName=p Nodes=ALL Default=YES MinNodes=2 MaxNodes=4
    job  -n1         | n1:1 n2:1
    job  -n8         | n1:2 n2:2 n3:2 n4:2
    job  -n9         | -
    job  -N2-4 -n4   | n1:1 n2:1 n3:1 n4:1
    job  -N2-4 -n4 --use-min-nodes   | n1:2 n2:2
  )");
}

TEST_CASE("spread jobs take as many nodes as they may, least loaded ones the emptiest", "[scenario][selection]") {
  check_selection(R"(
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    job  -n4 --spread-job    | n1:1 n2:1 n3:1 n4:1
  )");
  check_selection(R"(
    conf SelectTypeParameters=CR_Core,CR_LLN
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    held n1 cpus=4
    held n3 cpus=1
    job  -n1         | n2:1
    start -n1        | n2:1
    start -n3        | n4:3
    job  -n7         | n2:7
  )");
}

TEST_CASE("serial jobs go to the end of the list where that is asked for", "[scenario][selection]") {
  check_selection(R"(
    conf SchedulerParameters=pack_serial_at_end
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    job  -n1         | n4:1
    job  -n2         | n1:2
  )");
}

TEST_CASE("GPUs are counted, and the lowest free devices are given", "[scenario][selection][gres]") {
  check_selection(R"(
    conf GresTypes=gpu
    conf NodeName=n[1-3] CPUs=16 CoresPerSocket=16 Gres=gpu:a100:4
    gres NodeName=n[1-3] Name=gpu Type=a100 File=/dev/g[0-3]
    held n1 cpus=4 gpus=1
    job  -N1 --gpus=2            | n1:1+g1-2     # the node with the fewest free CPUs
    job  -N1 --gres=gpu:a100:4   | n2:1+g0-3
    job  -n2 --gpus-per-task=2   | n2:2+g0-3
    job  -N2 --gpus=5            | n2:1+g0-3 n3:1+g0   # nodes with more of the GPUs weigh less
    job  -N1 --gpus=2 --cpus-per-gpu=3   | n1:6+g1-2
    job  -N1 --exclusive --gpus=1   | n2:16+g0-3
    refused -N1 --gpus=v100:1    | Requested node configuration is not available
    refused -N4 --gpus=2         | Invalid generic resource (gres) specification
    refused -n1 --gres=nic:1     | Invalid generic resource (gres) specification
  )");
}

TEST_CASE("DefCpuPerGPU brings CPUs along, but not to jobs that say how many CPUs a task has",
          "[scenario][selection][gres]") {
  check_selection(R"(
    conf GresTypes=gpu
    conf NodeName=n[1-2] CPUs=16 CoresPerSocket=16 Gres=gpu:4
    gres NodeName=n[1-2] Name=gpu File=/dev/g[0-3]
    conf PartitionName=p Nodes=ALL Default=YES DefCpuPerGPU=3
    job  -N1 --gpus=2        | n1:6
    job  -N1 --gpus=2 -c1    | n1:1
    job  -N1 --gres=gpu:4 --ntasks-per-node=1   | n1:12
  )");
}

TEST_CASE("under a tree of switches the leaf with the fewest nodes that suffices is taken",
          "[scenario][selection][topology]") {
  check_selection(R"(
    conf TopologyPlugin=topology/tree
    conf NodeName=n[01-18] CPUs=8 CoresPerSocket=8
    topology SwitchName=s1 Nodes=n[01-04]
    topology SwitchName=s2 Nodes=n[05-10]
    topology SwitchName=s3 Nodes=n[11-14]
    topology SwitchName=s4 Nodes=n[15-18]
    topology SwitchName=t1 Switches=s[1-2]
    topology SwitchName=t2 Switches=s[3-4]
    topology SwitchName=top Switches=t[1-2]
    held n11 cpus=8
    job  -N3 -n3     | n12:1 n13:1 n14:1
    job  -N5 -n5     | n05:1 n06:1 n07:1 n08:1 n09:1
    job  -N7 -n7     | n12:1 n13:1 n14:1 n15:1 n16:1 n17:1 n18:1   # no leaf suffices, but t2 does
    job  -n2         | n12:2      # the leaf with the fewest nodes
    job  -N2 -n2 -w n18   | n15:1 n18:1
  )");
}

TEST_CASE("a job waits for its switches as long as it says", "[scenario][selection][topology]") {
  check_selection(R"(
    conf TopologyPlugin=topology/tree
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    topology SwitchName=s1 Nodes=n[1-2]
    topology SwitchName=s2 Nodes=n[3-4]
    topology SwitchName=top Switches=s[1-2]
    held n1 cpus=8
    held n3 cpus=8
    ever -N2 -n2 --switches=1@2       | yes
    job  -N2 -n2 --switches=1@2       | -
    at 119
    job  -N2 -n2 --switches=1@2       | -
    at 120
    job  -N2 -n2 --switches=1@2       | n2:1 n4:1
  )");
}

TEST_CASE("under a dragonfly nodes come from leaves in turn, unless one leaf has room", "[scenario][selection][topology]") {
  check_selection(R"(
    conf TopologyPlugin=topology/tree
    conf TopologyParam=Dragonfly
    conf NodeName=n[1-6] CPUs=8 CoresPerSocket=8
    topology SwitchName=s1 Nodes=n[1-2]
    topology SwitchName=s2 Nodes=n[3-6]
    topology SwitchName=top Switches=s[1-2]
    job  -N3 -n3     | n3:1 n4:1 n5:1
    job  -N5 -n5     | n1:1 n2:1 n3:1 n4:1 n5:1
  )");
}

TEST_CASE("under blocks a job lies in the smallest block that holds it, in as few base blocks as it can",
          "[scenario][selection][topology]") {
  check_selection(R"(
    conf TopologyPlugin=topology/block
    conf NodeName=n[01-16] CPUs=8 CoresPerSocket=8 Gres=gpu:2
    conf GresTypes=gpu
    gres NodeName=n[01-16] Name=gpu File=/dev/g[0-1]
    topology BlockName=b1 Nodes=n[01-04]
    topology BlockName=b2 Nodes=n[05-08]
    topology BlockName=b3 Nodes=n[09-12]
    topology BlockName=b4 Nodes=n[13-16]
    topology BlockSizes=4,8
    held n01 cpus=8
    job  -N3 -n3     | n02:1 n03:1 n04:1                  # the block with the fewest free nodes that suffice
    job  -N4 -n4     | n13:1 n14:1 n15:1 n16:1            # of equal ones the last
    job  -N5 -n5     | n02:1 n05:1 n06:1 n07:1 n08:1      # blocks of eight nodes; there the fuller half first
    job  -N9 -n9     | n02:1 n09:1 n10:1 n11:1 n12:1 n13:1 n14:1 n15:1 n16:1   # no size holds it: all blocks
    job  -N4 -n4 --segment=2   | n02:1 n03:1 n13:1 n14:1  # piece by piece
    job  -N2 -n2 --segment=4   | n02:1 n03:1              # larger than the job: none
    ever -N4 -n4 --segment=3   | no
    job  -N4 --gpus=8 --segment=2  | n02:1 n03:1 n13:1 n14:1
    ever -N4 --gpus=7 --segment=2  | no                   # each piece has as many
    job  -N2 -n2 -w n06        | n05:1 n06:1
    ever -N2 -n2 -w n06,n10    | no                       # not in one block
    job  -N5 -n5 -w n04,n05    | n02:1 n03:1 n04:1 n05:1 n06:1
  )");
}

TEST_CASE("between two sizes of blocks a job begins no more of the smaller ones than it has to",
          "[scenario][selection][topology]") {
  check_selection(R"(
    conf TopologyPlugin=topology/block
    conf NodeName=n[01-16] CPUs=8 CoresPerSocket=8
    conf NodeName=n17 CPUs=8 CoresPerSocket=8 Features=far
    topology BlockName=b1 Nodes=n[01-02]
    topology BlockName=b2 Nodes=n[03-04]
    topology BlockName=b3 Nodes=n[05-06]
    topology BlockName=b4 Nodes=n[07-08]
    topology BlockName=b5 Nodes=n[09-10]
    topology BlockName=b6 Nodes=n[11-12]
    topology BlockName=b7 Nodes=n[13-14]
    topology BlockName=b8 Nodes=n[15-16]
    topology BlockSizes=2,8
    held n01 cpus=8
    held n03 cpus=8
    held n05 cpus=8
    held n09 cpus=8
    held n11 cpus=8
    held n13 cpus=8
    held n15 cpus=8
    job  -N3 -n3     | n06:1 n07:1 n08:1   # two base blocks, and among b5 to b8 no two have three nodes
    ever -N9 -n9     | yes                 # all blocks
    ever -N17 -n17   | no                  # n17 is in none
    job  -N1 -n1 -C far   | n17:1          # where no node of a block is at hand blocks have no say
    held n07 cpus=8
    job  -N3 -n3     | -
  )");
}

TEST_CASE("a job will run when enough of the running ones reach their limits", "[scenario][selection][will_run]") {
  check_selection(R"(
    conf NodeName=n[1-3] CPUs=8 CoresPerSocket=8
    held n1 cpus=8 until=10
    held n2 cpus=8 until=20
    held n3 cpus=4 until=30
    will -n4         | now n3:4
    will -n8         | 10 n1:8
    will -N2 -n16    | 20 n1:8 n2:8
    will -N3 -n24    | 30 n1:8 n2:8 n3:8
    will -N4         | -
  )");
}

TEST_CASE("jobs that end soon after each other are taken for one moment", "[scenario][selection][will_run]") {
  check_selection(R"(
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8
    held n1 cpus=8 until=10
    held n2 cpus=8 until=11   # within 30 seconds of the first window's end
    held n3 cpus=8 until=40
    held n4 cpus=8 until=60
    will -n8         | 11 n1:8
    will -N3 -n24    | 40 n1:8 n2:8 n3:8
  )");
}

TEST_CASE("the least important jobs are preempted, and no more of them than are in the way",
          "[scenario][selection][preemption]") {
  check_selection(R"(
    conf NodeName=n[1-3] CPUs=8 CoresPerSocket=8
    held n1 cpus=4
    held n2 cpus=8
    held n[1,3] cpus=4
    preempt -N1 -n8  | 2 -> n2:8
    preempt -n8      | 1 -> n1:4 n3:4
    preempt -N2 -n16 | 1,3 -> n1:8 n3:8
    preempt -n4      | none -> n3:4
  )");
}

TEST_CASE("select/linear gives whole nodes", "[scenario][selection]") {
  check_selection(R"(
    conf SelectType=select/linear
    conf SelectTypeParameters=CR_Memory
    conf NodeName=n[1-4] CPUs=8 CoresPerSocket=8 RealMemory=4000
    held n1 cpus=8
    job  -n1 --mem=100      | n2:8
    job  -n9 --mem=100      | n2:8 n3:8
    job  -N4 --mem=100      | -
  )");
}

}  // namespace sluice::test
