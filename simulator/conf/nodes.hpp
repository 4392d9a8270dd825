#pragma once
// NodeName lines become nodes and classes of equal nodes.

#include <span>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Hardware as a NodeName line describes it, with Slurm's rules for what is left out. Source: slurm.conf(5),
/// read_config.c.
NodeClass node_class(const Record& record, std::span<const std::string> gres_types, Diagnostics& diags);

/// State= of a NodeName or DownNodes line; UNKNOWN and CLOUD nodes are up.
NodeState node_state(std::string_view text);

/// The nodes of all NodeName lines, in natural order of their names, with equal hardware interned into classes.
/// A name that stands twice is an error at its second line. Fills spec.nodes and spec.classes.
void build_nodes(ClusterSpec& spec, std::span<const Record> records, std::span<const std::string> gres_types,
                 Diagnostics& diags);

/// The class equal to `one`, added when there is none yet.
NodeClassId intern_class(std::vector<NodeClass>& classes, const NodeClass& one);

}  // namespace sluice::conf
