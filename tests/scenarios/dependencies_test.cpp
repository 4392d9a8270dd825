#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("afterok waits for a good end, afternotok for a bad one, afterany for any", "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=8

    job     submit  limit  runs  exit       dependency |  eligible  start      state  reason
    good        0s    10m    5m     0                - |        0s     0s  COMPLETED  None
    bad         0s    10m    6m     1                - |        0s     0s     FAILED  None
    late        0s     7m    9m     0                - |        0s     0s    TIMEOUT  None
    ok          1m     1m    1m     0     afterok:good |        5m     5m  COMPLETED  Dependency
    ok_bad      1m     1m    1m     0      afterok:bad |         -      -    PENDING  DependencyNeverSatisfied
    not         1m     1m    1m     0   afternotok:bad |        6m     6m  COMPLETED  Dependency
    not_good    1m     1m    1m     0  afternotok:good |         -      -    PENDING  DependencyNeverSatisfied
    not_late    1m     1m    1m     0  afternotok:late |        7m     7m  COMPLETED  Dependency
    any         1m     1m    1m     0     afterany:bad |        6m     6m  COMPLETED  Dependency
    then        1m     1m    1m     0    afterok:ok_bad |        -      -    PENDING  Dependency  # what it waits for waits for ever
  )");
}

TEST_CASE("after waits for the start, and so many minutes more", "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=2

    job  submit  nodes  limit  dependency |  eligible  start
    A        0s      2    10m           - |        0s     0s
    B        1m      1    10m           - |        1m    10m
    C        2m      1     1m     after:B |       10m    10m
    D        2m      1     1m   after:B+3 |       13m    13m
    E       15m      1     1m   after:B+3 |       15m    15m
  )");
}

TEST_CASE("all of a list joined by commas must be met, one of a list joined by question marks",
          "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=9

    job   submit  limit  exit                   dependency |  start    state  reason
    A         0s     5m     0                            - |     0s  COMPLETED  None
    B         0s     8m     1                            - |     0s  FAILED  None
    both      0s     1m     0      afterany:A,afternotok:B |     8m  COMPLETED  Dependency
    ids       0s     1m     0                 afterany:A:B |     8m  COMPLETED  Dependency
    one       0s     1m     0        afterany:B?afterany:A |     5m  COMPLETED  Dependency
    left      0s     1m     0        afternotok:A?afterok:B |      -  PENDING  DependencyNeverSatisfied
    half      0s     1m     0        afternotok:A,afterok:B |      -  PENDING  DependencyNeverSatisfied
  )");
}

TEST_CASE("slurmctld looks at so many tasks of an array under aftercorr at once", "[scenario][dependency][array]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=16 CoresPerSocket=16
    conf SchedulerParameters=correspond_after_task_cnt=2

    job  submit  limit  runs  array-id  array-task   dependency |  start
    P_0      0s     9m    4m         P           0            - |     3s
    P_1      0s     9m    6m         P           1            - |     3s
    P_2      0s     9m    1m         P           2            - |     3s
    P_3      0s     9m    1m         P           3            - |     3s
    Q_0      0s     9m    1m         Q           0  aftercorr:P |   4m3s
    Q_1      0s     9m    1m         Q           1  aftercorr:P |   6m3s
    Q_2      0s     9m    1m         Q           2  aftercorr:P |   4m3s  # P_2 is done since 1m3s; Q_0 has made room
    Q_3      0s     9m    1m         Q           3  aftercorr:P |   4m6s
  )");
}

TEST_CASE("a job that is not known, or gone for long, holds nobody up", "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=1

    job   submit  limit  exit     dependency |  eligible  start      state
    A         0s     1m     1              - |        0s     0s     FAILED
    soon      5m     1m     0      afterok:A |         -      -    PENDING  # A is still remembered: 300 s after its end
    late      7m     1m     0      afterok:A |        7m     7m  COMPLETED  # no more
    none      9m     1m     0  afterok:12345 |        9m     9m  COMPLETED
    self     10m     1m     0   afterok:self |         -      -   REJECTED
  )");
}

TEST_CASE("a dependency on an array waits for all of its tasks", "[scenario][dependency][array]") {
  check_scenario(R"(
    cluster nodes=8

    job     submit  limit  exit  array-id  array-task     dependency |  start      state
    A_1         0s     5m     0         A           1              - |     0s  COMPLETED
    A_2         0s     8m     1         A           2              - |     0s     FAILED
    B_1         0s     2m     0         B           1    aftercorr:A |     5m  COMPLETED
    B_2         0s     2m     0         B           2    aftercorr:A |      -    PENDING
    B_3         0s     2m     0         B           3    aftercorr:A |     0s  COMPLETED  # there is no such task
    any         0s     1m     0         -           -     afterany:A |     8m  COMPLETED
    ok          0s     1m     0         -           -      afterok:A |      -    PENDING
    task        0s     1m     0         -           -    afterok:A_1 |     5m  COMPLETED
    tasks       0s     1m     0         -           -  after:A_[1-2] |     0s  COMPLETED
  )");
}

TEST_CASE("of singletons of one user and name one runs at a time, in the order of submission",
          "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=8

    job  submit  limit  user  job-name  dependency |  eligible  start  reason
    A        0s     5m   ann         x           - |        0s     0s  None
    B        1m     5m   ann         x   singleton |        7m     7m  Dependency  # A and E must be gone
    C        1m     5m   bob         x   singleton |        1m     1m  None        # another user
    D        1m     5m   ann         y   singleton |        1m     1m  None        # another name
    E        2m     5m   ann         x           - |        2m     2m  None        # no singleton: does not wait
    F        3m     5m   ann         x   singleton |       12m    12m  Dependency  # and B
  )");
}

TEST_CASE("a job that asks for it is cancelled when its dependency cannot be met any more", "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=2

    job  submit  limit  exit  dependency  kill-on-invalid-dep |  start  end      state
    A        0s     5m     1           -                    - |     0s   5m     FAILED
    B        1m     5m     0   afterok:A                  yes |      -   5m  CANCELLED
    C        1m     5m     0   afterok:B                  yes |      -   5m  CANCELLED
    D        1m     5m     0  afterany:C                    - |     5m  10m  COMPLETED
  )");
}

TEST_CASE("under Slurm's loops dependents wait until the nodes of their parent are clean, singletons for its end",
          "[scenario][dependency]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     SluiceLatency=clean=20

    job  submit  nodes  limit  runs  job-name  dependency    | eligible   start    end
    A        1s      1     5m    1m         x  -             |       1s      3s   1m3s
    B        1s      1     5m    1m         y  afterany:A    |    1m23s   1m23s  2m23s
    C        1s      1     5m    1m         y  afternotok:B  |        -       -      -  # never: B is ok
    D        1s      1     5m    1m         x  singleton     |     1m3s   1m23s  2m23s  # the next pass is that of the clean nodes
  )");
}

}  // namespace sluice::test
