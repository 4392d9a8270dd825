#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

const std::string head =
    "JobID|User|Account|Partition|QOS|Submit|Eligible|Start|End|ElapsedRaw|TimelimitRaw|State|ExitCode|ReqMem|ReqTRES|"
    "AllocTRES|ReqNodes|NodeList|JobName|SubmitLine|Constraints\n";

/// A row of `head`.
std::string row(const std::string& id, const std::string& submit, const std::string& start, const std::string& end,
                const std::string& elapsed, const std::string& state, const std::string& name = "x",
                const std::string& line = "sbatch x.sh") {
  const bool ran = elapsed != "0";
  return id + "|ann|lab|cpu|normal|" + submit + '|' + submit + '|' + start + '|' + end + '|' + elapsed + "|60|" +
         state + "|0:0|4G|billing=4,cpu=4,mem=4G,node=1|" + (ran ? "billing=4,cpu=4,mem=4G,node=1" : "") + "|1|" +
         (ran ? "n1" : "None assigned") + '|' + name + '|' + line + "|\n";
}

const std::string one =
    row("7", "2022-03-01T10:00:00", "2022-03-01T10:05:00", "2022-03-01T10:15:00", "600", "COMPLETED");

const JobExtras& extras(const Workload& w, std::size_t job) { return w.extras[w.jobs[job].extras]; }
std::string id(const Workload& w, std::uint32_t job) { return std::string{w.job_id(JobId{job})}; }

TEST_CASE("a sacct row is a job with its history", "[workloads][sacct]") {
  const auto read = read_text(head + one);
  CHECK(read.text == "");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  CHECK(w.format == "sacct");
  REQUIRE(w.jobs.size() == 1);
  CHECK(w.jobs[0].duration == 600s);
  CHECK(w.jobs[0].limit == Duration{1h});
  CHECK(w.users.text(w.jobs[0].user) == "ann");
  const JobRequest& r = w.request(w.jobs[0].request);
  CHECK(r.partition == "cpu");
  CHECK(r.ntasks == 4);
  CHECK(r.max_nodes == 1);
  CHECK(r.mem_per_node == Megabytes{4096});
  REQUIRE(w.recorded.size() == 1);
  CHECK(w.recorded[0].eligible == Time{});
  CHECK(w.recorded[0].start == Time{300s});
  CHECK(w.recorded[0].end == Time{900s});
  CHECK(w.time_base.is_calendar);
  CHECK(w.jobs[0].extras == 0);
}

TEST_CASE("steps belong to their job and unfinished jobs are left out by cause", "[workloads][sacct]") {
  const std::string at = "2022-03-01T10:00:00";
  const auto read = read_text(
      head + one + row("7.batch", at, at, at, "600", "COMPLETED") + row("8", at, "Unknown", "Unknown", "0", "PENDING") +
      row("9_[4-7%2]", at, "Unknown", "Unknown", "0", "PENDING") + row("9_3", at, at, "Unknown", "60", "RUNNING") +
      row("10", at, at, at, "0", "CANCELLED by 1001") + row("9_2", at, at, "2022-03-01T10:01:00", "60", "OUT_OF_ME+") +
      row("11", at, "None", at, "0", "CANCELLED by 1001"));
  CHECK(read.text == "");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  CHECK(w.report.rows == 7);
  CHECK(w.report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"still pending in the dump", 2},
                                                                             {"still running in the dump", 1},
                                                                             {"cancelled before it started", 2}});
  REQUIRE(w.jobs.size() == 2);
  CHECK(id(w, 1) == "9_2");
  CHECK(w.jobs[1].outcome == Outcome::out_of_memory);
  CHECK(extras(w, 1).array == "9");
  CHECK(extras(w, 1).array_task == 2);
  CHECK(extras(w, 1).array_limit == 2);
}

TEST_CASE("bars and line ends in names and command lines do not break a row", "[workloads][sacct]") {
  const std::string at = "2022-03-01T10:00:00", end = "2022-03-01T10:01:00";
  const auto read = read_text(head + row("1", at, at, end, "60", "COMPLETED", "a|b") +
                              row("2", at, at, end, "60", "COMPLETED", "x", "sbatch --wrap=env | grep S | wc") +
                              row("3", at, at, end, "60", "COMPLETED", "x", "sbatch -d afterok:1 a.sh\n  if\nfi") +
                              row("4", at, at, end, "60", "COMPLETED") +
                              row("5", at, at, end, "60", "COMPLETED", "a | b|c", "sbatch -J 'a | b|c' --nice=5 x | tee"));
  CHECK(read.text == "");
  REQUIRE(read.workload);
  CHECK(read.workload->jobs.size() == 5);
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK(id(*read.workload, i) == std::to_string(i + 1));
    CHECK(read.workload->request(read.workload->jobs[i].request).constraint == "");
  }
  CHECK(extras(*read.workload, 2).dependency == "afterok:1");
  CHECK(extras(*read.workload, 4).name == "a | b|c");
  CHECK(extras(*read.workload, 4).nice == 5);
}

TEST_CASE("a row that looks whole, but has an odd cell, may go on in the next line", "[workloads][sacct]") {
  const auto read = read_text(
      "JobID|State|Submit|Start|ElapsedRaw|SubmitLine|Timelimit\n"
      "1|COMPLETED|2022-03-01T10:00:00|2022-03-01T10:00:00|60|sbatch --wrap=cat x | wc\nls|01:00:00\n"
      "2|COMPLETED|2022-03-01T10:00:00|2022-03-01T10:00:00|60|sbatch x.sh|odd\n"
      "not a row\n"
      "3|COMPLETED|2022-03-01T10:00:00|2022-03-01T10:00:00|60|sbatch x.sh|02:00:00\n",
      {.skip_bad_rows = 2});
  REQUIRE(read.workload);
  REQUIRE(read.workload->jobs.size() == 2);
  CHECK(read.workload->jobs[0].limit == Duration{1h});
  CHECK(read.workload->jobs[1].limit == Duration{2h});
  CHECK(read.workload->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"broken row", 2}});
}

TEST_CASE("a constraint may hold bars, and a last column line ends", "[workloads][sacct]") {
  const std::string text =
      "JobID|State|Submit|Start|Elapsed|Constraints|ReqCPUS|SubmitLine|\n"
      "1|COMPLETED|2022-03-01T10:00:00|2022-03-01T10:00:00|1-00:00:00|a100|v100|4|sbatch a.sh|\n"
      "2|COMPLETED|2022-03-01T10:00:01|2022-03-01T10:00:02|00:10:00||4|srun bash -c x\nthen y\nfi|\n"
      "3|COMPLETED|2022-03-01T10:00:02|2022-03-01T10:00:02|00:10:00||4|sbatch b.sh|\n";
  const auto read = read_text(text);
  CHECK(read.text == "");
  REQUIRE(read.workload);
  REQUIRE(read.workload->jobs.size() == 3);
  CHECK(read.workload->request(read.workload->jobs[0].request).constraint == "a100|v100");
  CHECK(read.workload->jobs[0].duration == 24h);
  CHECK(read.workload->request(read.workload->jobs[0].request).ntasks == 4);
}

TEST_CASE("a row cut off is broken, and the next one is not lost", "[workloads][sacct][diagnostics]") {
  const std::string cut = "5|ann|lab|cpu\n";
  CHECK(read_text(head + cut + one).text ==
        "trace:2:1: error: the row has 4 cells, the header has 21\n"
        "  5|ann|lab|cpu\n"
        "  ^\n"
        "  hint: the row may have been cut off; --skip-bad-rows leaves it out\n");
  const auto read = read_text(head + cut + one, {.skip_bad_rows = 1});
  REQUIRE(read.workload);
  CHECK(read.workload->jobs.size() == 1);
}

TEST_CASE("a sacct dump must say what a replay needs", "[workloads][sacct][diagnostics]") {
  CHECK(read_text("JobID|State|Start\n1|COMPLETED|x\n").text ==
        "trace:1:18: error: there is no column 'Submit'\n"
        "  JobID|State|Start\n"
        "                   ^\n"
        "  hint: print all of them with `sacct -P -o ALL`\n"
        "trace:1:18: error: there is no column 'Elapsed'\n"
        "  JobID|State|Start\n"
        "                   ^\n"
        "  hint: print all of them with `sacct -P -o ALL`\n");
  CHECK(read_text("JobID|State|Submit|Start|Elapsed\n1|DONE|2022-03-01T10:00:00|2022-03-01T10:00:00|5:00\n").text ==
        "trace:2:3: error: State wants a job state, got 'DONE'\n"
        "  1|DONE|2022-03-01T10:00:00|2022-03-01T10:00:00|5:00\n"
        "    ^\n");
  CHECK(read_text(head + one, {.timezone = "Mars"}).text ==
        "error: --timezone wants a time zone, got 'Mars'\n"
        "  hint: write UTC, an offset as +02:00, or a name as Europe/Berlin\n");
  CHECK(read_text("submit,duration\n0,1\n", {.timezone = "UTC"}).text ==
        "warning: --timezone has no effect on the format csv\n");
}

TEST_CASE("with a time zone, times are UTC", "[workloads][sacct]") {
  const auto local = read_text(head + one);
  const auto utc = read_text(head + one, {.timezone = "+02:00"});
  REQUIRE(utc.workload);
  CHECK(local.workload->time_base.zero - utc.workload->time_base.zero == 2h);
}

TEST_CASE("a job that ran into its limit would have run on", "[workloads][sacct]") {
  const std::string at = "2022-03-01T10:00:00", end = "2022-03-01T11:00:00";
  const auto read = read_text(head + row("1", at, at, end, "3600", "TIMEOUT"));
  REQUIRE(read.workload);
  CHECK(read.workload->jobs[0].duration > *read.workload->jobs[0].limit);
}

TEST_CASE("components of heterogeneous jobs and late eligibility are kept", "[workloads][sacct]") {
  std::string text = row("12+1", "2022-03-01T10:00:00", "2022-03-01T10:05:00", "2022-03-01T10:06:00", "60", "FAILED");
  text.replace(text.find("10:00:00", text.find("10:00:00") + 1), 8, "10:04:00");  // Eligible
  const auto read = read_text(head + text);
  REQUIRE(read.workload);
  CHECK(extras(*read.workload, 0).het_group == "12");
  CHECK(extras(*read.workload, 0).begin == Duration{4min});
  CHECK(read.workload->recorded[0].eligible == Time{4min});
  CHECK(read.workload->jobs[0].outcome == Outcome::failed);
}

}  // namespace
}  // namespace sluice::workloads
