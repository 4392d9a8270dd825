// Real logs, which may not be in the tree: found through SLUICE_DATA.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

/// Reads a log of the data folder; nothing when there is no such folder.
std::optional<Workload> real(const std::string& file, const ReadOptions& options = {}) {
  const char* folder = std::getenv("SLUICE_DATA");
  if (folder == nullptr) {
    std::cout << "skipped: no data\n";
    return std::nullopt;
  }
  auto read = read_trace(std::filesystem::path{folder} / file, options);
  CHECK(read.text == "");
  REQUIRE(read.workload);
  return std::move(read.workload);
}

std::size_t with_limit(const Workload& w) {
  std::size_t count = 0;
  for (const auto& job : w.jobs) count += job.limit ? 1U : 0U;
  return count;
}

TEST_CASE("Curie's log gives 295,540 of its 312,826 jobs", "[workloads][data]") {
  const auto w = real("swf/CEA-Curie-2011-2.1-cln.swf.gz");
  if (!w) return;
  CHECK(w->report.rows == 312'826);
  CHECK(w->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"run time <= 0", 17'286}});
  std::size_t fitting = 0;
  for (const auto& job : w->jobs) fitting += requested_cpus(w->request(job.request)) <= 93'312 ? 1U : 0U;
  CHECK(fitting == 295'540);
  CHECK(w->time_base.origin_of_base == Duration{1296571124s});
  CHECK(w->time_base.zero == 31'656'837s);
}

TEST_CASE("Mira's log has its limits in field 6", "[workloads][data]") {
  const auto w = real("swf/mira.swf");
  if (!w) return;
  CHECK(w->jobs.size() == 22'508);
  CHECK(with_limit(*w) == 22'508);
  CHECK(w->jobs[0].limit == Duration{18'000s});
  CHECK(w->time_base.is_calendar);
}

TEST_CASE("the other SWF logs keep the jobs that ran", "[workloads][data]") {
  struct Log {
    std::string file;
    std::size_t rows, kept, limits;
  };
  for (const Log& log :
       {Log{"swf/UniLu-Gaia-2014-1.swf", 51'987, 51'859, 51'859}, Log{"swf/hpc2n-first3k.swf", 3'170, 3'145, 3'145},
        Log{"swf/lublin_256.swf", 10'000, 10'000, 0}, Log{"swf/metacentrum-wagap-2013.swf", 17'900, 17'898, 17'898},
        Log{"swf/NASA-iPSC-1993-3.1-cln.swf", 18'239, 18'066, 0},
        Log{"swf/KTH-SP2-1996.swf.gz", 28'489, 28'481, 28'481}}) {
    CAPTURE(log.file);
    const auto w = real(log.file);
    if (!w) return;
    CHECK(w->report.rows == log.rows);
    CHECK(w->jobs.size() == log.kept);
    CHECK(with_limit(*w) == log.limits);
  }
}

TEST_CASE("Helios Venus can be cut at a date", "[workloads][data]") {
  const auto whole = real("helios/venus_gpu_jobs.csv");
  if (!whole) return;
  CHECK(whole->format == "helios");
  CHECK(whole->jobs.size() == 125'303);
  const auto september = real("helios/venus_gpu_jobs.csv", {.from = "2020-09-01T00:00:00"});
  CHECK(september->jobs.size() == 25'596);
  CHECK(september->report.before_from == 99'707);
}

TEST_CASE("the ITP clusters are read whole", "[workloads][data]") {
  struct Log {
    std::string file;
    std::size_t jobs;
  };
  for (const Log& log : {Log{"cluster02.csv", 5'778}, Log{"cluster04.csv", 15'802}, Log{"cluster05.csv", 3'629},
                         Log{"cluster08.csv", 13'047}, Log{"cluster10.csv", 260}, Log{"elasticflow/195job.csv", 195}}) {
    CAPTURE(log.file);
    const auto w = real("microsoft-itp-2021/" + log.file);
    if (!w) return;
    CHECK(w->format == "itp");
    CHECK(w->jobs.size() == log.jobs);
  }
}

}  // namespace
}  // namespace sluice::workloads
