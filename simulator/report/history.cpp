#include "simulator/report/history.hpp"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "simulator/report/summary.hpp"

namespace sluice::report {
namespace {

/// Of a run that went on with fewer nodes: until its first part began.
std::optional<Duration> wait_before(const std::vector<JobRow>& parts) {
  std::size_t first = parts.size() - 1;
  while (parts[first].is_resized) --first;
  return parts[first].wait();
}

}  // namespace

std::optional<Duration> recorded_wait(const Workload& workload, JobId job) {
  if (workload.recorded.empty()) return std::nullopt;
  const RecordedRun& run = workload.recorded[job.index()];
  if (!run.start) return std::nullopt;
  return *run.start - run.eligible.value_or(workload.jobs[job.index()].submit);
}

std::optional<HistoryComparison> compare_with_history(const JobRows& rows,
                                                      const std::optional<MeasureWindow>& measure) {
  if (rows.workload().recorded.empty()) return std::nullopt;
  std::vector<std::int64_t> recorded_ms, simulated_ms;
  Int128 difference_ms = 0, absolute_ms = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JobRow row = rows[i];
    const auto recorded = recorded_wait(rows.workload(), row.id);
    auto simulated = row.wait();
    if (row.is_resized) simulated = wait_before(rows.earlier(row));
    if (!recorded || !simulated || (measure && !measure->contains(row.spec->submit))) continue;
    recorded_ms.push_back(recorded->count());
    simulated_ms.push_back(simulated->count());
    difference_ms += (*simulated - *recorded).count();
    absolute_ms += std::abs((*simulated - *recorded).count());
  }
  HistoryComparison comparison;
  comparison.jobs = recorded_ms.size();
  comparison.recorded_wait_s = spread_of(recorded_ms, 1e3);
  comparison.simulated_wait_s = spread_of(simulated_ms, 1e3);
  if (comparison.jobs == 0) return comparison;
  const auto mean_s = [&](Int128 sum) { return static_cast<double>(sum) / static_cast<double>(comparison.jobs) / 1e3; };
  comparison.mean_difference_s = mean_s(difference_ms);
  comparison.mean_absolute_difference_s = mean_s(absolute_ms);
  return comparison;
}

}  // namespace sluice::report
