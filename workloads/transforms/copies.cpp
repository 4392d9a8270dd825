// Transforms that lengthen or redraw a trace: repeat, bootstrap.

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulator/base/slurm_time.hpp"
#include "workloads/transforms/catalogue.hpp"
#include "workloads/transforms/row_copies.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_jobs = 200'000'000;

/// From the first submission to the last.
Duration span_of(const Workload& workload) { return workload.jobs.back().submit.time_since_epoch(); }

/// Whole days, at least one: the copies keep the hour of the day.
Duration whole_days(Duration span) {
  return std::max(Duration{24h}, Duration{std::chrono::ceil<std::chrono::days>(span)});
}

}  // namespace

void repeat(Workload& workload, const TransformCall& call) {
  const auto times = static_cast<std::uint32_t>(*call.arguments().whole("times"));
  const auto* given = call.arguments().length("every");
  const Duration every = given != nullptr ? *given : whole_days(span_of(workload));
  if (workload.jobs.size() * times > most_jobs)
    return call.complain(fmt::format("makes {} jobs, more than {}", workload.jobs.size() * times, most_jobs), {});
  std::vector<RowCopy> copies;
  copies.reserve(workload.jobs.size() * times);
  for (std::uint32_t copy = 0; copy < times; ++copy)
    for (std::uint32_t row = 0; row < workload.jobs.size(); ++row) copies.push_back({row, every * copy, copy});
  replace_by_copies(workload, copies);
  call.state(workload, fmt::format("the trace is there {} times, every {}", times, time_text(every)));
}

/// Blocks count from the first submission. The last one counts when the trace covers 95 % of it.
/// Source: the block bootstrap, Künsch, Annals of Statistics 17(3), 1989.
void bootstrap(Workload& workload, const TransformCall& call) {
  const Duration block = *call.arguments().length("block");
  const double length = to_seconds(span_of(workload)) / to_seconds(block);
  const auto blocks = static_cast<std::uint32_t>(std::floor(length + 0.05));
  if (blocks == 0)
    return call.complain(fmt::format("the trace is shorter than one block of {}", time_text(block)),
                         "give a shorter one, as block=1-0");
  const auto* wanted = call.arguments().whole("weeks");
  const auto draws = wanted != nullptr ? static_cast<std::uint32_t>(*wanted) : blocks;

  std::vector<std::uint32_t> first(blocks + 1);  // row where each block begins
  for (std::uint32_t b = 0; b <= blocks; ++b)
    first[b] = static_cast<std::uint32_t>(
        std::partition_point(workload.jobs.begin(), workload.jobs.end(),
                             [&](const JobSpec& job) { return job.submit < Time{block * b}; }) -
        workload.jobs.begin());
  Rng rng{call.seed(), "transform.bootstrap"};
  std::vector<std::uint32_t> drawn_before(blocks);
  std::vector<RowCopy> copies;
  for (std::uint32_t at = 0; at < draws; ++at) {
    const auto from = static_cast<std::uint32_t>(rng.below(blocks));
    const Duration moved = block * at - block * from;
    for (std::uint32_t row = first[from]; row < first[from + 1]; ++row)
      copies.push_back({row, moved, drawn_before[from]});
    ++drawn_before[from];
    if (copies.size() > most_jobs) return call.complain(fmt::format("makes more than {} jobs", most_jobs), {});
  }
  const auto left_out = workload.jobs.size() - first[blocks];
  replace_by_copies(workload, copies);
  call.state(workload,
             fmt::format("{} blocks of {} drawn from {}, seed {}; {} jobs after the last whole block are left out",
                         draws, time_text(block), blocks, call.seed(), left_out));
}

}  // namespace sluice::workloads
