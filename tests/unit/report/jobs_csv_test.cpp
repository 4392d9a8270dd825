#include "simulator/report/jobs_csv.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;
using namespace std::chrono_literals;

std::string jobs_csv(const SmallRun& run) {
  TemporaryFolder folder;
  OutputFile file{folder.path() / "jobs.csv"};
  write_jobs_csv(run.recorder.rows(run.table), file);
  file.close();
  return read_text(folder.path() / "jobs.csv");
}

TEST_CASE("jobs.csv tells of every job in Slurm's forms", "[report]") {
  SmallRun run;
  play(run);
  CHECK(jobs_csv(run) ==
        "job_id,user,account,qos,partition,submit,eligible,start,end,state,nodes,nodelist,cpus_per_node,gpu_idx,"
        "mem_per_node,alloc_tres,wait,bounded_slowdown,reason,restarts\n"
        "A,ann,lab,,all,0,0,0,100,TIMEOUT,2,n[1-2],8(x2),,500(x2),\"cpu=16,mem=1000M,node=2\",0,1,None,0\n"
        "B,\"bob, jr\",lab,,gpu,10,10,15,35,COMPLETED,2,n[3-4],2(x2),\"[0,2](x2)\",100(x2),"
        "\"cpu=4,mem=200M,node=2,gres/gpu=4\",5,1.25,Resources,0\n"
        "C,\"bob, jr\",lab,,all,20,20,100,100.25,FAILED,1,n1,1,,,\"cpu=1,node=1\",80,8.025,None,0\n"
        "D,ann,lab,,all,20,20,100,,RUNNING,3,n[2-4],4(x3),,200(x3),\"cpu=12,mem=600M,node=3\",80,,Priority,0\n"
        "E,ann,lab,,\"all,gpu\",30,30,,,PENDING,,,,,,,,,Resources,0\n"
        "F,ann,lab,,gpu,30,30,,,REJECTED,,,,,,,,,Requested node configuration is not available,0\n");
}

TEST_CASE("Times are in the trace's own base", "[report]") {
  SmallRun run;
  run.workload.time_base.zero = 1'500'000'000s;
  const auto one = some_nodes(0, 1, {1, 0, {}});
  const JobId job = run.submit("7", at(0));
  run.start(job, at_ms(2), one);
  run.end(job, at(60), one);
  CHECK(jobs_csv(run).find("7,ann,lab,,all,1500000000,1500000000,1500000000.002,1500000060,COMPLETED,") !=
        std::string::npos);
}

TEST_CASE("Unequal parts of a job's nodes are run-length encoded in nodelist order", "[report]") {
  SmallRun run;
  Allocation a;
  a.takes = {{8, 0, {}}, {2, 0, {3}}};
  a.runs = {{0, 1, 0, 0}, {1, 1, 0, 0}, {3, 1, 1, 0b1110}};
  a.nodes = 3;
  a.cpus = 18;
  a.gpus = 3;
  const JobId job = run.submit("1", at(0));
  run.start(job, at(0), a);
  CHECK(jobs_csv(run).find(",RUNNING,3,\"n[1-2,4]\",\"8(x2),2\",\"-(x2),1-3\",,\"cpu=18,node=3,gres/gpu=3\",") !=
        std::string::npos);
}

TEST_CASE("A pool has slots, not nodes", "[report]") {
  SmallRun run{make_pool(100)};
  const auto slots = some_nodes(0, 1, {30, 0, {}});
  const JobId job = run.submit("1", at(0));
  run.start(job, at(0), slots);
  run.end(job, at(5), slots);
  CHECK(jobs_csv(run).find("1,ann,lab,,pool,0,0,0,5,COMPLETED,1,,,,,\"cpu=30,node=1\",0,1,None,0\n") !=
        std::string::npos);
}

TEST_CASE("Jobs that the run never came to have no row", "[report]") {
  SmallRun run;
  run.workload.jobs.push_back({});
  run.workload.jobs.back().request = run.workload.intern({});
  run.workload.add_id("never");
  run.table.jobs.emplace_back();
  CHECK(jobs_csv(run) == fmt::format("{}\n", jobs_csv_header));
  CHECK(run.summary().unsubmitted == 1);
}

TEST_CASE("A job that was cancelled before it started has an end only", "[report]") {
  SmallRun run;
  const JobId job = run.submit("1", at(0));
  run.end(job, at(9), {}, EndState::cancelled);
  CHECK(jobs_csv(run).find("1,ann,lab,,all,0,0,,9,CANCELLED,,,,,,,,,None,0\n") != std::string::npos);
}

TEST_CASE("The bounded slowdown is exact to six decimals", "[report]") {
  CHECK(bounded_slowdown_micro(0s, 5s) == 1'000'000);
  CHECK(bounded_slowdown_micro(4s, 5s) == 1'000'000);  // (4 + 5) / 10 is below 1
  CHECK(bounded_slowdown_micro(20s, 1s) == 2'100'000);
  CHECK(bounded_slowdown_micro(10s, 30s) == 1'333'333);
  CHECK(bounded_slowdown_micro(20s, 30s) == 1'666'667);
  CHECK(bounded_slowdown_micro(24h * 36500, 1ms) == 315'360'000'000'100);
}

}  // namespace
