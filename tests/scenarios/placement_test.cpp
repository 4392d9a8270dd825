#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("select/first_fit takes the first nodes with room", "[scenario][placement]") {
  check_scenario(R"(
    cluster nodes=3 cpus=4
    policy  placement=select/first_fit

    job  submit  ntasks  cpus-per-task  limit |  start  nodes
    A        0s       1              3    10m |     0s  n1
    B        1m       1              2    10m |     1m  n2
    C        2m       1              1    10m |     2m  n1
    D        3m       1              2    10m |     3m  n2
    E        4m       1              4    10m |     4m  n3
  )");
}

TEST_CASE("select/best_fit takes the node that would have the least left over", "[scenario][placement]") {
  check_scenario(R"(
    cluster nodes=3 cpus=4
    policy  placement=select/best_fit

    job  submit  ntasks  cpus-per-task  limit |  start  nodes
    A        0s       1              1    10m |     0s  n1
    B        1m       1              2    10m |     1m  n1    # leaves 1 of 4
    C        2m       1              2    10m |     2m  n2    # n1 has one CPU only
    D        3m       1              1    10m |     3m  n1    # fills n1; first_fit agrees
    E        4m       1              2    10m |     4m  n2    # fills n2
  )");
}

TEST_CASE("select/best_fit keeps jobs without GPUs away from GPU nodes", "[scenario][placement]") {
  check_scenario(R"(
    node    g1 cpus=8 gpus=4
    node    n1 cpus=8
    policy  placement=select/best_fit

    job  submit  ntasks  gpus  limit |  start  nodes
    A        0s       1     -    10m |     0s  n1
    B        1m       1     1    10m |     1m  g1
  )");
}

TEST_CASE("select/first_fit puts the same job on the GPU node", "[scenario][placement]") {
  check_scenario(R"(
    node    g1 cpus=8 gpus=4
    node    n1 cpus=8
    policy  placement=select/first_fit

    job  submit  ntasks  gpus  limit |  start  nodes
    A        0s       1     -    10m |     0s  g1
    B        1m       1     1    10m |     1m  g1
  )");
}

TEST_CASE("select/pack_gpu fills the node with the fewest free GPUs", "[scenario][placement]") {
  check_scenario(R"(
    cluster nodes=3 cpus=32 gpus=8
    policy  placement=select/pack_gpu

    job  submit  gpus  limit  runs |  start  nodes  devices
    A        0s     4     1h    5m |     0s  n1     n1:0-3
    B        1m     6     1h    1h |     1m  n2     n2:0-5
    C        2m     2     1h    1h |     2m  n2     n2:6-7  # n2 has 2 free GPUs, n1 has 4
    D        6m     1     1h    1h |     6m  n1     n1:0    # n1 is empty again, as is n3
    E        7m     1     1h    1h |     7m  n1     n1:1
    F        8m     8     1h    1h |     8m  n3     n3:0-7
  )");
}

TEST_CASE("GPU devices are the lowest that are free", "[scenario][placement]") {
  check_scenario(R"(
    cluster nodes=1 cpus=32 gpus=8

    job  submit  gpus  limit  runs |  start  end  devices
    A        0s     2    10m   10m |     0s  10m  n1:0-1
    B        1m     1     4m    4m |     1m   5m  n1:2
    C        2m     2    10m   10m |     2m  12m  n1:3-4
    D        6m     3    10m   10m |     6m  16m  n1:2,5-6
  )");
}

}  // namespace sluice::test
