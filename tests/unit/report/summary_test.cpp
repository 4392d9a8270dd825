#include "simulator/report/summary.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "simulator/report/terminal.hpp"
#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;
using nlohmann::json;

TEST_CASE("Quantiles interpolate linearly, as numpy does by default", "[report]") {
  std::vector<std::int64_t> values{40, 10, 30, 20};
  CHECK(quantile(values, 0.5) == 25);
  CHECK(quantile(values, 0.95) == Approx(38.5));
  CHECK(quantile(values, 0.0) == 10);
  CHECK(quantile(values, 1.0) == 40);
  std::vector<std::int64_t> one{7};
  CHECK(quantile(one, 0.99) == 7);
}

TEST_CASE("A spread agrees with sorting", "[report]") {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < 1000; ++i) values.push_back(i * 7919 % 1009);
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const Spread spread = spread_of(values, 1.0);
  CHECK(spread.median == (static_cast<double>(sorted[499]) + static_cast<double>(sorted[500])) / 2);
  CHECK(spread.p99 == Approx(static_cast<double>(sorted[989]) +
                             0.01 * static_cast<double>(sorted[990] - sorted[989])));
  CHECK(spread.max == static_cast<double>(sorted.back()));
}

TEST_CASE("Every job is counted exactly once", "[report]") {
  SmallRun run;
  play(run);
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["jobs"]["total"] == 6);
  CHECK(s["jobs"]["completed"] == 3);
  CHECK(s["jobs"]["rejected"] == 1);
  CHECK(s["jobs"]["running"] == 1);
  CHECK(s["jobs"]["pending"] == 1);
  CHECK(s["jobs"]["by_state"] == json{{"COMPLETED", 1}, {"FAILED", 1}, {"TIMEOUT", 1}, {"RUNNING", 1}, {"PENDING", 1},
                                      {"REJECTED", 1}});
}

TEST_CASE("Waits, completion times and slowdowns are of the jobs that have them", "[report]") {
  SmallRun run;
  play(run);
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["wait_s"]["count"] == 4);  // 0 5 80 80
  CHECK(s["wait_s"]["mean"] == 41.25);
  CHECK(s["wait_s"]["median"] == 42.5);
  CHECK(s["wait_s"]["max"] == 80);
  CHECK(s["wait_censored"] == json{{"count", 1}, {"mean_so_far_s", 100}});
  CHECK(s["jct_s"]["count"] == 3);  // 100 25 80.25
  CHECK(s["jct_s"]["median"] == 80.25);
  CHECK(s["bounded_slowdown"]["mean"] == 3.425);  // 1 1.25 8.025
  CHECK(s["bounded_slowdown"]["floor_s"] == 10);
  CHECK(s["started_immediately"] == 0.25);
}

TEST_CASE("Utilization compares what was used with capacity times makespan", "[report]") {
  SmallRun run;
  play(run);
  const auto s = json::parse(summary_json(run.summary()));
  const double makespan = 100.25;
  CHECK(s["makespan_s"] == makespan);
  const double cpu = 16 * 100.0 + 4 * 20 + 1 * 0.25 + 12 * 0.25;  // D counts up to the last end
  CHECK(s["resource_seconds"]["cpu"] == cpu);
  CHECK(s["utilization"]["cpu"].get<double>() == Approx(cpu / 32 / makespan).margin(1e-6));
  CHECK(s["utilization"]["gpu"].get<double>() == Approx(4 * 20.0 / 8 / makespan).margin(1e-6));
  const double busy = 2 * 15 + 4 * 20 + 2 * 65 + 4 * 0.25;
  CHECK(s["utilization"]["node"].get<double>() == Approx(busy / 4 / makespan).margin(1e-6));
  CHECK(s["by_partition"]["gpu"]["utilization"]["gpu"].get<double>() == Approx(80 / 8 / makespan).margin(1e-6));
}

TEST_CASE("What the cluster has none of is null, not zero", "[report]") {
  SmallRun run{make_pool(10)};
  const auto slots = some_nodes(0, 1, {5, 0, {}});
  const JobId job = run.submit("1", at(0));
  run.start(job, at(0), slots);
  run.end(job, at(10), slots);
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["utilization"] == json{{"cpu", 0.5}, {"gpu", nullptr}, {"node", nullptr}, {"memory", nullptr}});
}

TEST_CASE("An empty run has a summary of nulls", "[report]") {
  SmallRun run;
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["jobs"]["total"] == 0);
  CHECK(s["wait_s"]["mean"].is_null());
  CHECK(s["makespan_s"].is_null());
  CHECK(s["utilization"]["cpu"].is_null());
  CHECK(s["by_user"].empty());
}

TEST_CASE("Groups have the blocks of the whole, and only jobs of their own", "[report]") {
  SmallRun run;
  play(run);
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["by_user"].size() == 2);
  CHECK(s["by_user"]["bob, jr"]["jobs"]["total"] == 2);
  CHECK(s["by_user"]["bob, jr"]["wait_s"]["mean"] == 42.5);
  CHECK(s["by_partition"]["all,gpu"]["jobs"]["pending"] == 1);
  CHECK(s["by_account"]["lab"]["wait_s"] == s["wait_s"]);
}

TEST_CASE("A measured window narrows the statistics of waits, not the use of the cluster", "[report]") {
  SmallRun run;
  play(run);
  const auto whole = json::parse(summary_json(run.summary()));
  run.info.measure = MeasureWindow{at(10), at(20)};
  const auto s = json::parse(summary_json(run.summary()));
  CHECK(s["measure"] == json{{"from", 10}, {"to", 20}});
  CHECK(s["wait_s"]["count"] == 1);
  CHECK(s["wait_s"]["mean"] == 5);
  CHECK(s["wait_censored"]["count"] == 0);
  CHECK(s["utilization"] == whole["utilization"]);
  CHECK(s["jobs"] == whole["jobs"]);
}

TEST_CASE("Equal runs give equal summaries", "[report]") {
  SmallRun first, second;
  play(first);
  play(second);
  CHECK(summary_json(first.summary()) == summary_json(second.summary()));
}

TEST_CASE("The terminal summary fits a screen and says what was left out", "[report]") {
  SmallRun run;
  play(run);
  run.workload.report.assumptions = {"no job has a time limit: the limit is the true run time"};
  run.info.wall_s = 0.5;
  CHECK(terminal_summary(run.summary(), "results") == R"(small  4 nodes  32 CPUs  8 GPUs  3.9 GB memory
sched/easy  priority/basic  select/first_fit

Jobs                 6   1 COMPLETED, 1 FAILED, 1 TIMEOUT, 1 RUNNING, 1 PENDING, 1 REJECTED
Makespan        1m 40s

                  mean    median       p95       p99       max
Wait             41.2s     42.5s    1m 20s    1m 20s    1m 20s
Completion      1m 08s    1m 20s    1m 38s    1m 40s    1m 40s
Slowdown          3.42      1.25      7.35      7.89      8.03
25.0% of the jobs started at once.
1 job was still waiting at the end, 1m 40s so far on average: not in the waits above.

Why jobs waited
None                             100.0%          0.10 job-hours

CPUs        [#####################...................]  52.5%
GPUs        [####....................................]  10.0%
Nodes       [########################................]  60.1%
Memory      [##########..............................]  26.0%

Partition             jobs  mean wait median wait   p95 wait  slowdown     CPUs     GPUs
all                      3      53.3s      1m 20s     1m 20s      4.51    50.0%     0.0%
gpu                      2         5s          5s         5s      1.25     5.0%    10.0%
all,gpu                  1          -           -          -         -        -        -

Assumed
  no job has a time limit: the limit is the true run time

Simulated 2m 10s in 0.50 s: 0 events, 0 decisions, fingerprint 0000000000000000
Results in results
)");
}

TEST_CASE("What only rounds to all of the jobs is not called all of them", "[report]") {
  SmallRun run;
  play(run);
  Summary summary = run.summary();
  summary.whole.started_immediately = 0.9999;
  CHECK(terminal_summary(summary).find(">99.9% of the jobs started at once.") != std::string::npos);
}

TEST_CASE("Times and counts are written for people", "[report]") {
  CHECK(human_time(0) == "0s");
  CHECK(human_time(12.34) == "12.3s");
  CHECK(human_time(59.97) == "1m 00s");
  CHECK(human_time(245) == "4m 05s");
  CHECK(human_time(3 * 3600 + 12 * 60) == "3h 12m");
  CHECK(human_time(2 * 86400 + 7 * 3600) == "2d 07h");
  CHECK(human_time(41 * 86400) == "41d");
  CHECK(human_count(1234567) == "1,234,567");
  CHECK(human_count(-123) == "-123");
}

}  // namespace
