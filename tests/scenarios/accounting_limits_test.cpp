// Each family of limits of QOS and associations, by its pending Reason or its refusal.
#include <catch2/catch.hpp>

#include <string>

#include "tests/support/scenario.hpp"

namespace sluice::test {
namespace {

/// A cluster of 4 nodes with 8 CPUs and 2 GPUs each, accounts red (u1, u2) and blue (u3), and what `commands` add.
std::string with(const std::string& commands) {
  return R"(
    cluster nodes=4 cpus=8 gpus=2 mem=8000
    set AccountingStorageEnforce=limits,qos
    set AccountingStorageTRES=gres/gpu
    set PriorityDecayHalfLife=0
    sacctmgr add account red,blue
    sacctmgr add user u1,u2 account=red
    sacctmgr add user u3 account=blue
)" + commands;
}

void check(const std::string& commands, const std::string& table) { check_scenario(with(commands) + table); }

constexpr const char* over = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";

}  // namespace

// -- how many jobs ----------------------------------------------------------------------------------------------------

TEST_CASE("MaxJobsPerUser and MaxJobsPerAccount count within their QOS", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos user maxjobsperuser=2
    sacctmgr add qos acct maxjobsperaccount=2
    sacctmgr modify account root set qos+=user,acct
  )", R"(
    job  submit  user   qos  limit |  start  end  reason
    A        0s    u1  user    10m |     0s  10m  None
    B        0s    u1  user    20m |     0s  20m  None
    C        1m    u1  user    10m |    10m  20m  QOSMaxJobsPerUserLimit
    D        1m    u2  user     5m |     1m   6m  None
    E        1m    u1     -     5m |     1m   6m  None                     # another QOS
    F        2m    u1  acct    10m |     2m  12m  None
    G        2m    u2  acct    20m |     2m  22m  None
    H        3m    u2  acct     5m |    12m  17m  MaxJobsPerAccount
    I        3m    u3  acct     5m |     3m   8m  None
  )");
}

TEST_CASE("MaxJobs is of the association, GrpJobs of the whole account or QOS", "[scenario][limits]") {
  check(R"(
    sacctmgr modify user u3 set maxjobs=1
    sacctmgr modify account red set grpjobs=2
    sacctmgr add qos few grpjobs=1
    sacctmgr modify account root set qos+=few
  )", R"(
    job  submit  user  qos  limit |  start  end  reason
    A        0s    u1    -    10m |     0s  10m  None
    B        0s    u2    -    20m |     0s  20m  None
    C        1m    u2    -     5m |    10m  15m  AssocGrpJobsLimit
    D        0s    u3    -    10m |     0s  10m  None
    E        1m    u3    -     5m |    10m  15m  AssocMaxJobsLimit
    F       30m    u1  few    10m |    30m  40m  None
    G       31m    u3  few     5m |    40m  45m  QOSGrpJobsLimit
  )");
}

TEST_CASE("a QOS that limits jobs per user switches the association's MaxJobs off", "[scenario][limits]") {
  check(R"(
    sacctmgr modify user u3 set maxjobs=1
    sacctmgr add qos many maxjobsperuser=2
    sacctmgr modify account root set qos+=many
  )", R"(
    job  submit  user   qos  limit |  start  reason
    A        0s    u3  many    10m |     0s  None
    B        0s    u3  many    10m |     0s  None
    C        0s    u3  many    10m |    10m  QOSMaxJobsPerUserLimit
  )");
}

TEST_CASE("submit limits refuse, whatever the QOS says of denying", "[scenario][limits]") {
  check(R"(
    sacctmgr modify user u3 set maxsubmitjobs=1
    sacctmgr modify account red set grpsubmitjobs=3
    sacctmgr add qos one maxsubmitjobsperuser=1
    sacctmgr add qos two maxsubmitjobsperaccount=1
    sacctmgr add qos all grpsubmitjobs=1
    sacctmgr modify account root set qos+=one,two,all
  )", R"(
    job  submit  user  qos  limit |  state      reason
    A        0s    u1  one    10m |  COMPLETED  None
    B        0s    u1  one    10m |  REJECTED   QOSMaxSubmitJobPerUserLimit
    C        0s    u2  two    10m |  COMPLETED  None
    D        0s    u1  two    10m |  REJECTED   MaxSubmitJobsPerAccount
    E        0s    u1  all    10m |  COMPLETED  None
    F        0s    u3  all    10m |  REJECTED   QOSGrpSubmitJobsLimit
    G        0s    u2    -    10m |  REJECTED   AssocGrpSubmitJobsLimit
    H        0s    u3    -    10m |  COMPLETED  None
    I        0s    u3    -    10m |  REJECTED   AssocMaxSubmitJobLimit
    J       11m    u1  one    10m |  COMPLETED  None                         # the first one has ended
  )");
}

// -- how much at once -------------------------------------------------------------------------------------------------

TEST_CASE("GrpTRES of a QOS counts each TRES of all its jobs", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos cpu grptres=cpu=10
    sacctmgr add qos gpu grptres=gres/gpu=3
    sacctmgr add qos mem grptres=mem=1000
    sacctmgr add qos bill grptres=billing=6
    sacctmgr modify account root set qos+=cpu,gpu,mem,bill
  )", R"(
    job  submit  user   qos  cpus     gres   mem  limit |  start  reason
    A        0s    u1   cpu     6        -     -    10m |     0s  None
    B        0s    u3   cpu     6        -     -    10m |    10m  QOSGrpCpuLimit
    C        0s    u3   cpu     4        -     -    10m |     0s  None
    D       30m    u1   gpu     1    gpu:2     -    10m |    30m  None
    E       30m    u1   gpu     1    gpu:2     -    10m |    40m  QOSGrpGRES
    F       30m    u1   gpu     1    gpu:1     -     5m |    30m  None
    G       60m    u1   mem     1        -   800    10m |    60m  None
    H       60m    u1   mem     1        -   300    10m |    70m  QOSGrpMemLimit
    I       90m    u1  bill     4        -     -    10m |    90m  None
    J       90m    u1  bill     4        -     -    10m |   100m  QOSGrpBilling
  )");
}

TEST_CASE("GrpTRES of an account counts its whole sub-tree, nodes once each", "[scenario][limits]") {
  check(R"(
    sacctmgr modify account red set grptres=node=1,cpu=8
  )", R"(
    job  submit  user  cpus  limit |  start  nodes  reason
    A        0s    u1     2    10m |     0s  n1     None
    B        0s    u2     4    10m |     0s  n1     None             # on a node the account uses already
    C        0s    u3     2    10m |     0s  n1     None             # of another account, but n1 is full now
    D        0s    u2     1    10m |    10m  n1     AssocGrpNodeLimit  # would lie on n2
    E       30m    u1     6    10m |    30m  n1     None
    F       30m    u1     4    10m |    40m  n1     AssocGrpCpuLimit
  )");
}

TEST_CASE("limits of one user and of one account within a QOS", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos user maxtresperuser=cpu=4,gres/gpu=1
    sacctmgr add qos acct maxtresperaccount=cpu=4,node=1
    sacctmgr modify account root set qos+=user,acct
  )", R"(
    job  submit  user   qos  cpus   gres  nodes  limit |  start  reason
    A        0s    u1  user     4      -      -    10m |     0s  None
    B        0s    u1  user     1      -      -    10m |    10m  QOSMaxCpuPerUserLimit
    C        0s    u2  user     4      -      -    10m |     0s  None
    D       30m    u1  user     1  gpu:1      -    10m |    30m  None
    E       30m    u1  user     1  gpu:1      -    10m |    40m  QOSMaxGRESPerUser
    F       60m    u1  acct     3      -      -    10m |    60m  None
    G       60m    u2  acct     3      -      -    10m |    70m  MaxCpuPerAccount
    H       60m    u3  acct     3      -      -    10m |    60m  None
    I       90m    u3  acct     2      -      2    10m |      -  MaxNodePerAccount
  )");
}

TEST_CASE("limits of one job: it is taken, and waits for ever", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos job maxtresperjob=cpu=4,node=1,gres/gpu=1
    sacctmgr add qos node maxtrespernode=cpu=4,gres/gpu=1
    sacctmgr add qos least mintres=cpu=4
    sacctmgr modify account root set qos+=job,node,least
    sacctmgr modify user u3 set maxtresperjob=cpu=6 maxtrespernode=gres/gpu=1
  )", R"(
    job  submit  user    qos  cpus   gres  nodes  limit |  start  reason
    A        0s    u1    job     5      -      -    10m |      -  QOSMaxCpuPerJobLimit
    B        0s    u1    job     2      -      2    10m |      -  QOSMaxNodePerJobLimit
    C        0s    u1    job     1  gpu:2      -    10m |      -  QOSMaxGRESPerJob
    D        0s    u1    job     4  gpu:1      -    10m |     0s  None
    E        0s    u1   node     8      -      2    10m |     0s  None
    F        0s    u1   node     5      -      1    10m |      -  QOSMaxCpuPerNode
    G        0s    u1   node     1  gpu:2      1    10m |      -  QOSMaxGRESPerNode
    H        0s    u1  least     3      -      -    10m |      -  QOSMinCpuNotSatisfied
    I        0s    u1  least     4      -      -    10m |     0s  None
    J       20m    u3      -     7      -      -    10m |      -  AssocMaxCpuPerJobLimit
    K       20m    u3      -     1  gpu:2      1    10m |      -  AssocMaxGRESPerNode
  )");
}

// -- how long ---------------------------------------------------------------------------------------------------------

TEST_CASE("MaxWall of a QOS hides that of the association", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos short maxwall=10
    sacctmgr modify account root set qos+=short
    sacctmgr modify account blue set maxwall=20
  )", R"(
    job  submit  user    qos  limit |  start  reason
    A        0s    u1  short    11m |      -  QOSMaxWallDurationPerJobLimit
    B        0s    u1  short    10m |     0s  None
    C        0s    u3      -    21m |      -  AssocMaxWallDurationPerJobLimit
    D        0s    u3      -    20m |     0s  None
    E        0s    u3  short    15m |      -  QOSMaxWallDurationPerJobLimit
    F        0s    u1      -    60m |     0s  None
  )");
}

TEST_CASE("GrpWall and GrpTRESMins stop new jobs once they are used up", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos wall grpwall=15
    sacctmgr add qos mins grptresmins=cpu=20
    sacctmgr modify account root set qos+=wall,mins
    sacctmgr modify account blue set grptresmins=gres/gpu=8
  )", R"(
    job  submit  user   qos  cpus   gres  limit |  start  end  reason
    A        0s    u1  wall     4      -     9m |     0s   9m  None
    B        0s    u2  wall     4      -     9m |     0s   9m  None
    C       10m    u1  wall     1      -     5m |      -    -  QOSGrpWallLimit
    D        0s    u1  mins     2      -     9m |     0s   9m  None
    E       10m    u1  mins     4      -     1m |    10m  11m  None            # 18 of 20 minutes are used
    F       12m    u1  mins     1      -     1m |      -    -  QOSGrpCPUMinutesLimit
    G        0s    u3     -     1  gpu:2     4m |     0s   4m  None
    H        7m    u3     -     1      -     6m |     7m  13m  None            # without GPUs
    I        7m    u3     -     1  gpu:1     6m |      -    -  AssocGrpGRESMinutes
  )");
}

TEST_CASE("GrpTRESRunMins counts what running jobs may still use, lowered at each pass", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos run grptresrunmins=cpu=100
    sacctmgr modify account root set qos+=run
    sacctmgr modify account blue set grptresrunmins=node=30
  )", R"(
    job  submit  user  qos  cpus  limit |  start  end  reason
    A        0s    u1  run     4    20m |     0s  20m  None
    B        0s    u1  run     2    20m |     5m  25m  QOSGrpCPURunMinutesLimit   # 80 - 20 + 40 in the pass of 5m
    C        0s    u1  run    11    10m |      -    -  QOSGrpCPURunMinutesLimit   # 110 alone
    D        0s    u3    -     1    20m |     0s  20m  None
    E        0s    u3    -     1    15m |     5m  20m  AssocGrpNodeRunMinutes
  )");
}

TEST_CASE("MaxTRESMinsPerJob multiplies what a job gets by its limit", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos mins maxtresminsperjob=cpu=40
    sacctmgr modify account root set qos+=mins
    sacctmgr modify account blue set maxtresminsperjob=gres/gpu=10
  )", R"(
    job  submit  user   qos  cpus   gres  limit |  start  reason
    A        0s    u1  mins     4      -    11m |      -  QOSMaxCpuMinutesPerJobLimit
    B        0s    u1  mins     4      -     9m |     0s  None
    C        0s    u3     -     1  gpu:2     6m |      -  AssocMaxGRESMinutesPerJob
    D        0s    u3     -     1  gpu:2     4m |     0s  None
  )");
}

TEST_CASE("safe lets a job start only if it can end within the minutes that are left", "[scenario][limits]") {
  check_scenario("set AccountingStorageEnforce=safe,qos\n" + std::string{R"(
    cluster nodes=1 cpus=8
    set PriorityDecayHalfLife=0
    sacctmgr add account red
    sacctmgr add user u1 account=red
    sacctmgr add qos mins grptresmins=cpu=20
    sacctmgr add qos wall grpwall=20
    sacctmgr modify account root set qos+=mins,wall

    job  submit  user   qos  cpus  limit  runs |  start  end  reason
    A        0s    u1  mins     1    12m    4m |     0s   4m  None
    B        0s    u1  mins     1    12m    4m |     4m   8m  QOSGrpCPUMinutesLimit  # 12 + 12 > 20, then 4 + 12
    C        1m    u1  mins     1    21m    4m |      -    -  QOSGrpCPUMinutesLimit
    D        0s    u1  wall     1    21m    4m |      -    -  QOSGrpWallLimit
    E        0s    u1  wall     1    12m    4m |     0s   4m  None
    F        5m    u1  wall     1    17m    4m |      -    -  QOSGrpWallLimit        # 4 + 17 > 20
  )"});
}

TEST_CASE("without safe a running job ends when its limit of minutes runs out", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos wall grpwall=12
    sacctmgr add qos mins grptresmins=cpu=50
    sacctmgr add qos job maxtresminsperjob=cpu=40
    sacctmgr modify account root set qos+=wall,mins,job
  )", R"(
    job  submit  user   qos  cpus  limit  runs |  start     end  state
    A        0s    u1  wall     1    60m   60m |     0s  15m30s  TIMEOUT    # 10 minutes in the pass of 10m, 15 in that of 15m
    B        0s    u1  mins     4    60m   60m |     0s  15m30s  TIMEOUT
    C        0s    u1  mins     1     9m    9m |     0s      9m  COMPLETED
    D        0s    u1   job     4    10m   10m |     0s     10m  COMPLETED  # its own 40 are met, but it ends then
  )");
}

TEST_CASE("UsageFactorSafe multiplies the limit, and UsageFactor=0 counts nothing", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos double usagefactor=2 flags=UsageFactorSafe maxwall=10
    sacctmgr add qos free usagefactor=0 grptresmins=cpu=1
    sacctmgr modify account root set qos+=double,free
  )", R"(
    job  submit  user     qos  cpus  limit |  start  reason
    A        0s    u1  double     1     6m |      -  QOSMaxWallDurationPerJobLimit
    B        0s    u1  double     1     5m |     0s  None
    C        0s    u1    free     8    10m |     0s  None
    D       20m    u1    free     8    10m |    20m  None
  )");
}

// -- who goes before whom ---------------------------------------------------------------------------------------------

TEST_CASE("what a partition's QOS sets hides the job's QOS and the association, TRES by TRES", "[scenario][limits]") {
  check_scenario(R"(
    node      a[1-4] cpus=8
    partition p nodes=a[1-4] qos=part
    set AccountingStorageEnforce=limits,qos
    sacctmgr add account red
    sacctmgr add user u1 account=red
    sacctmgr add qos part maxtresperjob=cpu=6
    sacctmgr add qos mine maxtresperjob=cpu=2,node=1
    sacctmgr add qos over maxtresperjob=cpu=2 flags=OverPartQOS
    sacctmgr modify account root set qos+=mine,over maxtresperjob=cpu=1

    job  submit  user   qos  cpus  nodes  limit |  start  reason
    A        0s    u1  mine     6      1    10m |     0s  None                   # the partition's 6, not its own 2
    B        0s    u1  mine     7      1    10m |      -  QOSMaxCpuPerJobLimit
    C        0s    u1  mine     6      2    10m |      -  QOSMaxNodePerJobLimit  # that only its own QOS sets
    D        0s    u1  over     3      1    10m |      -  QOSMaxCpuPerJobLimit   # goes before the partition's
    E        0s    u1     -     6      1    10m |     0s  None
  )");
}

TEST_CASE("tests without nodes come before those with, QOS before association", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos least mintres=cpu=4
    sacctmgr modify account root set qos+=least
    sacctmgr modify user u3 set maxjobs=0
    sacctmgr modify user u2 set maxtresperjob=cpu=1
  )", R"(
    job  submit  user    qos  cpus  limit |  start  reason
    A        0s    u3  least     1    10m |      -  AssocMaxJobsLimit
    B        0s    u2  least     2    10m |      -  QOSMinCpuNotSatisfied
  )");
}

TEST_CASE("LimitFactor stretches the TRES limits of associations", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos more limitfactor=1.5
    sacctmgr modify account root set qos+=more
    sacctmgr modify user u3 set maxtresperjob=cpu=5 maxwall=10
  )", R"(
    job  submit  user   qos  cpus  limit |  start  reason
    A        0s    u3     -     6    10m |      -  AssocMaxCpuPerJobLimit
    B        0s    u3  more     7    10m |     0s  None                             # 5 x 1.5 = 7.5, cut to 7
    C        0s    u3  more     8    10m |      -  AssocMaxCpuPerJobLimit
    D        0s    u3  more     1    11m |      -  AssocMaxWallDurationPerJobLimit  # no TRES limit
  )");
}

// -- at submission ----------------------------------------------------------------------------------------------------

TEST_CASE("a QOS with DenyOnLimit refuses what it would never start", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos deny maxwall=10 maxtresperjob=gres/gpu=1 grptres=cpu=8 mintres=cpu=2 flags=DenyOnLimit
    sacctmgr modify account root set qos+=deny
    sacctmgr modify user u3 set maxtresperjob=cpu=4
  )", R"(
    job  submit  user   qos  cpus   gres  limit |  state      reason
    A        0s    u1  deny     2      -    11m |  REJECTED   QOSMaxWallDurationPerJobLimit
    B        0s    u1  deny     2  gpu:2    10m |  REJECTED   QOSMaxGRESPerJob
    C        0s    u1  deny     9      -    10m |  REJECTED   QOSGrpCpuLimit
    D        0s    u1  deny     1      -    10m |  REJECTED   QOSMinCpuNotSatisfied
    E        0s    u3  deny     5      -    10m |  REJECTED   AssocMaxCpuPerJobLimit
    F        0s    u1  deny     8      -    10m |  COMPLETED  None
    G        0s    u1  deny     8      -    10m |  COMPLETED  QOSGrpCpuLimit  # what others use does not refuse
  )");
}

TEST_CASE("a refusal says what sbatch prints", "[scenario][limits]") {
  check(R"(
    sacctmgr add qos one maxsubmitjobsperuser=1
    sacctmgr add qos closed
    sacctmgr modify account root set qos+=one
  )", R"(
    job  submit  user     qos  limit |  state      message
    A        0s    u1     one    10m |  COMPLETED  -
    B        0s    u1     one    10m |  REJECTED   )" + std::string{over} + R"(
    C        0s    u1  closed    10m |  REJECTED   Invalid qos specification
    D        0s    u1    none    10m |  REJECTED   Invalid qos specification
    E        0s    u9       -    10m |  REJECTED   Invalid account or account/partition combination specified
  )");
}

TEST_CASE("without enforcement nothing is asked", "[scenario][limits]") {
  check_scenario(R"(
    cluster nodes=1 cpus=8
    set AccountingStorageEnforce=none
    sacctmgr add account red
    sacctmgr add user u1 account=red
    sacctmgr add qos one maxjobsperuser=1 maxwall=1

    job  submit  user  qos  limit |  start  state
    A        0s    u1  one    10m |     0s  COMPLETED
    B        0s    u9  one    10m |     0s  COMPLETED
  )");
}

TEST_CASE("EnforceUsageThreshold keeps the jobs of those who have used too much waiting", "[scenario][limits]") {
  check_scenario(R"(
    cluster nodes=1 cpus=8
    policy order=priority/multifactor
    set AccountingStorageEnforce=limits,qos
    set PriorityType=priority/multifactor
    set PriorityWeightFairshare=1
    sacctmgr add account red
    sacctmgr add user u1,u2 account=red
    sacctmgr add qos fair usagethreshold=0.6 flags=EnforceUsageThreshold
    sacctmgr modify account root set qos+=fair

    job  submit  user   qos  limit |  start  reason
    A        0s    u1  fair     9m |     0s  None               # nobody has used anything yet
    B       11m    u1  fair     9m |    20m  QOSUsageThreshold  # the last of three users, 0.333, until u2 has used as much
    C       11m    u2  fair     9m |    11m  None
  )");
}

TEST_CASE("licences count in what a job is billed", "[scenario][limits][licenses]") {
  check_scenario(R"(
    conf NodeName=n[1-2] CPUs=4
    conf Licenses=matlab:10
    conf AccountingStorageTRES=license/matlab
    conf AccountingStorageEnforce=limits
    conf PartitionName=p Nodes=ALL Default=YES TRESBillingWeights=CPU=1,license/matlab=2.5
    sacctmgr add account red
    sacctmgr add user u account=red
    sacctmgr modify qos normal set grptres=billing=12

    job  submit  user  limit  licenses |  start    end  reason
    A        0s     u    10m  matlab:4 |     3s  10m3s  None             # 1 + 4 * 2.5
    B        0s     u    10m         - |     3s  10m3s  None             # 1: 12 in all
    C        0s     u    10m         - |  10m3s  20m3s  QOSGrpBilling
  )");
}

TEST_CASE("licences weigh in PriorityWeightTRES as a share of what the cluster has", "[scenario][priority][licenses]") {
  check_scenario(R"(
    conf NodeName=n1 CPUs=1
    conf Licenses=matlab:10,fluent:10
    conf AccountingStorageTRES=license/matlab,license/fluent
    conf PriorityType=priority/multifactor
    conf PriorityWeightTRES=license/matlab=1000,license/fluent=100
    conf SchedulerType=sched/builtin
    sacctmgr add account red
    sacctmgr add user u account=red

    job  submit  user  limit  licenses |  start
    A        0s     u    10m         - |     3s
    B        1m     u    10m  fluent:9 |  20m3s
    C        2m     u    10m  matlab:1 |  10m3s     # 1000 / 10 is more than 100 * 9 / 10
    D        3m     u    10m         - |  30m3s
  )");
}

}  // namespace sluice::test
