#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

using Skipped = std::vector<std::pair<std::string, std::size_t>>;

TEST_CASE("an SWF job asks for the processors it was given, else for those it wanted", "[workloads][swf]") {
  const auto read = read_text(
      ";   --- a banner ---\n"
      ";\t   UnixStartTime: 1296571124\n"
      "  7 100 5 60 16 -1 -1 32 600 -1 1 3 4 -1 1 2 -1 -1\n"
      "  8 110 5 60 -1 -1 -1 32  -1 -1 0 3 4 -1 1 2 -1 -1\n"
      "  9 120 5 60 -1 -1 -1 32   0 -1 5 -1 -1 -1 1 2 -1 -1\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "swf");
  REQUIRE(w.jobs.size() == 3);
  JobRequest wanted;
  wanted.ntasks = 16;
  CHECK(w.request(w.jobs[0].request) == wanted);
  CHECK(w.request(w.jobs[1].request).ntasks == 32);
  CHECK(w.jobs[0].limit == Duration{600s});
  CHECK_FALSE(w.jobs[1].limit);
  CHECK_FALSE(w.jobs[2].limit);
  CHECK(w.users.text(w.jobs[0].user) == "3");
  CHECK(w.accounts.text(w.jobs[0].account) == "4");
  CHECK(w.users.text(w.jobs[2].user) == "");
  CHECK(w.jobs[0].outcome == Outcome::completed);
  CHECK(w.jobs[1].outcome == Outcome::failed);
  CHECK(w.jobs[2].outcome == Outcome::cancelled);
  CHECK(w.job_id({0}) == "7");
  CHECK(w.time_base.zero == 100s);
  CHECK_FALSE(w.time_base.is_calendar);
  CHECK(w.time_base.origin_of_base == Duration{1296571124s});
}

TEST_CASE("semicolons between fields are taken for blanks, with names of users and nothing for -1", "[workloads][swf]") {
  const auto read = read_text(
      "1001;0;-1;15;12;-1;-1;-1;420;-1;-1;user5;account2;-1;normal;normal;;-1;\n"
      "1002;49;5;1201;1;-1;;-1;1800;-1;1;user1;account1;-1;normal;normal;;-1;\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "swf");
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.request(w.jobs[0].request).ntasks == 12);
  CHECK(w.users.text(w.jobs[0].user) == "user5");
  CHECK(w.accounts.text(w.jobs[1].account) == "account1");
  CHECK(w.jobs[1].limit == Duration{1800s});
  CHECK(w.recorded[1].start == Time{54s});
}

TEST_CASE("SWF jobs that did not run or had no processors are counted by cause", "[workloads][swf]") {
  const auto read = read_text(
      "1 0 0  0 -1 -1 -1 8 600 -1 5 1 1 -1 1 1 -1 -1\n"
      "2 0 0 10 -1 -1 -1 0 600 -1 1 1 1 -1 1 1 -1 -1\n"
      "3 0 0 10  1 -1 -1 1 600 -1 1 1 1 -1 1 1 -1 -1\n"
      "4 0 0 10  1 -1 -1 1 600 -1 2 1 1 -1 1 1 -1 -1\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs.size() == 1);
  CHECK(read.workload->report.rows == 4);
  CHECK(read.workload->report.skipped ==
        Skipped{{"run time <= 0", 1}, {"processors <= 0", 1}, {"part of a job (status 2, 3 or 4)", 1}});
}

TEST_CASE("tabs, unix times, 64-bit users and limits in field 6 are read as in Mira's log", "[workloads][swf]") {
  const auto read = read_text(
      "35079\t1535348017\t102306\t17348\t512\t18000\t-1\t-1\t-1\t-1\t-1\t35012304659472\t-1\t-1\t-1\t-1\t-1\t-1\n"
      "35080\t1535348018\t102306\t20000\t512\t18000\t-1\t-1\t-1\t-1\t-1\t35012304659472\t-1\t-1\t-1\t-1\t-1\t-1\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.jobs[0].limit == Duration{18000s});
  CHECK(w.jobs[1].limit == Duration{18000s});
  CHECK(w.jobs[1].duration == 20000s);
  CHECK(w.users.text(w.jobs[0].user) == "35012304659472");
  CHECK(w.time_base.is_calendar);
  CHECK_FALSE(w.time_base.origin_of_base);
  CHECK(w.report.assumptions[1] == "requested times are taken from field 6, as field 9 is -1 in every row");
}

TEST_CASE("field 6 is no limit when a single row has a requested time, or when it looks like used CPU time",
          "[workloads][swf]") {
  const auto one_asked = read_text(
      "1 0 0 10 1 50 -1 1 -1 -1 1 1 1 -1 1 1 -1 -1\n"
      "2 0 0 10 1 50 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n");
  CHECK_FALSE(one_asked.workload->jobs[0].limit);
  const auto cpu_time = read_text(
      "1 0 0 10 1 9 -1 1 -1 -1 1 1 1 -1 1 1 -1 -1\n"
      "2 0 0 10 1 8 -1 1 -1 -1 1 1 1 -1 1 1 -1 -1\n");
  CHECK_FALSE(cpu_time.workload->jobs[0].limit);
  CHECK(cpu_time.workload->report.assumptions.back() == "no job has a time limit: the limit is the true run time");
}

TEST_CASE("an SWF wait is history: it says when the job started and ended", "[workloads][swf]") {
  const auto read = read_text(
      "1 50 -1 10 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n"
      "2 40  5 10 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n"
      "3 60 -1 10 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n");
  const Workload& w = *read.workload;
  REQUIRE(w.recorded.size() == 3);
  CHECK(w.recorded[0].start == Time{5s});
  CHECK(w.recorded[0].end == Time{15s});
  CHECK_FALSE(w.recorded[1].start);
  CHECK_FALSE(w.recorded[2].start);
  CHECK(read_text("1 50 -1 10 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n").workload->recorded.empty());
}

TEST_CASE("what stands behind the 18th field is passed over", "[workloads][swf]") {
  const auto read =
      read_text("0 1356996147 0 56011 64 1 1024 64 86400 68719476736 1 62 1 1 -1 1 1 1 {1241,1241} q_2w 1:ppn=12\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs[0].duration == 56011s);
  CHECK(read.workload->request(read.workload->jobs[0].request).ntasks == 64);
}

TEST_CASE("SWF inversions are sorted and blank lines passed over", "[workloads][swf]") {
  const auto read = read_text(
      "; x\n\n1 50 0 10 1 -1 -1 1 -1 -1 1 1 1 -1 1 1 -1 -1\n   \n2 40 0 10 1 -1 -1 1 -1 -1 1 1 1 -1 1 1 -1 -1\n");
  REQUIRE(read.workload->jobs.size() == 2);
  CHECK(read.workload->job_id({0}) == "2");
}

TEST_CASE("a short SWF row and a word among numbers are broken rows", "[workloads][swf]") {
  CHECK(read_text("; x\n1 0 0 10 1\n").text ==
        "trace:2:11: error: the row has 5 fields of 18\n"
        "  1 0 0 10 1\n"
        "            ^\n");
  CHECK(read_text("; x\n1 0 0 ten 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n").text ==
        "trace:2:7: error: field 4 should be a number of seconds, got 'ten'\n"
        "  1 0 0 ten 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n"
        "        ^\n");
}

}  // namespace
}  // namespace sluice::workloads
