#include <catch2/catch.hpp>

#include "simulator/model/dependency_graph.hpp"

namespace sluice {
namespace {

using std::chrono::seconds;

/// Jobs called 0, 1, ...; each with what it depends on.
Workload workload_of(const std::vector<std::string>& dependencies) {
  Workload w;
  for (std::size_t i = 0; i < dependencies.size(); ++i) {
    JobSpec job;
    job.extras = static_cast<std::uint32_t>(w.extras.size());
    w.extras.emplace_back().dependency = dependencies[i];
    w.jobs.push_back(job);
    w.add_id("j" + std::to_string(i));
  }
  return w;
}

std::vector<std::uint32_t> values(const std::vector<JobId>& jobs) {
  std::vector<std::uint32_t> all;
  for (const JobId job : jobs) all.push_back(job.value);
  return all;
}

}  // namespace

TEST_CASE("jobs that wait for one another are found", "[model][dependency]") {
  const auto circle = [](const std::vector<std::string>& dependencies) {
    return values(find_circle(JobLinks{workload_of(dependencies)}, dependencies.size()));
  };
  CHECK(circle({"", "afterok:j0", "afterok:j1"}).empty());
  CHECK(circle({"afterany:j0"}) == std::vector<std::uint32_t>{0});
  CHECK(circle({"", "afterok:j3", "afterok:j1,after:j0", "afterany:j2"}).size() == 3);
}

TEST_CASE("the longest way through a workflow is critical, and all else has slack", "[model][dependency]") {
  // 0 (10 s) -> 1 (20 s) -> 3 (5 s); 0 -> 2 (8 s) -> 3; 4 stands alone; 6 begins 1 min after the start of 5.
  const Workload w = workload_of({"", "afterok:j0", "afterok:j0", "afterok:j1:j2", "", "", "after:j5+1"});
  const std::vector<int> runs{10, 20, 8, 5, 100, 30, 15};
  const auto flows = workflows(JobLinks{w}, w.jobs.size(), [&](JobId job) { return Duration{seconds{runs[job.index()]}}; });
  REQUIRE(flows.size() == 2);
  CHECK(values(flows[0].jobs) == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK(values(flows[0].critical_path) == std::vector<std::uint32_t>{0, 1, 3});
  CHECK(flows[0].critical_length == seconds{35});
  CHECK(flows[0].slack == std::vector<Duration>{seconds{0}, seconds{0}, seconds{12}, seconds{0}});
  CHECK(flows[1].critical_length == seconds{75});
}

TEST_CASE("a chain and a fan-out of a hundred thousand jobs are no trouble", "[model][dependency]") {
  constexpr std::size_t n = 100'000;
  std::vector<std::string> chain(n), fan(n);
  for (std::size_t i = 1; i < n; ++i) {
    chain[i] = "afterok:j" + std::to_string(i - 1);
    fan[i] = "afterok:j0";
  }
  const auto one = [](JobId) { return Duration{seconds{1}}; };
  for (const auto* dependencies : {&chain, &fan}) {
    const Workload w = workload_of(*dependencies);
    const JobLinks links{w};
    CHECK(find_circle(links, n).empty());
    const auto flows = workflows(links, n, one);
    REQUIRE(flows.size() == 1);
    CHECK(flows[0].critical_length == (dependencies == &chain ? seconds{n} : seconds{2}));
  }
}

}  // namespace sluice
