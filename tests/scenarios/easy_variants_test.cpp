// What else is called EASY. Each variant differs from the textbook's in the one thing its scenario shows.

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("easy_variant=fast lets nothing run beyond the promise, not even on extra nodes", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy options=easy_variant=fast

    job  submit  nodes  limit  runs |  start   end
    A        0s      2    10m   10m |     0s   10m
    B        1m      3    10m   10m |    10m   20m
    C        2m      1     1h    1h |    10m 1h10m  # the textbook starts it at 2m, on the node B will not need
    D        3m      1     7m    7m |     3m   10m
  )");
}

TEST_CASE("easy_variant=fast freezes the promise when a job becomes head", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/easy options=easy_variant=fast

    job  submit  nodes  limit  runs |  start  end
    A        0s      1     1h   10m |     0s  10m
    B        0s      1    20m   20m |     0s  20m
    C        1m      3    10m   10m |    41m  51m  # frozen at 1h, so that D passes and C pays
    D       11m      1    30m   30m |    11m  41m  # the textbook has moved the promise to 20m by now
  )");
}

TEST_CASE("easy_variant=cq judges waiting jobs by how long they will really run", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=cq

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        1m      2    10m   10m |    10m  20m
    C        2m      1     1h    8m |     2m  10m  # asks for 1h, but is known to need 8m
    D        2m      1     8m    8m |    20m  28m
  )");
}

TEST_CASE("easy_variant=cq plans with the limits of running jobs", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=cq

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    20m   10m |     0s  10m
    B        1m      2    10m   10m |    17m  27m  # promised 20m, when A may run until then
    C        2m      1    15m   15m |     2m  17m
  )");
}

TEST_CASE("easy_variant=cq knows that a job which outlives its limit runs no longer than that", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=cq

    job  submit  nodes  limit  runs |  start  end
    A        0s      1    10m   10m |     0s  10m
    B        1m      2    10m   10m |    10m  20m
    C        2m      1     8m    1h |     2m  10m  # stopped at its limit, in time for B
  )");
}

TEST_CASE("easy_variant=sjbf lets the shortest job pass first", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/easy options=easy_variant=sjbf

    job  submit  nodes  limit  runs |  start  end
    A        0s      3    10m   10m |     0s  10m
    B        1m      4    10m   10m |    10m  20m
    C        2m      1     8m    8m |    20m  28m
    D        2m      1     7m    7m |     2m   9m  # after C in the queue, but shorter
  )");
}

TEST_CASE("easy_variant=sjbf leaves the order of the queue alone", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=sjbf

    job  submit  nodes  limit  runs |  start  end
    A        0s      2    10m   10m |     0s  10m
    B        1m      2    10m   10m |    10m  20m
    C        2m      2     1m    1m |    20m  21m  # shorter, but B is the head
  )");
}

TEST_CASE("easy_variant=easy++ predicts a run from the mean of the user's last two", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=easy++

    job  submit  nodes  user  limit  runs |  start   end
    P        0s      1   eve     1h    4m |     0s    4m
    Q        0s      1   eve     1h    6m |     0s    6m
    A       10m      1   bob    10m   10m |    10m   20m
    B       11m      2   bob    10m   10m |    20m   30m
    C       12m      1   eve     1h    5m |    12m   17m  # asks for 1h, but eve's jobs run 5m: in time
  )");
}

TEST_CASE("easy_variant=easy++ believes the limit of a user of whom it knows less than two runs", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=easy++

    job  submit  nodes  user  limit  runs |  start   end
    P        0s      1   eve     1h    4m |     0s    4m
    A       10m      1   bob    10m   10m |    10m   20m
    B       11m      2   bob    10m   10m |    20m   30m
    C       12m      1   eve     1h    5m |    30m   35m
  )");
}

TEST_CASE("easy_variant=easy++ takes longer to be right when a job outlives its prediction", "[scenario][easy]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/easy options=easy_variant=easy++

    job  submit  nodes  user  limit  runs |  start   end
    P        0s      1   eve     1h    1m |     0s    1m
    Q        0s      1   eve     1h    1m |     0s    1m
    A        5m      1   eve     1h   20m |     5m   25m  # predicted to be over at 6m, then at 11m, then at 21m, ...
    B        7m      2   bob    10m   10m |    25m   35m  # promised 11m, then 26m ... as the belief grows
    C        8m      1   bob     4m    4m |    35m   39m  # would end at 12m, past the promise of then
  )");
}

}  // namespace sluice::test
