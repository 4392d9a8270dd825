#pragma once
// What the trace's own scheduler did with the jobs, beside what the simulated one did.

#include <cstddef>
#include <optional>

#include "simulator/report/job_rows.hpp"
#include "simulator/report/spread.hpp"

namespace sluice::report {

struct MeasureWindow;

/// Over the jobs that started both in the trace and in the simulation.
struct HistoryComparison {
  std::size_t jobs = 0;
  Spread recorded_wait_s, simulated_wait_s;
  double mean_difference_s = 0;           ///< simulated - recorded: above 0 when the simulated jobs waited longer
  double mean_absolute_difference_s = 0;  ///< 0 only if every job waited as long as it did in the trace
};

/// How long the job waited in the trace: from eligible (or, where that is not known, from its submission) to start.
/// nullopt when the trace does not know of a start.
std::optional<Duration> recorded_wait(const Workload& workload, JobId job);

/// nullopt when the trace has no history. Jobs outside the measured window do not count. O(jobs).
std::optional<HistoryComparison> compare_with_history(const JobRows& rows, const std::optional<MeasureWindow>& measure);

}  // namespace sluice::report
