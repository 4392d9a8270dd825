#pragma once
// topology.conf: switches and what hangs on them.

#include <filesystem>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Reads the file into spec.topology and adds it to spec.files. A node that no NodeName line defines, one on two leaves
/// and one on none are warnings, as in slurmctld. Block lines (since 23.11) are accepted with a note and change
/// nothing. Source: topology.conf(5), topology_tree.c.
void load_topology(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags);

}  // namespace sluice::conf
