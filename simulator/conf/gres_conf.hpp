#pragma once
// gres.conf: which devices the nodes really have. slurm.conf's counts schedule; this file tells their types.

#include <filesystem>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Reads the file and refines the GRES of the nodes' classes: a resource that slurm.conf gives no type takes the types
/// given here, when they account for all of its count. A node for which the file lists fewer devices than slurm.conf is
/// a warning (slurmctld would set it INVAL), unless AutoDetect finds the rest. Adds the file to spec.files. Source:
/// gres.conf(5), gres.c.
void apply_gres_conf(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags);

}  // namespace sluice::conf
