// Advance reservations and licences under slurmctld's loops. Passes come 3 s after the first submission, then at the
// looks; the clock's looks are at 0s, 30s, ...

#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("a job whose limit reaches into a reservation does not get its nodes", "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now+20minutes duration=10 nodes=n[1-2] users=u

    job  submit  nodes  limit  user  reservation |  start    end    nodes  reason
    A        1s      1    10m     a            - |     3s  10m3s       n1  None
    B        1s      1    25m     a            - |     3s  25m3s       n3  None             # longer than 20 min
    C        2m      2    25m     a            - |    30m    55m  n[1-2]  ReqNodeNotAvail
    D        3m      1     5m     u            r |    20m    25m       n1  Reservation
  )");
}

TEST_CASE("only those it names may use a reservation, and only while there is one", "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  1m scontrol create reservation reservationname=r starttime=now duration=10 nodes=n1 users=u
    at  1m scontrol create reservation reservationname=s starttime=now duration=10 nodes=n2 accounts=-x

    job  submit  nodes  limit  user  account  reservation |     state  nodes  message
    A        0s      1     1m     u        -            r |  REJECTED      -  Requested reservation is invalid
    B        2m      1     1m     u        -            r | COMPLETED     n1  -
    C        2m      1     1m     a        -            r |  REJECTED      -  Access denied to requested reservation
    D        2m      1     1m     a        x            s |  REJECTED      -  Access denied to requested reservation
    E        2m      1     1m     a        y            s | COMPLETED     n2  -
    F        2m      2     1m     u        -            r |  REJECTED      -  Requested node configuration is not available
    G       30m      1     1m     u        -            r |  REJECTED      -  Requested reservation is invalid
  )");
}

TEST_CASE("a job that runs beyond its reservation ends at the look that follows, unless ResvOverRun lets it",
          "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=5 nodes=n1 users=u

    job  submit  nodes  limit  user  reservation |  start    end      state
    A        2m      1    10m     u            r |     2m  5m30s    TIMEOUT
  )");
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     ResvOverRun=30
    at  0s scontrol create reservation reservationname=r starttime=now duration=5 nodes=n1 users=u

    job  submit  nodes  limit  user  reservation |  start    end      state
    A        2m      1    10m     u            r |     2m    12m  COMPLETED
  )");
}

TEST_CASE("jobs that wait for a reservation that ends or is deleted are held, unless NO_HOLD_JOBS_AFTER_END",
          "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now+5minutes duration=5 nodes=n1 users=u
    at  0s scontrol create reservation reservationname=s starttime=now+5minutes duration=5 nodes=n2 users=u flags=no_hold_jobs_after_end
    at  2m scontrol delete reservationname=r
    at  2m scontrol delete reservationname=s
    at  9m scontrol release A

    job  submit  nodes  limit  user  reservation |   start      state  reason
    A        1m      1     1m     u            r |      9m  COMPLETED  None
    B        1m      1     1m     u            s |      2m  COMPLETED  Reservation
  )");
}

TEST_CASE("a FLEX reservation may be used before it begins, outside of its nodes, and beyond its end",
          "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now+5minutes duration=5 nodes=n[2-3] users=u flags=flex

    job  submit  nodes  limit  user  reservation |  start    end      state   nodes
    A        1m      1    20m     u            r |     1m    21m  COMPLETED      n2   # its own nodes first
    B        2m      2    10m     u            r |     2m    12m  COMPLETED  n[1,3]
  )");
}

TEST_CASE("a magnetic reservation draws in jobs that could use it and did not ask", "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodes=n1 users=u flags=magnetic

    job  submit  nodes  limit  user |  start  nodes
    A        1m      1    10m     u |     1m     n1
    B        1m      1    10m     a |     1m     n2
    C        2m      1    10m     a |    11m     n2
  )");
}

TEST_CASE("a daily reservation comes again, and jobs may wait for its next time", "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now+1hour duration=60 nodes=n1 users=u flags=daily

    job  submit  nodes  limit  user  reservation |  start     end
    A        1m      1   2h       a            - |     2h      4h
    B     3h30m      1   10m      u            r |    25h  25h10m
  )");
}

TEST_CASE("a reservation by number of nodes exchanges a node that goes down, one with a list of nodes does not",
          "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodecnt=2 users=u
    at  1m scontrol update nodename=n1 state=down reason=x

    job  submit  nodes  limit  user  reservation |  start      state    nodes
    A        2m      2    10m     u            r |     2m  COMPLETED  n[2-3]
  )");
  check_scenario(R"(
    cluster nodes=3
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodes=n[1-2] users=u
    at  1m scontrol update nodename=n1 state=down reason=x
    at 20m scontrol update nodename=n1 state=resume

    job  submit  nodes  limit  user  reservation |  start      state    nodes
    A        2m      2    10m     u            r |    20m  COMPLETED  n[1-2]
  )");
}

TEST_CASE("a reservation of all nodes for maintenance puts every job off that would reach into it",
          "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=2
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=m starttime=now+30minutes duration=30 nodes=ALL users=root flags=maint

    job  submit  nodes  limit  user |  start  reason
    A        1m      1    20m     a |     1m  None
    B        1m      1    40m     a |  1h   ReqNodeNotAvail
    C        5m      1    20m     a |     5m  None
  )");
}

TEST_CASE("what slurmctld would refuse of a reservation is not done", "[scenario][reservations]") {
  check_scenario(R"(
    cluster nodes=1
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    at  1m scontrol create reservation reservationname=r starttime=now duration=5 nodes=n1 users=u
    at  2m scontrol create reservation reservationname=s starttime=now+1hour duration=5 nodes=n1 users=u flags=ignore_jobs

    job  submit  nodes  limit  user  reservation |  start     state
    A        0s      1    10m     a            - |     3s  COMPLETED   # its node cannot be reserved at 1m
    B        3m      1     1m     u            r |      -   REJECTED
  )");
}

TEST_CASE("licences are counted, and who lacks some blocks nobody", "[scenario][licences]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     Licenses=matlab:2,fluent

    job  submit  nodes  limit  licenses |  start      state  reason
    A        0s      1    10m  matlab:2 |     3s  COMPLETED  None
    B        1m      1    10m  matlab   |  10m3s  COMPLETED  Licenses
    C        1m      1    10m  fluent   |     1m  COMPLETED  None
    D        1m      1    10m         - |     1m  COMPLETED  None
    E        1m      1    10m  matlab:3 |      -   REJECTED  BadConstraints
    F        1m      1    10m  other    |      -   REJECTED  BadConstraints
  )");
}

TEST_CASE("with bf_licenses a job that waits for licences keeps those behind it from them", "[scenario][licences]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/backfill options=bf_licenses
    clock   slurmctld 0s
    set     Licenses=matlab:2

    job  submit  nodes  limit  licenses |  start  reason
    A        0s      1    10m  matlab:1 |     3s  None
    B        1m      1    10m  matlab:2 |  10m3s  Licenses
    C        2m      1    20m  matlab:1 |  20m3s  Licenses   # a licence is free, but would not come back in time
    D        2m      1     5m  matlab:1 |     2m  None
  )");
}

TEST_CASE("reserved licences are for the jobs of the reservation", "[scenario][licences]") {
  check_scenario(R"(
    cluster nodes=4
    policy  scheduler=sched/backfill
    clock   slurmctld 0s
    set     Licenses=matlab:2
    at  0s scontrol create reservation reservationname=l starttime=now duration=30 licenses=matlab:1 flags=any_nodes users=u

    job  submit  nodes  limit  user  licenses  reservation |  start  reason
    A        1m      1    10m     a  matlab:1            - |     1m  None
    B        2m      1    10m     a  matlab:1            - |    13m  Licenses   # what C holds counts beside what is reserved
    C        3m      1    10m     u  matlab:1            l |     3m  None
  )");
}

TEST_CASE("a reservation is for those who are in its groups", "[scenario][reservations]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=1
    group physics:x:100:ann,bob
    group staff:x:101:eve
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodes=n1 groups=physics
    at  5m scontrol update reservationname=r groups+=staff

    job  submit  nodes  limit  user  reservation |     state  nodes  message
    A        1m      1     1m   ann            r | COMPLETED     n1  -
    B        1m      1     1m   eve            r |  REJECTED      -  Access denied to requested reservation
    C        6m      1     1m   eve            r | COMPLETED     n1  -
    D        6m      1     1m   tom            r |  REJECTED      -  Access denied to requested reservation
  )");
}

TEST_CASE("with --signal=R a job uses nodes of a reservation that may start late, and goes when that has jobs",
          "[scenario][reservations]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=1
    conf PreemptType=preempt/partition_prio
    conf PreemptMode=CANCEL
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now+10minutes duration=60 nodes=n1 users=u maxstartdelay=2

    job  submit  nodes  limit  user  reservation      signal |  start    end      state  nodes  reason
    A        1s      1    30m     a            -   R:USR1@60 |     3s    11m  PREEMPTED     n1  None       # a minute to go
    B        1s      1    30m     a            -           - |     3s  30m3s  COMPLETED     n2  None
    C        2s      1    30m     a            -  R:USR1@180 |  30m3s   1h3s  COMPLETED     n2  Resources       # 3 min are too many
    D        5m      1     5m     u            r           - |    11m    16m  COMPLETED     n1  Resources
  )");
}

TEST_CASE("a reservation of some cores of a node leaves the others to everybody", "[scenario][reservations]") {
  check_scenario(R"(
    conf NodeName=n[1-2] Sockets=1 CoresPerSocket=4 ThreadsPerCore=1
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodes=n1 corecnt=2 users=u

    job  submit  limit  ntasks  user  reservation  exclusive |  start    end  nodes  reason
    A        1m    10m       4     a            -          - |     1m    11m     n2  None
    B        2m    10m       4     a            -          - |    11m    21m     n2  Resources
    C        3m     5m       2     a            -          - |     3m     8m     n1  Priority      # the other two cores
    D        4m    10m       2     u            r          - |     4m    14m     n1  None
    E        5m    10m       2     u            r          - |    14m    24m     n1  Resources
    F       30m   110m       1     a            -        yes |    30m  2h20m     n2  None
    G       31m    10m       1     a            -        yes |    1h   1h10m     n1  Resources     # whole nodes come later
  )");
}

TEST_CASE("cores are reserved of one node after the other, or of as many nodes as are asked for", "[scenario][reservations]") {
  check_scenario(R"(
    conf NodeName=n[1-3] Sockets=1 CoresPerSocket=4 ThreadsPerCore=1
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 corecnt=6 users=u
    at  1s scontrol create reservation reservationname=s starttime=now duration=60 nodecnt=2 corecnt=4 users=v

    job  submit  limit  ntasks  user  reservation |  start    end   nodes  cpus
    A        1m    10m       6     u            r |     1m    11m  n[1-2]  4+2
    B        1m    10m       4     v            s |     1m    11m  n[2-3]  2+2
    C        1m    10m       2     a            - |     1m    11m      n3  2
    D        1m    10m       1     a            - |    11m    21m      n3  1
  )");
}

TEST_CASE("FIRST_CORES reserves the first cores of each node", "[scenario][reservations]") {
  check_scenario(R"(
    conf NodeName=n[1-2] Sockets=1 CoresPerSocket=4 ThreadsPerCore=1
    clock   slurmctld 0s
    at  1m scontrol create reservation reservationname=r starttime=now duration=60 nodes=n[1-2] corecnt=2,1 flags=first_cores users=u
    at  1m scontrol create reservation reservationname=s starttime=now duration=60 nodes=n2 corecnt=4 flags=ignore_jobs users=u

    job  submit  limit  ntasks  user  reservation |     state  start    end  nodes  message
    A        2m    10m       3     a            - | COMPLETED     2m    12m     n2  -
    B        2m    10m       2     u            r | COMPLETED     2m    12m     n1  -
    C        2m    10m       1     u            s | REJECTED       -      -      -  Requested reservation is invalid
  )");
}

TEST_CASE("devices beside reserved cores are for jobs that need no core near them, or may have those cores", "[scenario][reservations][gres]") {
  check_scenario(R"(
    conf GresTypes=gpu
    conf NodeName=n1 Sockets=2 CoresPerSocket=2 ThreadsPerCore=1 Gres=gpu:2
    gres NodeName=n1 Name=gpu File=/dev/g0 Cores=0-1
    gres NodeName=n1 Name=gpu File=/dev/g1 Cores=2-3
    clock   slurmctld 0s
    at  0s scontrol create reservation reservationname=r starttime=now duration=60 nodes=n1 corecnt=2 users=u

    job  submit  limit  ntasks  gres   gres-flags       user  reservation |  start    end  devices  reason
    A        1m    10m       1  gpu:1  enforce-binding  a     -           |     1m    11m     n1:1  None       # the first is beside reserved cores
    B        2m    10m       1  gpu:1  enforce-binding  a     -           |    11m    21m     n1:1  Resources
    C        3m     5m       2  gpu:1  -                u     r           |     3m     8m     n1:0  None
    D       30m     5m       1  gpu:2  -                a     -           |    30m    35m   n1:0-1  None       # no binding: far ones do, too
    E       40m     5m       1  gpu:2  enforce-binding  a     -           |     1h   1h5m   n1:0-1  Resources
  )");
}

}  // namespace sluice::test
