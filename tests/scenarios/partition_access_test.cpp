// What a partition does not take, by EnforcePartLimits.
#include <catch2/catch.hpp>

#include "tests/support/scenario.hpp"

namespace sluice::test {

TEST_CASE("with EnforcePartLimits=NO a job beyond its partition's limits waits there", "[scenario][limits]") {
  check_scenario(R"(
    cluster   nodes=4
    partition p nodes=n[1-4] max_time=10m min_nodes=2 max_nodes=3

    job  submit  nodes  limit |  start  state      reason
    A        0s      2    11m |      -  PENDING    PartitionTimeLimit
    B        0s      1    10m |      -  PENDING    PartitionNodeLimit
    C        0s      4    10m |      -  PENDING    PartitionNodeLimit
    D        0s      3    10m |     0s  COMPLETED  None
  )");
}

TEST_CASE("slurmctld queues a job that its partition is too small for, and looks for nodes when the partition has grown",
          "[scenario][limits][loops]") {
  check_scenario(R"(
    cluster   nodes=4
    partition p nodes=n[1-2] default=yes
    policy    scheduler=sched/backfill
    at        5m scontrol update partitionname=p nodes=n[1-4]

    job  submit  nodes  limit |  start  state      reason
    A        1m      3    10m |     5m  COMPLETED  None
    B        1m      5    10m |      -  PENDING    PartitionNodeLimit
    C        1m      1    10m |     1m  COMPLETED  None
  )");
}

TEST_CASE("with EnforcePartLimits=ANY or ALL such a job is refused", "[scenario][limits]") {
  check_scenario(R"(
    cluster   nodes=4
    partition p nodes=n[1-4] max_time=10m min_nodes=2 max_nodes=3
    set       EnforcePartLimits=ANY

    job  submit  nodes  limit |  state      message
    A        0s      2    11m |  REJECTED   Requested time limit is invalid (missing or exceeds some limit)
    B        0s      1    10m |  REJECTED   Node count specification invalid
    C        0s      4    10m |  REJECTED   Node count specification invalid
    D        0s      3    10m |  COMPLETED  -
  )");
}

TEST_CASE("of several partitions ANY wants one that takes the job, ALL wants them all", "[scenario][limits]") {
  const std::string table = R"(
    node      a1
    node      b1
    partition long  nodes=a1 max_time=1h
    partition short nodes=b1 max_time=10m

    job  submit   partition  limit |  state      reason
    A        0s  short,long    30m |  )";
  check_scenario("set EnforcePartLimits=NO\n" + table + "COMPLETED None");
  check_scenario("set EnforcePartLimits=ANY\n" + table + "COMPLETED None");
  check_scenario("set EnforcePartLimits=ALL\n" + table + "REJECTED PartitionTimeLimit");
}

TEST_CASE("a job goes to those of its partitions that take it", "[scenario][limits]") {
  check_scenario(R"(
    node      a1
    node      b1
    partition short nodes=a1 max_time=10m
    partition long  nodes=b1 max_time=1h

    job  submit   partition  limit |  start  partition
    A        0s  short,long    30m |     0s  long       # a1 is free, but too short
    B        0s  short,long    10m |     0s  short
    C        1m  short,long    20m |    30m  long
  )");
}

TEST_CASE("AllowAccounts and DenyQos keep jobs waiting, or have them refused", "[scenario][limits]") {
  const std::string table = R"(
    node      a[1-4]
    partition open  nodes=a[1-4] default
    partition red   nodes=a[1-4] allow_accounts=red
    partition slow  nodes=a[1-4] deny_qos=fast
    set AccountingStorageEnforce=limits,qos
    sacctmgr add account red,blue
    sacctmgr add user u1 account=red
    sacctmgr add user u2 account=blue
    sacctmgr add qos fast
    sacctmgr modify account root set qos+=fast
)";
  check_scenario("set EnforcePartLimits=NO\n" + table + R"(
    job  submit  user   qos  partition  limit |  start  state      reason
    A        0s    u1     -        red    10m |     0s  COMPLETED  None
    B        0s    u2     -        red    10m |      -  PENDING    AccountNotAllowed
    C        0s    u1  fast       slow    10m |      -  PENDING    QOSNotAllowed
    D        0s    u1  fast       open    10m |     0s  COMPLETED  None
  )");
  check_scenario("set EnforcePartLimits=ALL\n" + table + R"(
    job  submit  user   qos  partition  limit |  state      message
    A        0s    u1     -        red    10m |  COMPLETED  -
    B        0s    u2     -        red    10m |  REJECTED   Invalid account or account/partition combination specified
    C        0s    u1  fast       slow    10m |  REJECTED   Invalid qos specification
    D        0s    u1  fast       open    10m |  COMPLETED  -
  )");
}

TEST_CASE("QOS flags lift a partition's limits", "[scenario][limits]") {
  check_scenario(R"(
    cluster   nodes=4 cpus=2
    partition p nodes=n[1-4] max_time=10m max_nodes=2
    set AccountingStorageEnforce=limits,qos
    sacctmgr add account red
    sacctmgr add user u1 account=red
    sacctmgr add qos wide flags=PartitionMaxNodes
    sacctmgr add qos long flags=PartitionTimeLimit
    sacctmgr modify account root set qos+=wide,long

    job  submit  user   qos  nodes  limit |  state      reason
    A        0s    u1  wide      4    10m |  COMPLETED  None
    B        0s    u1  wide      4    20m |  PENDING    PartitionTimeLimit
    C        0s    u1  long      1    20m |  COMPLETED  None
    D        0s    u1  long      4    10m |  PENDING    PartitionNodeLimit
  )");
}

TEST_CASE("DefaultTime=0 makes --time mandatory", "[scenario][limits]") {
  check_scenario(R"(
    cluster   nodes=1
    partition p nodes=n1 default_time=0s

    job  submit  limit  runs |  state      message
    A        0s      -    5m |  REJECTED   Requested time limit is invalid (missing or exceeds some limit)
    B        0s    10m    5m |  COMPLETED  -
  )");
}

TEST_CASE("AllowGroups lets in those whom the file group names", "[scenario][partitions]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=1
    conf PartitionName=open Nodes=ALL Default=YES
    conf PartitionName=lab Nodes=n1 AllowGroups=physics,staff
    group physics:x:100:ann,bob
    group staff:x:101:

    job  submit  user  partition  limit |     state  message
    A        0s   ann        lab     1m | COMPLETED  -
    B        0s   tom        lab     1m |  REJECTED  User's group not permitted to use this partition
    C        0s   tom       open     1m | COMPLETED  -
    D        0s  root        lab     1m | COMPLETED  -
  )");
}

}  // namespace sluice::test
