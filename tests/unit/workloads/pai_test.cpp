#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

using Skipped = std::vector<std::pair<std::string, std::size_t>>;

constexpr std::string_view tasks =
    "aa,ps,1.0,Terminated,120.0,220.0,600.0,29.296875,,CPU\n"
    "aa,worker,2.0,Terminated,120.0,220.0,550.0,30.0,50.0,MISC\n"
    "bb,tensorflow,1.0,Failed,130.0,230.0,100.0,1.0,250.0,V100\n"
    "cc,tensorflow,1.0,Running,140.0,,100.0,1.0,25.0,T4\n"
    "dd,tensorflow,1.0,Waiting,,,100.0,1.0,25.0,T4\n";

TEST_CASE("a PAI task is a job of its instances, in whole processors and GPUs", "[workloads][pai]") {
  const auto read = read_text(tasks);
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "pai");
  REQUIRE(w.jobs.size() == 3);
  const JobRequest& server = w.request(w.jobs[0].request);
  CHECK(server.ntasks == 1);
  CHECK(server.cpus_per_task == 6);
  CHECK(server.mem_per_cpu == Megabytes{5000});
  CHECK(server.gpus_per_task.empty());
  const JobRequest& worker = w.request(w.jobs[1].request);
  CHECK(worker.ntasks == 2);
  CHECK(worker.cpus_per_task == 6);
  CHECK(worker.gpus_per_task == std::vector<GresCount>{{"gpu", "", 1}});
  CHECK(worker.gpu_share == 0.5);
  const JobRequest& large = w.request(w.jobs[2].request);
  CHECK(large.gpus_per_task == std::vector<GresCount>{{"gpu", "", 3}});
  CHECK_FALSE(large.gpu_share);
  CHECK(w.job_id({1}) == "aa-worker");
  CHECK(w.jobs[2].outcome == Outcome::failed);
  CHECK(w.recorded.empty());
  CHECK(w.report.skipped == Skipped{{"no start or end time", 1}, {"no start time", 1}});
}

TEST_CASE("the job table beside the task table tells users and submissions", "[workloads][pai]") {
  const TraceFile file{"pai_task_table.csv", tasks};
  std::ofstream{file.path().parent_path() / "pai_job_table.csv"}
      << "aa,1f,u1,Terminated,100.0,220.0\nbb,2f,u2,Failed,130.0,230.0\n";
  const auto read = read_trace(file.path());
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.users.text(w.jobs[0].user) == "u1");
  CHECK(w.time_base.zero == 100s);
  CHECK(w.recorded[0].start == Time{20s});
  CHECK(w.recorded[0].end == Time{120s});
  CHECK(w.report.assumptions[0] == "a task is submitted when its job starts in the job table beside the task table");
}

TEST_CASE("a broken row of the job table is shown where it stands", "[workloads][pai]") {
  const TraceFile file{"pai_task_table.csv", tasks};
  std::ofstream{file.path().parent_path() / "pai_job_table.csv"} << "aa,1f,u1,Terminated,soon,220.0\n";
  CHECK(read_trace(file.path()).text ==
        "pai_job_table.csv:1:21: error: start_time should be a number of seconds, got 'soon'\n"
        "  aa,1f,u1,Terminated,soon,220.0\n"
        "                      ^\n");
}

TEST_CASE("PAI tables may have a header line after all", "[workloads][pai]") {
  const auto read = read_text(
      "job_name,task_name,inst_num,status,start_time,end_time,plan_cpu,plan_mem,plan_gpu,gpu_type\n"
      "aa,ps,1.0,Terminated,120.0,220.0,600.0,29.296875,,CPU\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->report.rows == 1);
}

TEST_CASE("other PAI tables than that of the tasks say which one to give", "[workloads][pai]") {
  constexpr auto text =
      "trace: error: this table does not say what the jobs asked for\n"
      "  hint: give pai_task_table.csv; pai_job_table.csv beside it is read along\n";
  CHECK(read_text("aa,1f,u1,Terminated,100.0,220.0\n").text == text);
  CHECK(read_text("aa,worker,n,w,1f,Terminated,100.0,220.0,m1\n").text == text);
}

TEST_CASE("a PAI amount that is no number is a broken row", "[workloads][pai]") {
  CHECK(read_text("aa,ps,1.0,Terminated,120.0,220.0,six,29.296875,,CPU\n").text ==
        "trace:1:34: error: plan_cpu should be a number, got 'six'\n"
        "  aa,ps,1.0,Terminated,120.0,220.0,six,29.296875,,CPU\n"
        "                                   ^\n");
  CHECK(read_text("aa,ps,1.0,Terminated,120.0,220.0,-5,29.296875,,CPU\n").text ==
        "trace:1:34: error: plan_cpu should be an amount from 0 on, got '-5'\n"
        "  aa,ps,1.0,Terminated,120.0,220.0,-5,29.296875,,CPU\n"
        "                                   ^\n");
}

TEST_CASE("the short form of PAI is told from that of Helios by its ids", "[workloads][pai]") {
  const auto read = read_text("job_id,arrival_s,service_sec,gpu_count\nali-aa-worker#3,10.0,100.0,8\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->format == "pai");
  CHECK_FALSE(read.workload->time_base.calendar_origin());
  CHECK(read.workload->request(read.workload->jobs[0].request).gpus == std::vector<GresCount>{{"gpu", "", 8}});
}

}  // namespace
}  // namespace sluice::workloads
