#pragma once
// Scripts become jobs: ids, submission times, array tasks, run times, dependencies.

#include <span>

#include "workloads/job_sink.hpp"
#include "workloads/script_shelf.hpp"

namespace sluice::workloads {

/// Puts the jobs of all scripts into the sink.
///
/// Ids are 1, 2, ... in the order of the scripts; an array's tasks are `5_0`, `5_1`, the components of a heterogeneous
/// job `5+0`, `5+1` (and the next script is 7). Scripts that do not say when they were submitted were so at 0, or at
/// the earliest date when others say dates. In dependencies `@NAME` is the script (file name with or without its
/// ending, or job name) nearest before this one, else after it. Without a stated run time a job runs for a share of
/// its limit (ReadOptions).
void add_script_jobs(std::span<const ShelvedScript> scripts, JobSink& sink);

}  // namespace sluice::workloads
