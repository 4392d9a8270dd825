// What a job can ask for, and what it gets.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("20 GPUs on nodes of 8 are two whole nodes and a node with the rest", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=4 cpus=32 gpus=8

    job  submit  gpus  cpus-per-gpu  limit |  start  nodes   gpus   cpus
    A        0s    20             4    10m |     0s  n[1-3]  8+8+4  32+32+16
    B        1m     4             4    10m |     1m  n3      4      16        # beside A on n3
  )");
}

TEST_CASE("GPUs with --nodes are spread evenly, the first nodes taking one more", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=4 cpus=32 gpus=8

    job  submit  nodes  gpus  limit |  start  nodes   gpus
    A        0s      4     6    10m |     0s  n[1-4]  2+2+1+1
  )");
}

TEST_CASE("--gres is for each node", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=2 cpus=32 gpus=8

    job  submit  nodes  gres   limit |  start  end  nodes   gpus
    A        0s      2  gpu:5    10m |     0s  10m  n[1-2]  5+5
    B        1m      1  gpu:4    10m |    10m  20m  n1      4    # 3 free GPUs on each node are not 4 on one
  )");
}

TEST_CASE("a type of GPU is that type", "[scenario][request]") {
  check_scenario(R"(
    node    a1 cpus=32 gpu=v100:4
    node    a2 cpus=32 gpu=a100:4

    job  submit  gpus    limit |  start  end  nodes
    A        0s  a100:4    10m |     0s  10m  a2
    B        1m  a100:1    10m |    10m  20m  a2
    C        2m       4    10m |     2m  12m  a1   # any type will do; --gpus of one node
  )");
}

TEST_CASE("the CPUs of a node can stop a job for which there are GPUs", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=1 cpus=8 gpus=4

    job  submit  ntasks  gpus  limit |  start  end
    A        0s       8     -    10m |     0s  10m
    B        1m       1     1    10m |    10m  20m
  )");
}

TEST_CASE("tasks go anywhere, task by task", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=3 cpus=4

    job  submit  ntasks  cpus-per-task  limit |  start  nodes   cpus
    A        0s       2              3    10m |     0s  n[1-2]  3+3
    B        1m       6              1    10m |     1m  n[1-3]  1+1+4
  )");
}

TEST_CASE("memory is a resource like any other", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=1 cpus=8 mem=1000

    job  submit  ntasks  mem  limit |  start  end
    A        0s       1  600    10m |     0s  10m
    B        1m       1  600    10m |    10m  20m  # 7 CPUs are free, but 400 MB only
    C        2m       1  400     8m |     2m  10m
  )");
}

TEST_CASE("--mem=0 is all memory of the node", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=1 cpus=8 mem=1000

    job  submit  ntasks  mem  limit |  start  end
    A        0s       1    0    10m |     0s  10m
    B        1m       1    1    10m |    10m  20m
  )");
}

TEST_CASE("an exclusive job has the whole of each of its nodes", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=2 cpus=8

    job  submit  ntasks  exclusive  limit |  start  end  nodes   cpus
    A        0s       1          -    10m |     0s  10m  n1      1
    B        1m       1        yes    10m |     1m  11m  n2      8
    C        2m       1        yes     8m |    10m  18m  n1      8   # one CPU of n1 is taken
    D        3m       8          -     8m |    11m  19m  n2      8
  )");
}

TEST_CASE("--nodes without more is one CPU of each", "[scenario][request]") {
  check_scenario(R"(
    cluster nodes=3 cpus=4

    job  submit  nodes  limit |  start  nodes   cpus
    A        0s      3    10m |     0s  n[1-3]  1+1+1
    B        1m      2    10m |     1m  n[1-2]  1+1
  )");
}

TEST_CASE("--constraint chooses nodes by their features", "[scenario][request]") {
  check_scenario(R"(
    node    a1 features=ib
    node    a2 features=ib,ssd
    node    a3 features=ssd

    job  submit  constraint  limit |  start  end  nodes
    A        0s      ib&ssd    10m |     0s  10m  a2
    B        1m      ib&ssd     5m |    10m  15m  a2
    C        2m         ssd     5m |     2m   7m  a3
    D        3m      ib|ssd     5m |     3m   8m  a1
  )");
}

TEST_CASE("--nodelist and --exclude name the nodes", "[scenario][request]") {
  check_scenario(R"(
    node    a[1-3]

    job  submit  nodelist  exclude  limit |  start  end  nodes
    A        0s        a2        -    10m |     0s  10m  a2
    B        1m        a2        -     5m |    10m  15m  a2
    C        2m         -   a[1-2]     5m |     2m   7m  a3
  )");
}

TEST_CASE("a job behind the head may pass on nodes that the head cannot use", "[scenario][request]") {
  check_scenario(R"(
    node    a[1-2] features=ib
    node    b1

    job  submit  nodes  constraint  limit |  start   end  nodes
    A        0s      1          ib    10m |     0s   10m  a1
    B        1m      2          ib    10m |    10m   20m  a[1-2]
    C        2m      1           -     1h |     2m  1h2m  b1      # first fit would be a2, which B will need
  )");
}

TEST_CASE("a request that no node can meet is refused with Slurm's words", "[scenario][reject]") {
  check_scenario(R"(
    node    a[1-2] cpus=8 gpus=4 mem=1000 features=ib

    job  submit  nodes  ntasks  gpus  mem   constraint  nodelist  limit |  start  state     message
    A        0s      3       -     -    -            -         -    10m |      -  REJECTED  Requested node configuration is not available
    B        0s      1       9     -    -            -         -    10m |      -  REJECTED  Requested node configuration is not available
    C        0s      -       -     9    -            -         -    10m |      -  REJECTED  Requested node configuration is not available
    D        0s      -       1     -  1001           -         -    10m |      -  REJECTED  Requested node configuration is not available
    E        0s      -       1     -    -          ssd         -    10m |      -  REJECTED  Requested node configuration is not available
    F        0s      -       1     -    -        [ib*2]        -    10m |      -  REJECTED  Invalid feature specification
    G        0s      -       1     -    -            -        x9    10m |      -  REJECTED  Invalid node name specified
    H        0s      2       -     8    -           ib         -    10m |     0s  COMPLETED -
  )");
}

TEST_CASE("nodes that are down are not there", "[scenario][reject]") {
  check_scenario(R"(
    node    a1 state=down
    node    a2

    job  submit  nodes  limit |  start  state      nodes  message
    A        0s      1    10m |     0s  COMPLETED  a2     -
    B        0s      2    10m |      -  REJECTED   -      Requested node configuration is not available
  )");
}

}  // namespace sluice::test
