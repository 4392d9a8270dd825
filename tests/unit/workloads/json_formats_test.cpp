#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

using Skipped = std::vector<std::pair<std::string, std::size_t>>;

std::string philly_job(std::string_view id, std::string_view status, std::string_view attempts) {
  return fmt::format(
      R"({{"status": "{}", "vc": "ee", "jobid": "{}", "attempts": [{}], "submitted_time": "2017-10-07 01:00:00", )"
      R"("user": "u1"}})",
      status, id, attempts);
}
constexpr std::string_view two_attempts =
    R"({"start_time": "2017-10-07 01:00:10", "end_time": "2017-10-07 01:01:00",)"
    R"( "detail": [{"ip": "m1", "gpus": ["gpu0", "gpu1"]}]},)"
    R"({"start_time": "2017-10-07 01:10:00", "end_time": "2017-10-07 01:10:10",)"
    R"( "detail": [{"ip": "m1", "gpus": ["gpu0", "gpu1"]}, {"ip": "m2", "gpus": ["gpu0"]}]})";

TEST_CASE("a Philly job runs for all its attempts", "[workloads][philly]") {
  const auto read = read_text(
      "[\n" + philly_job("j1", "Killed", two_attempts) + ",\n" + philly_job("j2", "Pass", "") + ",\n" +
      philly_job("j3", "Pass", R"({"start_time": "None", "end_time": "None", "detail": []})") + ",\n" +
      philly_job("j4", "Pass", R"({"start_time": "2017-10-07 01:00:10", "end_time": null, "detail": []})") + "]\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "philly-json");
  REQUIRE(w.jobs.size() == 1);
  CHECK(w.jobs[0].duration == 60s);
  CHECK(w.request(w.jobs[0].request).gpus == std::vector<GresCount>{{"gpu", "", 3}});
  CHECK(w.jobs[0].outcome == Outcome::cancelled);
  CHECK(w.users.text(w.jobs[0].user) == "u1");
  CHECK(w.accounts.text(w.jobs[0].account) == "ee");
  CHECK(w.recorded[0].start == Time{10s});
  CHECK(w.recorded[0].end == Time{610s});
  CHECK(w.report.skipped == Skipped{{"no attempt that started", 2}, {"an attempt without an end", 1}});
}

TEST_CASE("a broken Philly job is named with its line, and the next one is read", "[workloads][philly]") {
  const std::string text = std::string{"[\n"} + philly_job("j1", "Won", two_attempts) + ",\n" +
                           philly_job("j2", "Pass", R"({"start_time": "noon", "end_time": null})") + ",\n" +
                           philly_job("j3", "Pass", two_attempts) + ", 7]";
  const auto read = read_text(text, {.skip_bad_rows = 3});
  CHECK(read.workload->jobs.size() == 1);
  CHECK(read.text ==
        "trace:2: warning: job j1: status should be Pass, Killed or Failed, got \"Won\"\n"
        "trace:3: warning: job j2: start_time should be a date or None, got \"noon\"\n"
        "trace:4: warning: a job should be an object\n");
  CHECK(read_text(text).text == "trace:2: error: job j1: status should be Pass, Killed or Failed, got \"Won\"\n");
}

TEST_CASE("JSON that is none or ends early cannot be read on", "[workloads][json]") {
  CHECK(read_text("[\n{\"jobid\": 1, \"attempts\": [],, \"vc\": 2}]").text ==
        "trace:2:29: error: the JSON text is broken here\n"
        "  {\"jobid\": 1, \"attempts\": [],, \"vc\": 2}]\n"
        "                              ^\n");
  CHECK(read_text(std::string{"[\n"} + philly_job("j1", "Pass", two_attempts) + ",\n").text ==
        "trace:2: error: the JSON text ends early\n");
}

TEST_CASE("JSON on a single long line is streamed", "[workloads][json]") {
  std::string text = "[";
  for (int i = 0; i < 3000; ++i) {
    if (i > 0) text += ',';
    text += philly_job(fmt::format("j{}", i), "Pass", two_attempts);
  }
  REQUIRE(text.size() > 1'000'000);
  const auto read = read_text(text + "]");
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs.size() == 3000);
  CHECK(read.workload->job_id({2999}) == "j2999");
}

TEST_CASE("a Batsim job takes as long as its delays", "[workloads][batsim]") {
  const auto read = read_text(R"({
    "nb_res": 4,
    "jobs": [
      {"id": "a", "subtime": 1.5, "walltime": 30, "res": 2, "profile": "wait"},
      {"id": 7, "subtime": 0, "res": 1, "profile": "thrice", "walltime": -1},
      {"id": "c", "subtime": 0, "res": 4, "profile": "flops"}
    ],
    "profiles": {
      "wait": {"type": "delay", "delay": 20.25},
      "thrice": {"type": "composed", "repeat": 3, "seq": ["wait", "wait"]},
      "flops": {"type": "parallel_homogeneous", "cpu": 1e9, "com": 0}
    }
  })");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "batsim");
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.job_id({0}) == "7");
  CHECK(w.jobs[0].duration == 121'500ms);
  CHECK_FALSE(w.jobs[0].limit);
  CHECK(w.jobs[1].submit == Time{1'500ms});
  CHECK(w.jobs[1].limit == Duration{30s});
  CHECK(w.request(w.jobs[1].request).ntasks == 2);
  CHECK(w.report.skipped == Skipped{{"a profile that is not made of delays", 1}});
}

TEST_CASE("a broken Batsim job is named with its line", "[workloads][batsim]") {
  CHECK(read_text("{\"jobs\": [\n{\"id\": \"a\", \"subtime\": \"soon\", \"res\": 2, \"profile\": \"p\"}]}").text ==
        "trace:2: error: job a: subtime should be a number of seconds, got \"soon\"\n");
  CHECK(read_text("{\"jobs\": [\n{\"id\": \"a\", \"subtime\": 0, \"res\": 2, \"profile\": \"p\"}]}").text ==
        "trace:2: error: job a: there is no profile 'p'\n");
  CHECK(read_text("{\"jobs\": [\n{\"id\": \"a\", \"subtime\": 0, \"profile\": \"p\"}]}").text ==
        "trace:2: error: job a has no res\n");
}

}  // namespace
}  // namespace sluice::workloads
