#pragma once
// The jobs of a run as `sacct -a -D -P -o ...` prints them: what `sluice run --workload` reads again.

#include <functional>
#include <string_view>

#include "simulator/report/job_rows.hpp"

namespace sluice::report {

/// Whether steps have rows, behind their job's: ID.batch, and ID.extern where PrologFlags=Contain. What srun starts is not
/// known of a workload.
enum class SacctSteps { left_out, shown };

/// A header, and a row for each run of each job in order of submission; refused jobs have none. Moments are dates if the
/// trace has them, else seconds of its own; whole seconds, as in all of Slurm's texts. Where an id of the trace is none that
/// Slurm would give, all jobs are numbered anew. Elapsed is without the time in Suspended. Jobs that run or wait are shown
/// as of `now`. Source: sacct(1) of 22.05, recordings.
void write_sacct(const JobRows& rows, Time now, SacctSteps steps, const std::function<void(std::string_view)>& write);

}  // namespace sluice::report
