#pragma once
// What a job asks for, counted as slurmctld counts it at submission, before any node is chosen.

#include <cstdint>

#include "simulator/accounting/tres_table.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/request.hpp"

namespace sluice::accounting {

/// Nodes and CPUs of the request: the least number of nodes, and tasks x CPUs of each. A job that names its CPUs only
/// through its GPUs (--cpus-per-gpu) or its nodes (--exclusive) counts its tasks alone.
struct RequestedSize {
  std::int64_t nodes = 1;
  std::int64_t cpus = 1;
};
RequestedSize requested_size(const JobRequest& request);

/// The counts by TresId; billing is 0. A request for typed GPUs counts in gres/gpu, too. Memory that is not asked for
/// is what the partition, else the cluster, gives by default. Source: job_mgr.c, compared with ReqTRES of
/// sacct 22.05.8.
TresRow requested_tres(const JobRequest& request, const PartitionSpec& partition, const ClusterSpec& cluster,
                       const TresTable& tres);

/// What the nodes of a partition have, and the cluster's licences, by TresId: the divisors of the TRES priority.
TresRow partition_tres(const PartitionSpec& partition, const ClusterSpec& cluster, const TresTable& tres);

}  // namespace sluice::accounting
