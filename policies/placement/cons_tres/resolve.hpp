#pragma once
// What a request asks of one partition, with the defaults and bounds that sbatch and slurmctld apply.

#include <span>
#include <string>

#include <tl/expected.hpp>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/settings.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/request.hpp"

namespace sluice::cons_tres {

/// The error is Slurm's message at submission. O(nodes).
/// Source: sbatch's opt.c, slurmctld's job_mgr.c and gres.c, sbatch(1).
tl::expected<Demand, std::string> resolve_demand(const JobRequest& request, PartitionId partition,
                                                 const ClusterSpec& cluster, const Settings& settings,
                                                 std::span<const Hardware> hardware);

}  // namespace sluice::cons_tres
