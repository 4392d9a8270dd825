// The live books, without a simulation around them.
#include <catch2/catch.hpp>

#include <string>

#include "policies/limits/limits.hpp"
#include "simulator/engine/accounts.hpp"
#include "tests/support/scenario_text.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

constexpr const char* database = R"(
    sacctmgr add account red
    sacctmgr add user u1,u2 account=red
)";

/// Jobs 0, 1, ... of a scenario's table, in two partitions, under the limits that `lines` set.
struct Books {
  test::ScenarioText told;
  JobTable jobs;
  std::vector<PartitionId> partitions{PartitionId{0}};
  Accounts accounts;

  explicit Books(const std::string& lines, const std::string& told_jobs)
      : told{test::read_scenario(std::string{R"(
    node      a[1-2] cpus=8
    partition p nodes=a[1-2] default
    partition q nodes=a[1-2]
    set AccountingStorageEnforce=limits,qos
    set PriorityDecayHalfLife=0
)"} + database + lines + told_jobs)},
        jobs{table_of(told.workload)}, accounts{told.cluster, jobs, &limits::slurm} {}

  static JobTable table_of(const Workload& workload) {
    JobTable table;
    table.workload = &workload;
    table.jobs.resize(workload.jobs.size());
    return table;
  }

  void submit(std::uint32_t job) {
    REQUIRE_FALSE(accounts.refuses(JobId{job}, partitions));
    REQUIRE_FALSE(accounts.submit(JobId{job}, partitions));
  }
  Allocation on(std::uint32_t partition, std::int32_t cpus) const {
    Allocation where;
    where.partition = PartitionId{partition};
    append_node(where, told.cluster, NodeId{0}, Amount{cpus, 0, {}}, 0);
    return where;
  }
  std::optional<Time> accruing_since(std::uint32_t job, Time eligible) {
    PendingJob view;
    view.eligible = eligible;
    accounts.describe(JobId{job}, view);
    return view.accruing_since;
  }
  double used(const std::string& user) const {
    return accounts.usage().of(*accounts.tree().find("red", user, "")).raw;
  }
};

constexpr const char* two_jobs_each = R"(
    job  submit  user  cpus  limit | start
    A        0s    u1     1    10m | -
    B        0s    u1     1    10m | -
    C        0s    u2     1    10m | -
    D        0s    u2     1    10m | -
)";

Time at(std::chrono::seconds when) { return Time{when}; }

}  // namespace

TEST_CASE("only so many jobs of a user gain age, from the moment a scheduler looks at them", "[engine]") {
  Books it{"sacctmgr add qos slow maxjobsaccrueperuser=1\nsacctmgr modify account red set qos+=slow defaultqos=slow\n",
           two_jobs_each};
  for (std::uint32_t job = 0; job < 4; ++job) it.submit(job);
  REQUIRE(it.accounts.limits_accrual());
  CHECK_FALSE(it.accruing_since(0, at(0s)));
  const std::vector<JobId> all{JobId{0}, JobId{1}, JobId{2}, JobId{3}};
  it.accounts.look_at(all, at(7s));
  CHECK(it.accruing_since(0, at(0s)) == at(7s));
  CHECK_FALSE(it.accruing_since(1, at(0s)));
  CHECK(it.accruing_since(2, at(0s)) == at(7s));
  it.accounts.start(JobId{0}, it.on(0, 1), at(20s));
  CHECK_FALSE(it.accruing_since(1, at(0s)));  // the place is free, but nobody has looked since
  it.accounts.look_at(std::vector<JobId>{JobId{1}, JobId{2}, JobId{3}}, at(30s));
  CHECK(it.accruing_since(1, at(0s)) == at(30s));
  it.accounts.stop_accruing(JobId{2});  // held
  it.accounts.look_at(std::vector<JobId>{JobId{1}, JobId{3}}, at(40s));
  CHECK(it.accruing_since(3, at(0s)) == at(40s));
}

TEST_CASE("where nothing limits it a job gains age since it was eligible", "[engine]") {
  Books it{"", two_jobs_each};
  it.submit(0);
  CHECK_FALSE(it.accounts.limits_accrual());
  CHECK(it.accruing_since(0, at(3s)) == at(3s));
}

TEST_CASE("a requeued job is billed as when it first started", "[engine]") {
  Books it{"", two_jobs_each};
  it.told.cluster.partitions[0].billing_weights = {{"cpu", 2.0}};
  Accounts accounts{it.told.cluster, it.jobs, nullptr};
  const std::vector<PartitionId> both{PartitionId{0}, PartitionId{1}};
  REQUIRE_FALSE(accounts.refuses(JobId{0}, both));
  REQUIRE_FALSE(accounts.submit(JobId{0}, both));
  const auto used = [&] { return accounts.usage().of(*accounts.tree().find("red", "u1", "")).raw; };
  accounts.start(JobId{0}, it.on(0, 4), at(0s));
  accounts.requeue(JobId{0}, it.on(0, 4), at(100s));
  CHECK(used() == 800);
  accounts.start(JobId{0}, it.on(1, 1), at(200s));  // one CPU where a CPU is billed 1
  accounts.end(JobId{0}, it.on(1, 1), at(210s));
  CHECK(used() == 880);
}

TEST_CASE("PriorityUsageResetPeriod forgets all usage in the first pass of the next day", "[engine]") {
  Books it{"set PriorityUsageResetPeriod=DAILY\n", two_jobs_each};
  it.submit(0);
  it.accounts.pass(at(0s));
  it.accounts.start(JobId{0}, it.on(0, 1), at(0s));
  it.accounts.end(JobId{0}, it.on(0, 1), at(600s));
  it.accounts.pass(at(24h - 1s));
  CHECK(it.used("u1") == 600);
  it.accounts.pass(at(24h + 1s));
  CHECK(it.used("u1") == 0);
}

TEST_CASE("a simulation can begin with usage", "[engine]") {
  Books it{"", two_jobs_each};
  accounting::StartUsage start;
  start.rows.push_back({*it.accounts.tree().find("red", "u1", ""), 1000, {}});
  it.accounts.begin_with(start);
  it.accounts.pass(at(0s));
  CHECK(it.used("u1") == 1000);
  it.submit(0);
  it.submit(2);
  PendingJob one, other;
  it.accounts.describe(JobId{0}, one);
  it.accounts.describe(JobId{2}, other);
  CHECK(one.fair_share < other.fair_share);
}

TEST_CASE("MinPrioThreshold is that of the QOS, else of the association", "[engine]") {
  Books it{"sacctmgr add qos picky minpriothreshold=100\n"
           "sacctmgr modify account red set qos+=picky\n"
           "sacctmgr modify user u1 set minpriothreshold=50\n"
           "sacctmgr modify user u2 set defaultqos=picky\n",
           two_jobs_each};
  it.submit(0);
  it.submit(2);
  CHECK(it.accounts.priority_threshold(JobId{0}, PartitionId{0}) == 50);
  CHECK(it.accounts.priority_threshold(JobId{2}, PartitionId{0}) == 100);
}

TEST_CASE("a job without a limit gets that of MaxWall or GrpWall, whichever is less", "[engine]") {
  Books it{"sacctmgr add qos run grptresrunmins=cpu=30 grpwall=60\n"
           "sacctmgr modify account red set qos+=run defaultqos=run maxwall=20\n",
           R"(
    job  submit  user  cpus  limit  runs | start
    A        0s    u1     1      -   10m | -
    B        0s    u1     1      -   10m | -
)"};
  it.submit(0);
  it.submit(1);
  CHECK_FALSE(it.accounts.may_start(JobId{0}, it.on(0, 1)));
  it.accounts.start(JobId{0}, it.on(0, 1), at(0s));  // 20 CPU-minutes may be used: 20 more are too many
  CHECK(it.accounts.may_start(JobId{1}, it.on(0, 1)) == limit_reason(LimitScope::qos, LimitKind::grp_tres_run_mins,
                                                                       TresWord::cpu));
}

}  // namespace sluice
