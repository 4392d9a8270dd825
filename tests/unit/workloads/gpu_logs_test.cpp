#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

TEST_CASE("an ITP job asks for a number of GPUs in total", "[workloads][itp]") {
  const auto read = read_text("job_id,submission_time,num_iteration,num_gpu,duration\nf60b,5010,7,16,1265\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "itp");
  CHECK(w.request(w.jobs[0].request).gpus == std::vector<GresCount>{{"gpu", "", 16}});
  CHECK(w.jobs[0].duration == 1265s);
  CHECK(w.time_base.zero == 5010s);
  CHECK_FALSE(w.time_base.calendar_origin());
  CHECK(w.report.assumptions[0] == "columns not used: num_iteration");
}

TEST_CASE("the short Helios form counts from a known moment", "[workloads][helios]") {
  const auto read =
      read_text("job_id,arrival_s,service_sec,gpu_count\n363167#0,0.0,172800.0,32\n394948#2,651507.5,10.0,8\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "helios");
  CHECK(w.jobs[1].submit == Time{651'507'500ms});
  CHECK(w.request(w.jobs[0].request).gpus == std::vector<GresCount>{{"gpu", "", 32}});
  CHECK_FALSE(w.time_base.is_calendar);
  CHECK(w.time_base.origin_of_base == Duration{1584504099s});
}

TEST_CASE("the full Helios log has users, virtual clusters, states and local dates", "[workloads][helios]") {
  const auto read = read_text(
      "job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n"
      "1,u7,vc3,8,64,1,FAILED,2020-04-01 00:00:05,2020-04-01 00:00:06,2020-04-01 00:01:06,60,1\n"
      "2,u8,vc3,0,16,1,COMPLETED,2020-04-01 00:00:00,2020-04-01 00:00:06,2020-04-01 00:01:06,60,6\n"
      "3,u8,vc3,1,16,1,CANCELLED,2020-04-01 00:00:09,None,None,0,6\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.job_id({0}) == "2");
  CHECK(w.request(w.jobs[0].request).ntasks == 16);
  CHECK(w.request(w.jobs[1].request).gpus == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(w.jobs[1].outcome == Outcome::failed);
  CHECK(w.users.text(w.jobs[1].user) == "u7");
  CHECK(w.accounts.text(w.jobs[1].account) == "vc3");
  CHECK(w.time_base.is_calendar);
  CHECK(w.recorded[1].start == Time{6s});
  CHECK(w.recorded[1].end == Time{66s});
  CHECK(w.report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"run time <= 0", 1}});
}

TEST_CASE("a Helios state that nobody knows is a broken row", "[workloads][helios]") {
  CHECK(read_text("job_id,user,vc,gpu_num,cpu_num,state,submit_time,duration\n1,u,v,1,1,WON,2020-04-01 00:00:05,60\n")
            .text ==
        "trace:2:11: error: state should be a job state such as COMPLETED, got 'WON'\n"
        "  1,u,v,1,1,WON,2020-04-01 00:00:05,60\n"
        "            ^\n");
}

}  // namespace
}  // namespace sluice::workloads
