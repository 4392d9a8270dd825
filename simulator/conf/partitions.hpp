#pragma once
// PartitionName, NodeSet and DownNodes lines, resolved against the nodes.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Named sets of nodes, for a partition's Nodes.
using NodeSets = std::map<std::string, std::vector<NodeId>, std::less<>>;

/// Reads the NodeSet lines. Source: slurm.conf(5) NODE SET.
NodeSets read_node_sets(const ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index,
                        Diagnostics& diags);

/// Appends the partitions of the PartitionName lines to the spec. Of several that say Default=YES the last one is it.
void build_partitions(ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index, const NodeSets& sets,
                      Diagnostics& diags);

/// Sets the state and reason of the nodes of the DownNodes lines.
void apply_down_nodes(ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index, Diagnostics& diags);

}  // namespace sluice::conf
