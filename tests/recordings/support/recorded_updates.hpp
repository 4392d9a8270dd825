#pragma once
// What operators change of a recorded cluster and its jobs, on top of what its files say.

#include <string>

#include "simulator/conf/commands.hpp"
#include "tests/recordings/support/recording.hpp"

namespace sluice::recordings {

/// `scontrol update partitionname=`: the partition's line of slurm.conf, read again with these keys behind it. The line
/// in `inputs` keeps them. Throws BadRecording.
void change_partition(Inputs& inputs, const conf::UpdatePartition& command);

/// Weight and features of nodes, which become nodes of a class of their own.
void change_nodes(ClusterSpec& cluster, const conf::UpdateNodes& command);

/// `scontrol update jobid=` of a job that waits since `submit`; times are what they are at `now`.
void change_submission(Submission& job, const conf::UpdateJob& command, Seconds submit, Seconds now);

}  // namespace sluice::recordings
