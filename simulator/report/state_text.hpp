#pragma once
// The running and pending jobs of a simulation as `squeue -ar -o` prints them: what `sluice run --state` begins with.

#include <string>

#include "simulator/model/cluster.hpp"
#include "simulator/model/job.hpp"
#include "simulator/report/job_sink.hpp"

namespace sluice::report {

/// A header and a line a job, in order of submission, at the moment `now`. Columns as squeue calls them, and CPUS_PER_NODE
/// behind, which squeue does not have. Moments are dates if the trace has them, else seconds of its own; whole seconds, as
/// all of Slurm's texts. Pending jobs show what they ask for where the request says it, else what would be the least.
/// `watched` knows in which words squeue shows Reasons; null: nobody does.
std::string state_text(const JobTable& jobs, const Cluster& cluster, Time now, const JobSink* watched = nullptr);

}  // namespace sluice::report
