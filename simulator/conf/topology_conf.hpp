#pragma once
// topology.conf: switches and what hangs on them, or blocks of nodes.

#include <filesystem>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Reads the file into spec.topology and adds it to spec.files. A node that no NodeName line defines, one on two leaves
/// and one on none are warnings, as in slurmctld. Lines of blocks (since 23.11) are read with TopologyPlugin=topology/block,
/// which topology_plugin has to tell before. Source: topology.conf(5), topology_tree.c, topology_block.c.
void load_topology(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags);

}  // namespace sluice::conf
