#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view dated =
    "id,submit,duration\na,2020-08-31T23:59:59,1\nb,2020-09-01T00:00:00,1\nc,2020-09-02T00:00:00,1\n";

TEST_CASE("the window keeps from <= submit < to and the first kept job is the zero", "[workloads][window]") {
  const auto read = read_text(dated, {.from = "2020-09-01", .to = "2020-09-02T00:00:00"});
  REQUIRE(read.text == "");
  REQUIRE(read.workload->jobs.size() == 1);
  CHECK(read.workload->job_id({0}) == "b");
  CHECK(read.workload->report.before_from == 1);
  CHECK(read.workload->report.after_to == 1);
  CHECK(read.workload->report.rows == 3);
  CHECK(read.workload->time_base.zero == Duration{1598918400s});
}

TEST_CASE("the window may be given in seconds of the trace's own time", "[workloads][window]") {
  const auto read = read_text("id,submit,duration\na,9,1\nb,10.5,1\nc,12,1\n", {.from = "10", .to = "12"});
  REQUIRE(read.workload->jobs.size() == 1);
  CHECK(read.workload->job_id({0}) == "b");
  CHECK(read.workload->time_base.zero == 10500ms);
}

TEST_CASE("dates work wherever the header or the publisher says when the trace's time 0 was", "[workloads][window]") {
  const auto swf = read_text(
      "; UnixStartTime: 1000\n1 0 0 9 1 -1 -1 1 9 -1 1 1 1 -1 1 1 -1 -1\n2 60 0 9 1 -1 -1 1 9 -1 1 1 1 -1 1 1 -1 -1\n",
      {.from = "1970-01-01T00:17:40"});  // 1060 s
  REQUIRE(swf.text == "");
  CHECK(swf.workload->job_id({0}) == "2");
  const auto helios =
      read_text("job_id,arrival_s,service_sec,gpu_count\na,0,9,1\nb,10,9,1\n", {.from = "2020-03-18T04:01:40"});
  REQUIRE(helios.text == "");
  CHECK(helios.workload->job_id({0}) == "b");
}

TEST_CASE("a date needs a calendar", "[workloads][window]") {
  CHECK(read_text("submit,duration\n0,1\n", {.from = "2020-09-01"}).text ==
        "error: --from is a date, but the trace does not say when its time 0 was\n"
        "  hint: write seconds in the trace's own time\n");
}

TEST_CASE("a window that is no window is an error", "[workloads][window]") {
  CHECK(read_text(dated, {.to = "soon"}).text ==
        "error: --to wants a moment, got 'soon'\n"
        "  hint: write seconds in the trace's own time, or a date such as 2020-09-01T00:00:00\n");
  CHECK(read_text(dated, {.from = "2020-09-02", .to = "2020-09-01"}).text ==
        "error: --from 2020-09-02 is not before --to 2020-09-01\n");
  CHECK(read_text(dated, {.from = "2021-01-01"}).text == "trace: error: no job is left of 3 rows (before --from: 3)\n");
}

}  // namespace
}  // namespace sluice::workloads
