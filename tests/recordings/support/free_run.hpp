#pragma once
// A recording's scenario simulated from its submissions, real run lengths and the operator's commands alone, to be held
// against what real slurmctld made of the same inputs.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "tests/recordings/support/recording.hpp"

namespace sluice::recordings {

/// One run of a job, recorded or simulated; of a requeued job there are several.
struct FreeJobRun {
  std::optional<Seconds> eligible, start, end;
  std::string state;
  Seconds suspended{};  ///< of a recorded run
  std::string exit = "0:0";  ///< as sacct prints it
};

/// By the workload's id, of array tasks with `_` and the task.
using FreeRuns = std::map<std::string, std::vector<FreeJobRun>>;

/// How each run of a job ended, in order, "PREEMPTED 0:0, COMPLETED 0:0": its restarts, too. One that has not ended has none.
std::string endings_of(const std::vector<FreeJobRun>& runs);
/// Empty, too, if there is no such job.
std::string endings_of(const FreeRuns& runs, const std::string& id);

/// How slurmctld's timing is drawn for one simulation. Without a seed nothing is late, and its ticks are as recorded.
struct Timing {
  std::optional<std::uint64_t> seed;
};

/// Without a seed runs last as long as they did in `recording` where the job ended by itself there, else as the workload
/// says; with one, as the workload says and a launch takes.
/// Throws BadRecording.
FreeRuns simulate(const std::filesystem::path& scenario, const Recording& recording, const Timing& timing);
/// Every start and every preemption of the recording at its second; what becomes of the runs, and of jobs that wait, is
/// simulated. A start that finds its job not pending does not happen; one that comes before the job may be considered has no
/// `eligible`.
FreeRuns force(const std::filesystem::path& scenario, const Recording& recording);
Workload scenario_workload(const std::filesystem::path& scenario);
FreeRuns recorded_runs(const Recording& recording);

/// Mean of start - eligible over all runs that started, in seconds.
double mean_wait_s(const FreeRuns& runs);
/// From zero to the last end.
Seconds elapsed(const FreeRuns& runs);

}  // namespace sluice::recordings
