#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/scenario_text.hpp"

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* three_jobs = R"(
    pool 4
    job  submit  cpus  limit  runs | start
    A        0s     4    10m    5m | 0s
    B        1m     4    10m   10m | 5m
    C        1m     1     1m    1m | 15m
)";

/// Writes down what it is told, in order.
class Log final : public Observer {
 public:
  void job_submitted(JobId job, Time t) override { add("submitted", job, t); }
  void job_rejected(JobId job, Time t, std::string_view) override { add("rejected", job, t); }
  void job_started(JobId job, Time t, const Allocation&) override { add("started", job, t); }
  void job_ended(JobId job, Time t, EndState, const Allocation&) override { add("ended", job, t); }
  void settled(Time t, const LoadSample& load) override {
    lines.push_back("settled " + scenario_time(t.time_since_epoch()) + ' ' + std::to_string(load.pending) + ' ' +
                    std::to_string(load.running));
  }
  std::vector<std::string> lines;

 private:
  void add(const std::string& what, JobId job, Time t) {
    lines.push_back(what + ' ' + std::to_string(job.value) + ' ' + scenario_time(t.time_since_epoch()));
  }
};

}  // namespace

TEST_CASE("observers are told everything in order, and the load once an instant has settled", "[engine]") {
  const auto scenario = read_scenario(three_jobs);
  Log log;
  Simulation simulation{scenario.workload, scenario.cluster, make_policies(scenario.policies), {&log}};
  simulation.run();
  CHECK(log.lines == std::vector<std::string>{"submitted 0 0s", "started 0 0s", "settled 0s 0 1", "submitted 1 1m",
                                              "submitted 2 1m", "settled 1m 2 1", "ended 0 5m", "started 1 5m",
                                              "settled 5m 1 1", "ended 1 15m", "started 2 15m", "settled 15m 0 1",
                                              "ended 2 16m", "settled 16m 0 0"});
}

TEST_CASE("a run stops at its bound, the bound included, and can go on", "[engine]") {
  const auto scenario = read_scenario(three_jobs);
  Simulation simulation{scenario.workload, scenario.cluster, make_policies(scenario.policies), {}};
  auto so_far = simulation.run({Time{299s}});
  CHECK(so_far.end == Time{1min});
  CHECK(simulation.load().pending == 2);
  so_far = simulation.run({Time{5min}});
  CHECK(so_far.end == Time{5min});
  CHECK(simulation.load().used_cpus == 4);
  CHECK(simulation.run().end == Time{16min});
  CHECK(simulation.load().running == 0);
}

TEST_CASE("a run that is told to stop does", "[engine]") {
  const auto scenario = read_scenario(three_jobs);
  Simulation simulation{scenario.workload, scenario.cluster, make_policies(scenario.policies), {}};
  const std::atomic<bool> stop{true};
  CHECK(simulation.run({std::nullopt, &stop}).events == 0);
}

TEST_CASE("a simulation without jobs is over at once", "[engine]") {
  const Workload nothing;
  const auto pool = make_pool(1);
  Simulation simulation{nothing, pool, make_policies({}), {}};
  CHECK(simulation.run().events == 0);
}

TEST_CASE("the statistics count events and decisions", "[engine]") {
  const auto scenario = read_scenario(three_jobs);
  Simulation simulation{scenario.workload, scenario.cluster, make_policies(scenario.policies), {}};
  const auto statistics = simulation.run();
  CHECK(statistics.decisions == 5);       // at 0, 1, 5, 15 and 16 minutes
  CHECK(statistics.events == 3 + 3 + 5);  // submissions, ends, decisions
}

}  // namespace sluice::test
