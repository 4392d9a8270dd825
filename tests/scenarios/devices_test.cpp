#include <catch2/catch.hpp>

#include "tests/support/selection_table.hpp"

namespace sluice::test {

TEST_CASE("a job gets devices and cores of the same socket, the one with the most cores first",
          "[scenario][selection]") {
  check_selection(R"(
    conf GresTypes=gpu
    conf NodeName=n[1-2] CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:4
    gres NodeName=n[1-2] Name=gpu File=/dev/g[0-1] Cores=0-7
    gres NodeName=n[1-2] Name=gpu File=/dev/g[2-3] Cores=8-15
    start -N1 -n2 --gpus=1     | n1:2+g0+c0-1
    start -N1 -n8 --gpus=2     | n1:8+g2-3+c8-15    # six cores are left beside device 1
    job   -N1 -n8 --gpus=1     | n2:8+g0+c0-7
    job   -N1 -n6 --gpus=1     | n1:6+g1+c2-7
    job   -N1 --gres=gpu:3     | n2:1+g0-2+c0
  )");
}

TEST_CASE("devices far from the cores are taken where there are none nearby, unless binding is enforced",
          "[scenario][selection]") {
  check_selection(R"(
    conf GresTypes=gpu
    conf NodeName=n1 CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:4
    gres NodeName=n1 Name=gpu File=/dev/g[0-1] Cores=0-7
    gres NodeName=n1 Name=gpu File=/dev/g[2-3] Cores=8-15
    held n1 cpus=8             # of the first socket
    job  -n1 --gpus=2          | n1:1+g2-3+c8
    job  -n1 --gpus=3          | n1:1+g0,2-3+c8
    job  -n1 --gres=gpu:3      | n1:1+g0,2-3+c8
    job  -n1 --gres=gpu:3 --gres-flags=enforce-binding   | -
    job  -n1 --gpus=3 --gres-flags=enforce-binding       | -
    job  -n8 --gres=gpu:2 --gres-flags=enforce-binding   | n1:8+g2-3+c8-15
  )");
}

TEST_CASE("ENFORCE_BINDING_GRES binds the devices of all jobs but those that say otherwise", "[scenario][selection]") {
  check_selection(R"(
    conf GresTypes=gpu
    conf SelectTypeParameters=CR_Core,ENFORCE_BINDING_GRES
    conf NodeName=n1 CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:4
    gres NodeName=n1 Name=gpu File=/dev/g[0-1] Cores=0-7
    gres NodeName=n1 Name=gpu File=/dev/g[2-3] Cores=8-15
    held n1 cpus=8
    job  -n1 --gres=gpu:3                                | -
    job  -n1 --gres=gpu:3 --gres-flags=disable-binding   | n1:1+g0,2-3+c8
  )");
}

TEST_CASE("a GPU that serves shares is not given whole, but a plan does not know that", "[scenario][selection]") {
  check_selection(R"(
    conf GresTypes=gpu,shard
    conf NodeName=n1 CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:2,shard:8
    gres NodeName=n1 Name=gpu File=/dev/g0 Cores=0-7
    gres NodeName=n1 Name=gpu File=/dev/g1 Cores=8-15
    gres NodeName=n1 Name=shard Count=8
    start -n1 --gres=shard:2   | n1:1+g0+c0
    job   -n1 --gres=shard:3   | n1:1+g1+c8
    job   -n8 --gres=shard:2   | n1:8+g1+c8-15        # more cores are free on this socket
    job   -n12 --gpus=1        | n1:12+g1+c1-6,8-13   # more tasks than its socket has cores
    job   -n1 --gpus=2         | -
    held  n1 cpus=1 until=10
    will  -n1 --gpus=2         | 10 n1:1
  )");
}

TEST_CASE("tasks that share no core have whole cores of their own", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Core,CR_ONE_TASK_PER_CORE
    conf NodeName=n1 CPUs=16 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2
    job  -n3 -c3               | n1:12+c0-5
    job  -n5 -c3               | -
    job  -n8                   | n1:16+c0-7
    job  -n9                   | -
  )");
}

TEST_CASE("tasks larger than a socket touch all sockets that are free", "[scenario][selection]") {
  check_selection(R"(
    conf SelectTypeParameters=CR_Socket
    conf NodeName=n1 CPUs=16 Sockets=4 CoresPerSocket=2 ThreadsPerCore=2
    job  -n2 -c5               | n1:16
    held n1 cpus=4
    job  -n2 -c5               | n1:12
  )");
}

}  // namespace sluice::test
