// The statistics of a trace, on traces whose values can be worked out by hand.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/workloads/trace_file.hpp"
#include "workloads/describe.hpp"

namespace sluice::workloads {
namespace {

TraceStatistics describe_text_trace(std::string_view trace, const DescribeOptions& options = {}) {
  const auto read = read_text(trace);
  REQUIRE(read.workload);
  return describe(*read.workload, options);
}

/// Four jobs within three hours of a Monday; resource time 100, 400, 400 and 100 CPU seconds.
constexpr std::string_view four =
    "id,user,submit,duration,ntasks,time,state,start\n"
    "a,ann,2026-01-05T00:00:00,100,1,5,COMPLETED,2026-01-05T00:00:10\n"
    "b,ann,2026-01-05T00:10:00,200,2,5,FAILED,2026-01-05T00:10:00\n"
    "c,bob,2026-01-05T00:30:00,100,4,,COMPLETED,\n"
    "d,ann,2026-01-05T02:00:00,10,10,1,CANCELLED,2026-01-05T02:00:50\n";

TEST_CASE("times and sizes are those of the jobs", "[workloads][describe]") {
  const auto s = describe_text_trace(four, {.capacity = 10.0, .unit = {}});
  CHECK(s.jobs == 4);
  CHECK(s.rows == 4);
  CHECK(s.first == "2026-01-05T00:00:00");
  CHECK(s.last == "2026-01-05T02:00:00");
  CHECK(s.span_days == Approx(2.0 / 24));
  CHECK(s.run_time.median == Approx(100));
  CHECK(s.run_time.mean == Approx(102.5));
  CHECK(s.run_time.p90 == Approx(170));  // 0.7 of the way from the third to the fourth
  CHECK(s.mean_size == Approx(17.0 / 4));
  CHECK(s.max_size == 10);
  CHECK(s.resource_hours == Approx(1000.0 / 3600));
  CHECK(s.load == Approx(1000.0 / (10 * 7200)));
}

TEST_CASE("size buckets share out jobs and resource time", "[workloads][describe]") {
  const auto s = describe_text_trace(four);
  REQUIRE(s.sizes.size() == 4);
  CHECK(s.sizes[0].name == "1");
  CHECK(s.sizes[1].name == "2");
  CHECK(s.sizes[2].name == "3-4");
  CHECK(s.sizes[3].name == "9-16");
  CHECK(s.sizes[1].share_of_jobs == Approx(0.25));
  CHECK(s.sizes[1].share_of_time == Approx(0.4));
  CHECK_FALSE(s.sizes[1].run_time);
}

TEST_CASE("arrivals are described by their gaps, their hours and their calendar", "[workloads][describe]") {
  const auto s = describe_text_trace(four);
  // Gaps 600, 1200, 5400: mean 2400, variance (1800^2 + 1200^2 + 3000^2) / 3.
  CHECK(s.interarrival_mean == Approx(2400));
  CHECK(s.interarrival_cv == Approx(std::sqrt(4'560'000.0) / 2400));
  // Jobs per hour 3, 0, 1: mean 4/3, variance (25 + 16 + 1) / 27.
  CHECK(s.hourly_mean == Approx(4.0 / 3));
  CHECK(s.hourly_idc == Approx(42.0 / 27 / (4.0 / 3)));
  CHECK((*s.hour_profile)[0] == Approx(18));
  CHECK((*s.hour_profile)[2] == Approx(6));
  CHECK((*s.weekday_profile)[0] == Approx(7));
  CHECK_FALSE(describe_text_trace("submit,duration\n0,1\n5,1\n").hour_profile);
}

TEST_CASE("waits, limits, users and end states are those recorded", "[workloads][describe]") {
  const auto s = describe_text_trace(four);
  CHECK(s.wait->count == 3);
  CHECK(s.wait->median == Approx(10));
  CHECK(s.wait->mean == Approx(20));
  CHECK(s.with_limit == Approx(0.75));
  CHECK(s.run_of_limit->median == Approx(1.0 / 3));
  CHECK(s.users->users == 2);
  CHECK(s.users->largest_share_of_jobs == Approx(0.75));
  CHECK(s.users->top_share_of_time == Approx(0.6));
  CHECK(s.users->same_user_next == Approx(1.0 / 3));
  CHECK_FALSE(s.users->zipf_exponent);
  REQUIRE(s.end_states.size() == 3);
  CHECK(s.end_states[1].outcome == Outcome::failed);
  CHECK(s.end_states[1].share_of_jobs == Approx(0.25));
  CHECK(s.end_states[1].share_of_time == Approx(0.4));
  CHECK_FALSE(describe_text_trace("submit,duration\n0,1\n").users);
}

TEST_CASE("a wait counts from when the job became eligible", "[workloads][describe]") {
  CHECK(describe_text_trace("submit,duration,eligible,start\n0,1,100,130\n").wait->mean == Approx(30));
}

TEST_CASE("users whose jobs follow Zipf's law show its exponent", "[workloads][describe]") {
  std::string trace = "submit,duration,user\n";
  for (int rank = 1; rank <= 40; ++rank)
    for (int i = 0; i < std::lround(10'000 * std::pow(rank, -1.5)); ++i) trace += "0,1,u" + std::to_string(rank) + "\n";
  CHECK(*describe_text_trace(trace).users->zipf_exponent == Approx(1.5).margin(0.01));
}

TEST_CASE("run times are fitted by a lognormal, with the distance to it", "[workloads][describe]") {
  // Half of them e^1, half e^3: mu 2, sigma 1; the distance is 1/2 - Phi(-1).
  std::string trace = "submit,duration\n";
  for (int i = 0; i < 50; ++i) trace += "0,2.718\n0,20.086\n";
  const auto fit = *describe_text_trace(trace).run_time_fit;
  CHECK(fit.count == 100);
  CHECK(fit.mu == Approx(2).epsilon(1e-4));
  CHECK(fit.sigma == Approx(1).epsilon(1e-4));
  CHECK(fit.ks == Approx(0.3413).epsilon(1e-3));
}

TEST_CASE("sizes are GPUs when half of the jobs ask for one, with shares as shares", "[workloads][describe]") {
  const auto s = describe_text_trace("submit,duration,gpus,gpu-share\n0,1,1,0.5\n0,1,4,\n0,1,,\n");
  CHECK(s.unit == SizeUnit::gpus);
  CHECK(s.mean_size == Approx(1.5));
  REQUIRE(s.sizes.size() == 3);
  CHECK(s.sizes[0].name == "0");
  CHECK(s.sizes[1].name == "<1");
  CHECK(describe_text_trace("submit,duration,gpus\n0,1,8\n0,1,\n0,1,\n").unit == SizeUnit::cpus);
  CHECK(describe_text_trace("submit,duration,gpus,nodes\n0,1,8,2\n", {.capacity = {}, .unit = SizeUnit::nodes})
            .mean_size == 2);
}

TEST_CASE("a trace of one job has no gaps and no load", "[workloads][describe]") {
  const auto s = describe_text_trace("submit,duration\n7,1\n", {.capacity = 4.0, .unit = {}});
  CHECK_FALSE(s.interarrival_cv);
  CHECK_FALSE(s.load);
  CHECK(s.first == "7");
}

TEST_CASE("the text says what the figures are", "[workloads][describe]") {
  CHECK(
      describe_text(describe_text_trace(four, {.capacity = 10.0, .unit = {}})) ==
      "jobs             4 of 4 rows (format csv)\n"
      "submitted        2026-01-05T00:00:00 to 2026-01-05T02:00:00, 0.08 days\n"
      "run time         median 100 s, mean 103, p90 170, p99 197\n"
      "size             mean 4.25, largest 10 CPUs\n"
      "resource time    0.2778 CPU hours\n"
      "load             0.0139 of 10 CPUs\n"
      "arrivals         mean gap 2,400 s, CV 0.89; jobs per hour 1.33, IDC 1.17\n"
      "recorded wait    median 10 s, mean 20, p90 42, p99 49.2\n"
      "users            2; the largest has 75.0 % of jobs, the top 5 % have 60.0 % of resource time\n"
      "                 the next job has the same user in 33.3 %\n"
      "run / limit      median 0.333, mean 0.389; 75.0 % of jobs have a limit\n"
      "\n"
      "size (CPUs)           jobs resource time   ln(run time/s): mu, sigma (KS)\n"
      "  1                 25.0 %        10.0 %   -\n"
      "  2                 25.0 %        40.0 %   -\n"
      "  3-4               25.0 %        40.0 %   -\n"
      "  9-16              25.0 %        10.0 %   -\n"
      "  all              100.0 %       100.0 %   -\n"
      "\n"
      "end state             jobs resource time\n"
      "  COMPLETED         50.0 %        50.0 %\n"
      "  FAILED            25.0 %        40.0 %\n"
      "  CANCELLED         25.0 %        10.0 %\n"
      "\n"
      "rate of submissions (1 is the average)\n"
      "  hour 0..23   18.00 0.00 6.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 "
      "0.00 0.00 0.00 0.00 0.00\n"
      "  Mon..Sun     7.00 0.00 0.00 0.00 0.00 0.00 0.00\n"
      "\n"
      "assumed\n"
      "  - 1 of 4 jobs have no time limit: theirs is the true run time\n");
}

TEST_CASE("JSON has every figure, null where there is none", "[workloads][describe]") {
  const auto text = describe_json(describe_text_trace("submit,duration\n0,5\n60,0\n"));
  CHECK(text.find("\"jobs\": 1,") != std::string::npos);
  CHECK(text.find("\"run time <= 0\": 1") != std::string::npos);
  CHECK(text.find("\"median\": 5.0,") != std::string::npos);
  CHECK(text.find("\"load\": null,") != std::string::npos);
  CHECK(text.find("\"users\": null,") != std::string::npos);
}

}  // namespace
}  // namespace sluice::workloads
