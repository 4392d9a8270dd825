#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a job that reaches its limit is stopped there", "[scenario][limit]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit  runs |  start  end  state
    A        0s    10m   15m |     0s  10m  TIMEOUT
    B        1m    10m   10m |    10m  20m  COMPLETED  # done in the second in which its limit is met
    C        2m    10m    9m |    20m  29m  COMPLETED
  )");
}

TEST_CASE("a job without a limit runs to its end and is planned with its true length", "[scenario][limit]") {
  check_scenario(R"(
    cluster nodes=2

    job  submit  nodes  limit  runs |  start  end  state
    A        0s      1      -   10m |     0s  10m  COMPLETED
    B        1m      2      -   10m |    10m  20m  COMPLETED
    C        2m      1      -    8m |     2m  10m  COMPLETED  # known to end in time
    D        2m      1      -    9m |    20m  29m  COMPLETED
  )");
}

TEST_CASE("a job that fails ends as FAILED", "[scenario][limit]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit  runs  exit |  start  end  state
    A        0s    10m    1m     1 |     0s   1m  FAILED
    B        0s    10m    1m     0 |     1m   2m  COMPLETED
    C        0s    10m   20m     1 |     2m  12m  TIMEOUT    # its limit came first
  )");
}

TEST_CASE("times are exact to the millisecond", "[scenario][limit]") {
  check_scenario(R"(
    cluster nodes=1

    job  submit  limit   runs |   start     end
    A        0s    10s  250ms |      0s   250ms
    B       1ms    10s    1ms |   250ms   251ms
  )");
}

}  // namespace sluice::test
