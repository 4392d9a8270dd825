#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a native trace gives each column its sbatch meaning", "[workloads][csv]") {
  const auto read = read_text(
      "job_id,user,account,qos,partition,submit,duration,nodes,ntasks,cpus-per-task,gres,mem,time,constraint,exit-"
      "code\n"
      "a,ann,ml,high,gpu,100,90,2-4,8,3,\"gpu:a100:2,nvme\",16G,1-12,\"v100|a100\",0\n"
      "b,bob,ml,,,130.25,0.5,,,,,,,,2:0\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "csv");
  REQUIRE(w.jobs.size() == 2);
  const JobSpec& a = w.jobs[0];
  CHECK(w.job_id({0}) == "a");
  CHECK(w.users.text(a.user) == "ann");
  CHECK(w.accounts.text(a.account) == "ml");
  CHECK(w.qos.text(a.qos) == "high");
  CHECK(a.submit == Time{0ms});
  CHECK(a.duration == 90s);
  CHECK(a.limit == Duration{36h});
  JobRequest wanted;
  wanted.partition = "gpu";
  wanted.min_nodes = 2;
  wanted.max_nodes = 4;
  wanted.ntasks = 8;
  wanted.cpus_per_task = 3;
  wanted.gres_per_node = {{"gpu", "a100", 2}, {"nvme", "", 1}};
  wanted.mem_per_node = Megabytes{16384};
  wanted.constraint = "v100|a100";
  CHECK(w.request(a.request) == wanted);
  const JobSpec& b = w.jobs[1];
  CHECK(b.submit == Time{30'250ms});
  CHECK(b.duration == 500ms);
  CHECK_FALSE(b.limit);
  CHECK(w.request(b.request) == JobRequest{});
  CHECK(w.qos.text(b.qos) == "");
  CHECK(b.exit_code == 2);
  CHECK(b.outcome == Outcome::failed);
  CHECK(w.time_base.zero == 100s);
  CHECK_FALSE(w.time_base.is_calendar);
}

TEST_CASE("the GPU options say total, per node and per task", "[workloads][csv]") {
  const auto read = read_text(
      "submit,duration,gpus,gpus-per-node,gpus-per-task,cpus-per-gpu,mem-per-gpu\n"
      "0,1,8,,,4,10G\n0,1,,a100:4,,,\n0,1,,,v100:1,,\n0,1,\"a100:2,v100:1\",,,,\n");
  REQUIRE(read.text == "");
  const auto request = [&](std::uint32_t i) { return read.workload->request(read.workload->jobs[i].request); };
  CHECK(request(0).gpus == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(request(0).cpus_per_gpu == 4);
  CHECK(request(0).mem_per_gpu == Megabytes{10240});
  CHECK(request(1).gres_per_node == std::vector<GresCount>{{"gpu", "a100", 4}});
  CHECK(request(2).gpus_per_task == std::vector<GresCount>{{"gpu", "v100", 1}});
  CHECK(request(3).gpus == std::vector<GresCount>{{"gpu", "a100", 2}, {"gpu", "v100", 1}});
}

TEST_CASE("column names may be written with underscores, in any case and by their aliases", "[workloads][csv]") {
  const auto read = read_text("ID,t,Duration,CPUs_per_task,exit\nx,5,1,2,1\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->job_id({0}) == "x");
  CHECK(read.workload->request(read.workload->jobs[0].request).cpus_per_task == 2);
  CHECK(read.workload->jobs[0].exit_code == 1);
}

TEST_CASE("a job without an id gets the number of its row", "[workloads][csv]") {
  const auto read = read_text("submit,duration\n9,1\n3,1\n");
  CHECK(read.workload->job_id({0}) == "2");
  CHECK(read.workload->job_id({1}) == "1");
}

TEST_CASE("jobs are sorted by submission, ties in file order", "[workloads][csv]") {
  const auto read = read_text("id,submit,duration\nc,7,1\na,5,1\nd,7,1\nb,5,1\n");
  std::string order;
  for (std::uint32_t i = 0; i < 4; ++i) order += read.workload->job_id({i});
  CHECK(order == "abcd");
  CHECK(read.workload->time_base.zero == 5s);
}

TEST_CASE("quoted cells may hold commas, quotes and line ends", "[workloads][csv]") {
  const auto read =
      read_text("id,submit,duration,job-name\r\n\"a,1\",0,1,\"say \"\"hi\"\"\r\nthere\"\r\n\"b\" , 1, 1 ,x\r\n");
  REQUIRE(read.text == "");
  REQUIRE(read.workload->jobs.size() == 2);
  CHECK(read.workload->job_id({0}) == "a,1");
  CHECK(read.workload->job_id({1}) == "b");
}

TEST_CASE("a quoted header is read like a plain one", "[workloads][csv]") {
  const auto read = read_text("\"submit\",\"duration\"\n0,\"1\"\n");
  CHECK(read.text == "");
  CHECK(read.workload->jobs.size() == 1);
}

TEST_CASE("submissions may be dates, and the trace then has a calendar", "[workloads][csv]") {
  const auto read = read_text("submit,duration\n2020-09-01T00:00:10,1\n2020-09-01,1\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->time_base.is_calendar);
  CHECK(read.workload->time_base.zero == Duration{1598918400s});
  CHECK(read.workload->jobs[1].submit == Time{10s});
}

TEST_CASE("submissions that can only be unix times have a calendar too", "[workloads][csv]") {
  CHECK(read_text("submit,duration\n1598918400,1\n").workload->time_base.is_calendar);
  CHECK_FALSE(read_text("submit,duration\n99999999,1\n").workload->time_base.is_calendar);
}

TEST_CASE("time limits take sbatch's forms and are whole minutes, and no limit is a year", "[workloads][csv]") {
  const auto read = read_text("submit,duration,time\n0,1,90\n0,1,1:30\n0,1,UNLIMITED\n0,1,0\n0,1,\n");
  REQUIRE(read.text == "");
  const auto limit = [&](std::size_t i) { return read.workload->jobs[i].limit; };
  CHECK(limit(0) == Duration{90min});
  CHECK(limit(1) == Duration{2min});
  CHECK(limit(2) == Duration{8760h});
  CHECK(limit(3) == Duration{8760h});
  CHECK_FALSE(limit(4));
  CHECK(read.workload->report.assumptions ==
        std::vector<std::string>{"1 of 5 jobs have no time limit: theirs is the true run time"});
}

TEST_CASE("the state column says how a job ended where the exit code cannot", "[workloads][csv]") {
  const auto read =
      read_text("submit,duration,exit-code,state\n0,1,0,CANCELLED\n0,1,1,\n0,1,,NODE_FAIL\n0,1,0,completed\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs[0].outcome == Outcome::cancelled);
  CHECK(read.workload->jobs[1].outcome == Outcome::failed);
  CHECK(read.workload->jobs[2].outcome == Outcome::node_fail);
  CHECK(read.workload->jobs[3].outcome == Outcome::completed);
}

TEST_CASE("jobs that did not run are left out and counted", "[workloads][csv]") {
  const auto read = read_text("submit,duration\n0,0\n1,5\n2,-3\n");
  CHECK(read.text == "");
  CHECK(read.workload->jobs.size() == 1);
  CHECK(read.workload->report.rows == 3);
  CHECK(read.workload->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"run time <= 0", 2}});
}

TEST_CASE("equal requests are one request, however they are written", "[workloads][csv]") {
  const auto read = read_text("submit,duration,nodes,mem\n0,1,2,1G\n0,1,2-2,1024\n0,1,2,1G\n0,1,3,1G\n");
  CHECK(read.workload->requests().size() == 2);
}

TEST_CASE("a byte-order mark, blank lines and a missing last line end do no harm", "[workloads][csv]") {
  const auto read = read_text("\xef\xbb\xbfsubmit,duration\n\n0,1\n\n1,1");
  CHECK(read.text == "");
  CHECK(read.workload->jobs.size() == 2);
}

TEST_CASE("a trace longer than the reader's block is read whole", "[workloads][csv]") {
  std::string text = "id,submit,duration,job-name\n";
  for (int i = 0; i < 40'000; ++i)
    text += std::to_string(i) + ',' + std::to_string(i) + ",1," + (i % 100 == 0 ? "\"a\nb, c\"" : "plain") + "\n";
  const auto read = read_text(text);
  REQUIRE(read.text == "");
  REQUIRE(read.workload->jobs.size() == 40'000);
  bool right = true;
  for (std::uint32_t i = 0; i < 40'000; ++i)
    right = right && read.workload->job_id({i}) == std::to_string(i) && read.workload->jobs[i].submit == Time{1s * i};
  CHECK(right);
}

}  // namespace
TEST_CASE("an array of the native CSV is as many jobs as tasks, each with its own run time and exit code",
          "[workloads][csv]") {
  const auto read = read_text(
      "submit,job_id,duration,exit,array,time,state\n"
      "0,a,\"*:60,3:150\",\"*:0,2:7\",0-3%2,10,\n"
      "5,b,50%,1,\"1-5:2,9\",10,\n"
      "6,c,30,2,,,OUT_OF_MEMORY\n");
  CHECK(read.text.empty());
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 9);
  const auto& task = [&](std::uint32_t i) -> const JobExtras& { return w.extras[w.jobs[i].extras]; };
  CHECK(w.job_id(JobId{3}) == "a_3");
  CHECK(task(3).array == "a");
  CHECK(task(3).array_task == 3);
  CHECK(task(3).array_limit == 2);
  CHECK(w.jobs[0].duration == 60s);
  CHECK(w.jobs[3].duration == 150s);
  CHECK(w.jobs[2].exit_code == 7);
  CHECK(w.jobs[2].outcome == Outcome::failed);
  CHECK(w.jobs[1].outcome == Outcome::completed);
  CHECK(w.job_id(JobId{7}) == "b_9");
  CHECK(!task(7).array_limit);
  CHECK(w.jobs[7].duration == 300s);  // half of its limit
  CHECK(w.jobs[7].exit_code == 1);
  CHECK(w.jobs[8].outcome == Outcome::out_of_memory);
  CHECK(w.report.rows == 3);
}

TEST_CASE("--begin and --deadline of the native CSV count from the submission, or are given as it is",
          "[workloads][csv]") {
  const auto read = read_text(
      "submit,duration,begin,deadline\n"
      "100,1,now+1hour,now+2hours\n"
      "200,1,260,\n");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  CHECK(w.extras[w.jobs[0].extras].begin == 3600s);
  CHECK(w.extras[w.jobs[0].extras].deadline == 7200s);
  CHECK(w.extras[w.jobs[1].extras].begin == 160s);
  CHECK(read_text("submit,duration,begin\n100,1,soon\n").text ==
        "trace:2:7: error: begin wants seconds, a date or now+TIME, got 'soon'\n"
        "  100,1,soon\n"
        "        ^\n"
        "  hint: write 90, now+1hour or 2020-09-01T00:00:00\n");
}

TEST_CASE("broken arrays and dependencies are shown where they stand", "[workloads][csv][diagnostics]") {
  CHECK(read_text("submit,duration,array\n0,1,3-1\n").text ==
        "trace:2:5: error: array wants task indices, got '3-1'\n"
        "  0,1,3-1\n"
        "      ^\n"
        "  hint: write indices as 0-9:2,15, and %N behind them for N tasks at once\n");
  CHECK(read_text("submit,duration,dependency\n0,1,afterok\n").text ==
        "trace:2:5: error: dependency wants a job id behind afterok\n"
        "  0,1,afterok\n"
        "      ^\n");
  CHECK(read_text("submit,duration,array\n0,3:50,1-3\n").text ==
        "trace:2:3: error: duration does not say how long each task runs: '3:50'\n"
        "  0,3:50,1-3\n"
        "    ^\n"
        "  hint: name the others as *:SECONDS\n");
}

}  // namespace sluice::workloads
