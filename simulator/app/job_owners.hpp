#pragma once
// The accounts and QOS of jobs that name none.

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// Gives each job without one the account and the QOS that slurmctld would at its submission, by the cluster's accounting
/// data: what sacct and squeue show and commands go by. Without such data nothing changes.
void name_owners(Workload& workload, const ClusterSpec& cluster);

}  // namespace sluice::app
