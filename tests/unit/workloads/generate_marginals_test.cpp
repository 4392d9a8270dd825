// Generated traces against the logs they imitate. `test_unit_workloads_generate "[table]"` prints both side by side.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/workloads/generate_marginals.hpp"
#include "tests/unit/workloads/generate_targets.hpp"

namespace sluice::workloads {
namespace {

Marginals generated(GenerateOptions options, std::uint64_t seed) {
  options.seed = seed;
  std::ostringstream out;
  generate(options, out);
  return marginals_of(out.str());
}

/// How far a generated trace may be from its target: a share of it, or (`by`) so much.
namespace tolerance {
constexpr double mean_size = 0.05, quantile = 0.15, highest_quantile = 0.2, mean_run = 0.1;
constexpr double mean_gap = 0.05, gap_cv = 0.35, hourly_idc = 0.4;
constexpr double size_jobs_by = 0.01, size_time_by = 0.08, lag1_by = 0.15, end_jobs_by = 0.01, end_time_by = 0.05;
}  // namespace tolerance

void check_near(double got, double want, double by) {
  if (!std::isnan(want)) CHECK(got == Approx(want).margin(by));
}
void check_within(double got, double want, double share) {
  if (!std::isnan(want)) CHECK(got == Approx(want).epsilon(share));
}
void check_ends(const Ends& got, const Ends& want, double by) {
  check_near(got.completed, want.completed, by);
  check_near(got.cancelled, want.cancelled, by);
  check_near(got.failed, want.failed, by);
}

void check_sizes_and_runs(const Marginals& got, const Marginals& want) {
  check_within(got.mean_size, want.mean_size, tolerance::mean_size);
  for (std::size_t i = 0; i < size_names.size(); ++i) {
    CAPTURE(size_names[i]);
    check_near(got.size_jobs[i], want.size_jobs[i], tolerance::size_jobs_by);
    check_near(got.size_time[i], want.size_time[i], tolerance::size_time_by);
  }
  for (std::size_t i = 0; i < 3; ++i)
    check_within(got.run_quantiles[i], want.run_quantiles[i], tolerance::quantile);
  check_within(got.run_quantiles[3], want.run_quantiles[3], tolerance::highest_quantile);
  check_within(got.run_quantiles[4], want.run_quantiles[4], tolerance::mean_run);
}

void check_arrivals(const Marginals& got, const Marginals& want) {
  check_within(got.mean_gap, want.mean_gap, tolerance::mean_gap);
  check_within(got.gap_cv, want.gap_cv, tolerance::gap_cv);
  check_within(got.hourly_idc, want.hourly_idc, tolerance::hourly_idc);
  check_near(got.hourly_lag1, want.hourly_lag1, tolerance::lag1_by);
}

TEST_CASE("generated traces have the marginals of the logs they imitate", "[workloads][generate]") {
  for (const auto& target : targets()) {
    for (const std::uint64_t seed : {1U, 2U}) {
      CAPTURE(target.options.preset, seed);
      const Marginals got = generated(target.options, seed);
      check_sizes_and_runs(got, target.want);
      check_arrivals(got, target.want);
      check_ends(got.end_jobs, target.want.end_jobs, tolerance::end_jobs_by);
      check_ends(got.end_time, target.want.end_time, tolerance::end_time_by);
    }
  }
}

TEST_CASE("users of generated traces are as unequal and as steady as those of Slurm and HPC logs",
          "[workloads][generate]") {
  for (const auto& target : targets()) {
    if (target.options.kind != GeneratedKind::ml) continue;
    CAPTURE(target.options.preset);
    const Marginals got = generated(target.options, 1);
    CHECK(got.top_users_time > 0.32);
    CHECK(got.top_users_time < 0.81);
    CHECK(got.same_user_next > 0.43);
    CHECK(got.same_user_next < 0.96);
  }
}

std::string cell(double value) {
  if (std::isnan(value)) return "-";
  return std::abs(value) >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

template <std::size_t N>
std::string cells(const std::array<double, N>& values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(cell(value));
  return fmt::format("{}", fmt::join(texts, " "));
}

std::string cells(const Ends& ends) {
  return cells(std::array<double, 3>{ends.completed, ends.cancelled, ends.failed});
}

void print_row(std::string_view name, const std::string& want, const std::string& got, const std::string& may_differ) {
  fmt::print("| {} | {} | {} | {} |\n", name, want, got, may_differ);
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

TEST_CASE("the table of targets and what is generated", "[.][table]") {
  for (const auto& [options, source, want] : targets()) {
    using namespace tolerance;
    const Marginals got = generated(options, 1);
    fmt::print("\n| {} {} ({}) | target | generated | may differ by |\n|---|---|---|---|\n",
               generated_kind(options.kind).name, options.preset, source);
    print_row("jobs", cell(static_cast<double>(want.jobs)), cell(static_cast<double>(got.jobs)), "");
    print_row("mean size", cell(want.mean_size), cell(got.mean_size), percent(tolerance::mean_size));
    print_row("jobs by size 1, 2, 3-4, ... 33-64, >64", cells(want.size_jobs), cells(got.size_jobs), cell(size_jobs_by));
    print_row("time by size", cells(want.size_time), cells(got.size_time), cell(size_time_by));
    print_row("run time p10, p50, p90, p99, mean", cells(want.run_quantiles), cells(got.run_quantiles),
              fmt::format("{}, p99 {}, mean {}", percent(quantile), percent(highest_quantile), percent(mean_run)));
    print_row("mean gap, CV", cells(std::array<double, 2>{want.mean_gap, want.gap_cv}),
              cells(std::array<double, 2>{got.mean_gap, got.gap_cv}),
              fmt::format("{}, {}", percent(tolerance::mean_gap), percent(tolerance::gap_cv)));
    print_row("hourly IDC, lag-1", cells(std::array<double, 2>{want.hourly_idc, want.hourly_lag1}),
              cells(std::array<double, 2>{got.hourly_idc, got.hourly_lag1}),
              fmt::format("{}, {}", percent(tolerance::hourly_idc), cell(lag1_by)));
    print_row("completed, cancelled, failed: jobs", cells(want.end_jobs), cells(got.end_jobs), cell(end_jobs_by));
    print_row("the same by time", cells(want.end_time), cells(got.end_time), cell(end_time_by));
    const bool has_users = options.kind != GeneratedKind::lublin;  // the model has none
    if (has_users)
      print_row("top 5 % of users, time; next job same user", options.kind == GeneratedKind::ml ? ".32-.81; .43-.96" : "-",
                cells(std::array<double, 2>{got.top_users_time, got.same_user_next}), "");
  }
}

}  // namespace
}  // namespace sluice::workloads
