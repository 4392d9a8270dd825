// Real scripts, sacct dumps and event files, which may not be in the tree: found through SLUICE_DATA.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

std::optional<TraceRead> real(const std::string& file, const ReadOptions& options = {}) {
  const char* folder = std::getenv("SLUICE_DATA");
  if (folder == nullptr) {
    std::cout << "skipped: no data\n";
    return std::nullopt;
  }
  return read_trace(std::filesystem::path{folder} / file, options);
}

TEST_CASE("21 real scripts become their jobs and array tasks", "[workloads][sbatch][data]") {
  const auto read = real("sbatch");
  if (!read) return;
  REQUIRE(read->workload);
  const Workload& w = *read->workload;
  CHECK(w.jobs.size() == 18 + 3 + 498 + 170);
  CHECK(read->text.empty());  // what a scheduler does not heed is said when one is chosen
  std::size_t gpus = 0;
  for (const auto& job : w.jobs) gpus += requested_gpus(w.request(job.request)) > 0 ? 1U : 0U;
  CHECK(gpus == 170 + 12);
}

TEST_CASE("real sacct dumps with bars, steps and cut rows are read", "[workloads][sacct][data]") {
  const auto old = real("slurm-sacct/sacct_dump2101.log", {.skip_bad_rows = 1});
  if (!old) return;
  REQUIRE(old->workload);
  CHECK(old->workload->jobs.size() == 6);
  CHECK(old->workload->report.skipped ==
        std::vector<std::pair<std::string, std::size_t>>{{"cancelled before it started", 6}, {"broken row", 1}});
  CHECK(old->workload->request(old->workload->jobs[0].request).mem_per_node == Megabytes{550'000});
  CHECK(old->workload->jobs[1].duration == 259'222s);
  const auto newer = real("slurm-sacct/sacct_dump2110.log");
  REQUIRE(newer->workload);
  CHECK(newer->workload->jobs.size() == 5);
  CHECK(newer->text == "");
  const auto lines = real("slurm-sacct/sacct_submitline_multiline.log", {.timezone = "-05:00"});
  REQUIRE(lines->workload);
  CHECK(lines->workload->jobs.size() == 6);
  CHECK(lines->text == "");
}

TEST_CASE("the event files of both UB clusters are read whole", "[workloads][ub][data]") {
  struct Log {
    std::string file;
    std::size_t jobs;
  };
  for (const Log& log :
       {Log{"micro/jobs500.events", 500}, Log{"micro/jobs500_shrinked.events", 500}, Log{"micro/small.events", 20},
        Log{"ubhpc/workload_5k.events", 5000}, Log{"ubhpc/workload_short.events", 20}, Log{"ubhpc/test.events", 23}}) {
    CAPTURE(log.file);
    const auto read = real("slurm-ubccr/" + log.file);
    if (!read) return;
    CHECK(read->text == "");
    REQUIRE(read->workload);
    CHECK(read->workload->jobs.size() == log.jobs);
  }
}

}  // namespace
}  // namespace sluice::workloads
