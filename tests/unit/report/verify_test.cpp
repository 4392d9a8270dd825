#include "simulator/report/verify.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;

/// The small run in a folder, to be spoilt.
class Written {
 public:
  explicit Written(SmallRun& run) : cluster_{run.cluster} { run.write(folder_.path() / "r"); }

  void change(std::string_view file, std::string_view from, std::string_view to) {
    const auto path = folder_.path() / "r" / file;
    write_text(path, replaced(read_text(path), from, to));
  }
  VerifyReport verify() const { return verify_results(folder_.path() / "r", cluster_); }

  /// Whether this was found, whatever else follows from it.
  bool finds(std::string_view rule, std::string_view job, std::string_view what) const {
    const auto report = verify();
    for (const auto& v : report.first())
      if (v.rule == rule && v.job_id == job && v.what == what) return true;
    UNSCOPED_INFO(report.text());
    return false;
  }

 private:
  TemporaryFolder folder_;
  ClusterSpec cluster_;
};

SmallRun& played() {
  static SmallRun run;
  static const bool done = (play(run), true);
  static_cast<void>(done);
  return run;
}

TEST_CASE("Sound results verify", "[report][verify]") {
  const auto report = Written{played()}.verify();
  CHECK(report.text() == "6 jobs, 4 allocations and 243 numbers of the summary agree\n");
  CHECK(report.ok());
}

TEST_CASE("Sound results of a pool verify", "[report][verify]") {
  SmallRun run{make_pool(10)};
  const auto slots = some_nodes(0, 1, {6, 0, {}});
  for (const std::int64_t i : {0, 1}) {
    const JobId job = run.submit(std::to_string(i), at(0));
    run.start(job, at(10 * i), slots);
    run.end(job, at(10 * i + 10), slots);
  }
  Written written{run};
  CHECK(written.verify().text() == "2 jobs, 2 allocations and 130 numbers of the summary agree\n");
  written.change("jobs.csv", "1,ann,lab,,pool,0,0,10,20", "1,ann,lab,,pool,0,0,9,20");
  CHECK(written.finds("pool-slots", "1", "the pool has 10 slots, 12 are in use at 9"));
}

TEST_CASE("A node whose CPUs are given twice is found", "[report][verify]") {
  Written written{played()};
  written.change("jobs.csv", "C,\"bob, jr\",lab,,all,20,20,100,100.25", "C,\"bob, jr\",lab,,all,20,20,99,100.25");
  CHECK(written.finds("node-cpus", "C", "n1 has 8 CPUs, 9 are in use at 99"));
}

TEST_CASE("What ends at a moment is free for what starts at it", "[report][verify]") {
  SmallRun run;
  const auto whole = some_nodes(0, 4, {8, 1000, {}});
  for (const std::int64_t i : {0, 1}) {
    const JobId job = run.submit(std::to_string(i), at(0));
    if (i > 0) run.settle(at(10), 4);
    run.start(job, at(10 * i), whole);
    run.settle(at(10 * i), 4);
    run.end(job, at(10 * i + 10), whole);
  }
  CHECK(Written{run}.verify().ok());
}

TEST_CASE("Memory given twice is found", "[report][verify]") {
  SmallRun run;
  const auto much = some_nodes(0, 1, {1, 600, {}});
  for (const auto* id : {"1", "2"}) run.start(run.submit(id, at(0)), at(0), much);
  CHECK(Written{run}.finds("node-memory", "2", "n1 has 1000 MB, 1200 are in use at 0"));
}

TEST_CASE("A GPU given twice is found", "[report][verify]") {
  SmallRun run;
  const auto gpus = some_nodes(2, 1, {1, 0, {2}}, 0b0011);
  const auto others = some_nodes(2, 1, {1, 0, {2}}, 0b0110);
  run.start(run.submit("1", at(0)), at(0), gpus);
  run.start(run.submit("2", at(0)), at(7), others);
  CHECK(Written{run}.finds("node-gpus", "2", "GPU 1 of n3 is in use at 7"));
}

TEST_CASE("A GPU that does not exist is found", "[report][verify]") {
  Written written{played()};
  written.change("jobs.csv", "\"[0,2](x2)\"", "\"[0,9](x2)\"");
  CHECK(written.finds("node-gpus", "B", "n3 has 4 GPUs, there is no GPU 9"));
}

TEST_CASE("An unknown node, a node named twice and one of another partition are found", "[report][verify]") {
  Written unknown{played()};
  unknown.change("jobs.csv", ",n1,1,", ",n9,1,");
  CHECK(unknown.finds("node", "C", "there is no node n9"));
  Written twice{played()};
  twice.change("jobs.csv", ",n[1-2],", ",\"n[1,1]\",");
  CHECK(twice.finds("node", "A", "n1 is listed twice"));
  Written elsewhere{played()};
  elsewhere.change("jobs.csv", ",n[3-4],", ",n[2-3],");
  CHECK(elsewhere.finds("partition", "B", "n2 is not of partition gpu"));
}

TEST_CASE("Sums that are not those of the nodes are found", "[report][verify]") {
  Written written{played()};
  written.change("jobs.csv", "cpu=4,mem=200M,node=2,gres/gpu=4", "cpu=5,mem=201M,node=2,gres/gpu=3");
  CHECK(written.finds("tres", "B", "its nodes have 4 CPUs, alloc_tres says 5"));
  CHECK(written.finds("tres", "B", "its nodes have 200 MB, alloc_tres says 201"));
  CHECK(written.finds("tres", "B", "its nodes have 4 GPUs, alloc_tres says 3"));
  Written count{played()};
  count.change("jobs.csv", "8(x2)", "8(x3)");
  CHECK(count.finds("format", "A", "cpus_per_node is '8(x3)'"));
}

TEST_CASE("A start before the submission is found", "[report][verify]") {
  Written written{played()};
  written.change("jobs.csv", "gpu,10,10,15,35", "gpu,10,10,8,35");
  CHECK(written.finds("order", "B", "start 8 is before eligible 10"));
}

TEST_CASE("A wrong wait and a wrong slowdown are found", "[report][verify]") {
  Written written{played()};
  written.change("jobs.csv", "\",5,1.25,Resources", "\",6,1.251,Resources");
  CHECK(written.finds("wait", "B", "wait is 6, from its times 5"));
  CHECK(written.finds("slowdown", "B", "bounded_slowdown is 1.251, from its times 1.250000"));
}

TEST_CASE("States that cannot be are found", "[report][verify]") {
  Written unknown{played()};
  unknown.change("jobs.csv", "TIMEOUT", "TIRED");
  CHECK(unknown.finds("state", "A", "unknown state 'TIRED'"));
  Written running{played()};
  running.change("jobs.csv", "100,100.25,FAILED", "100,100.25,RUNNING");
  CHECK(running.finds("state", "C", "RUNNING with an end"));
  Written pending{played()};
  pending.change("jobs.csv", ",PENDING,", ",COMPLETED,");
  CHECK(pending.finds("state", "E", "COMPLETED without a start"));
}

TEST_CASE("Numbers of the summary that do not follow from the jobs are found", "[report][verify]") {
  Written mean{played()};
  mean.change("summary.json", "\"makespan_s\": 100.25", "\"makespan_s\": 100.251");
  CHECK(mean.finds("summary", "", "/makespan_s is 100.251000, from the jobs 100.250000"));
  Written count{played()};
  count.change("summary.json", "\"unsubmitted\": 0", "\"unsubmitted\": 0, \"total\": 7");
  CHECK(count.finds("summary", "", "/jobs/total is 7.000000, from the jobs 6.000000"));
  Written user{played()};
  user.change("summary.json", "\"bob, jr\"", "\"bob\"");
  CHECK_FALSE(user.verify().ok());
}

TEST_CASE("The verifier accepts a measured window", "[report][verify]") {
  SmallRun run;
  play(run);
  run.info.measure = MeasureWindow{at(10), std::nullopt};
  const auto report = Written{run}.verify();
  CHECK(report.text().find("agree") != std::string::npos);
}

TEST_CASE("Results that cannot be read are a violation", "[report][verify]") {
  TemporaryFolder folder;
  CHECK(verify_results(folder.path(), small_cluster()).text() ==
        "format: jobs.csv cannot be read\n1 violation in 0 jobs: 1 format\n");
  write_text(folder.path() / "jobs.csv", "job_id,user\n");
  CHECK(verify_results(folder.path(), small_cluster()).text() ==
        "format: jobs.csv has no column account\n1 violation in 0 jobs: 1 format\n");
}

TEST_CASE("Only the first violations are kept, all are counted", "[report][verify]") {
  VerifyReport report;
  for (int i = 0; i < 50; ++i) report.add("j", "order", "x");
  CHECK(report.first().size() == VerifyReport::most_kept);
  CHECK(report.total() == 50);
  CHECK(report.by_rule().at("order") == 50);
  CHECK(report.text().find("... and 30 more\n50 violations in 0 jobs: 50 order\n") != std::string::npos);
}

}  // namespace
