#include "workloads/generate.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

std::string generated(const GenerateOptions& options) {
  std::ostringstream out;
  generate(options, out);
  return out.str();
}

double load_of(const Workload& w, std::int64_t (*size)(const JobRequest&), std::int64_t capacity) {
  double area = 0;
  for (const auto& job : w.jobs) area += static_cast<double>(size(w.request(job.request))) * to_seconds(job.duration);
  return area / (static_cast<double>(capacity) * to_seconds(w.jobs.back().submit - w.jobs.front().submit));
}

TEST_CASE("generated traces depend on the seed and on nothing else", "[workloads][generate]") {
  for (const auto& kind : generated_kinds()) {
    GenerateOptions options = kind.defaults;
    options.jobs = 300;
    const auto first = generated(options);
    CHECK(first == generated(options));
    options.seed = 2;
    CHECK(first != generated(options));
  }
}

TEST_CASE("generated traces are read back without a word and meet their load", "[workloads][generate]") {
  const auto ml = read_text(generated({.kind = GeneratedKind::ml, .jobs = 5'000, .capacity = 32, .load = 0.8}));
  REQUIRE(ml.text == "");
  CHECK(ml.workload->jobs.size() == 5'000);
  CHECK(ml.workload->time_base.is_calendar);
  CHECK(load_of(*ml.workload, requested_gpus, 32) == Approx(0.8).epsilon(0.05));
  const auto stress =
      read_text(generated({.kind = GeneratedKind::stress, .jobs = 20'000, .capacity = 1024, .load = 0.85}));
  REQUIRE(stress.text == "");
  CHECK(stress.workload->jobs.size() == 20'000);
  CHECK(load_of(*stress.workload, requested_cpus, 1024) == Approx(0.85).epsilon(0.05));
}

TEST_CASE("no generated job is larger than the cluster", "[workloads][generate]") {
  for (const std::int64_t capacity : {1, 3, 8, 12}) {
    CAPTURE(capacity);
    const auto ml = read_text(generated({.kind = GeneratedKind::ml, .jobs = 500, .capacity = capacity}));
    for (const auto& request : ml.workload->requests()) CHECK(requested_gpus(request) <= capacity);
    const auto stress = read_text(generated({.kind = GeneratedKind::stress, .jobs = 500, .capacity = capacity}));
    for (const auto& request : stress.workload->requests()) CHECK(requested_cpus(request) <= capacity);
  }
}

TEST_CASE("the ML cluster has failures, cancellations and jobs that hit their limit", "[workloads][generate]") {
  const auto read = read_text(generated({.kind = GeneratedKind::ml, .jobs = 5'000}));
  std::size_t failed = 0, cancelled = 0, too_long = 0;
  for (const auto& job : read.workload->jobs) {
    failed += job.outcome == Outcome::failed ? 1U : 0U;
    cancelled += job.outcome == Outcome::cancelled ? 1U : 0U;
    too_long += job.duration > *job.limit ? 1U : 0U;
  }
  CHECK(failed > 700);
  CHECK(cancelled > 350);
  CHECK(too_long > 20);
  CHECK(too_long < 250);
}

}  // namespace
}  // namespace sluice::workloads
