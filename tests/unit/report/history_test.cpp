#include "simulator/report/history.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "simulator/report/terminal.hpp"
#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;

/// In the trace A started at once, B (eligible at 12 s) at 14 s, C at 50 s, and of the others nothing is known.
void play_with_history(SmallRun& run) {
  run.workload.recorded.resize(6);
  run.workload.recorded[0].start = at(0);
  run.workload.recorded[1].eligible = at(12);
  run.workload.recorded[1].start = at(14);
  run.workload.recorded[2].start = at(50);
  play(run);
}

TEST_CASE("Recorded waits stand beside the simulated ones", "[report][history]") {
  SmallRun run;
  play_with_history(run);
  const auto summary = run.summary();
  REQUIRE(summary.recorded);
  CHECK(summary.recorded->jobs == 3);  // recorded 0, 2, 30 s; simulated 0, 5, 80 s
  CHECK(summary.recorded->recorded_wait_s.median == Approx(2));
  CHECK(summary.recorded->simulated_wait_s.max == Approx(80));
  CHECK(summary.recorded->mean_difference_s == Approx(53.0 / 3));
  CHECK(summary.recorded->mean_absolute_difference_s == Approx(53.0 / 3));
  const auto json = nlohmann::json::parse(summary_json(summary));
  CHECK(json["recorded"]["jobs"] == 3);
  CHECK(json["recorded"]["recorded_wait_s"]["mean"] == Approx(10.667));
  CHECK(json["recorded"]["mean_difference_s"] == Approx(17.667));
  CHECK(terminal_summary(summary).find(
            "Recorded waits of 3 jobs: mean 10.7s, median 2s; here 28.3s, 5s; 17.7s apart on average.\n") !=
        std::string::npos);
}

TEST_CASE("jobs.csv ends with the recorded start and wait, where there is history", "[report][history]") {
  SmallRun run;
  run.workload.time_base.zero = std::chrono::seconds{1000};
  play_with_history(run);
  TemporaryFolder folder;
  run.write(folder.path() / "out");
  const auto text = read_text(folder.path() / "out" / "jobs.csv");
  CHECK(text.find(",reason,restarts,recorded_start,recorded_wait\n") != std::string::npos);
  CHECK(text.find(",5,1.25,Resources,0,1014,2\n") != std::string::npos);
  CHECK(text.find("Requested node configuration is not available,0,,\n") != std::string::npos);
}

TEST_CASE("Only the measured window is compared, and nothing where there is no history", "[report][history]") {
  SmallRun run;
  play_with_history(run);
  run.info.measure = MeasureWindow{at(5), {}};
  CHECK(run.summary().recorded->jobs == 2);
  SmallRun without;
  play(without);
  CHECK(!without.summary().recorded);
  CHECK(summary_json(without.summary()).find("recorded") == std::string::npos);
}

}  // namespace
