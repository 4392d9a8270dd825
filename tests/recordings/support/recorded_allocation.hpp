#pragma once
// What recorded runs held of their nodes, as an Allocation.

#include <string>

#include "simulator/model/cluster.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// Nodes of a hostlist as a set.
NodeSet node_set(const ClusterSpec& cluster, const std::string& nodes);
/// A set of nodes as a hostlist, for messages.
std::string hostlist(const ClusterSpec& cluster, const NodeSet& nodes);
NodeSet nodes_of(const Allocation& allocation, std::size_t capacity);

/// CPUs and memory of each node as scontrol said, devices as a snapshot of the running job showed them. What neither
/// shows (an earlier run of a requeued job, devices of a job between two snapshots) follows from sacct's totals, evenly
/// spread; such devices are the lowest that are free in `cluster`.
struct RecordedAllocation {
  Allocation allocation;
  bool knows_parts = false;    ///< CPUs and memory of each node are recorded
  bool knows_devices = false;  ///< so are the GPU indices
  bool knows_cores = false;    ///< so are the cores, where they are told apart
};
RecordedAllocation recorded_allocation(const RecordedState& state, const RecordedJob& job, const Run& run,
                                       const Cluster& cluster);

/// What of it is free: the log has the start of a job now and then before the end of one that had its place.
Allocation free_part(const Allocation& allocation, const Cluster& cluster);

}  // namespace sluice::recordings
