#pragma once
// A cluster's own configuration folder as a ClusterSpec.

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// `--set Key=Value`: a cluster-wide key of slurm.conf that replaces what the files say.
struct Override {
  std::string key, value;
};

/// Reads slurm.conf, what it includes, gres.conf, topology.conf, group (see groups.hpp)
/// and the accounting data beside them (see accounting.hpp). A folder without a slurm.conf may hold one file of another name
/// that looks like one; a file is taken for the slurm.conf, and its folder for the folder.
///
/// Every mistake is reported, with those in `sets` placed in a file called `--set`. nullopt if and only if there was an
/// error. ClusterName is wanted; without it the folder's name is used, with a note.
/// Source: slurm.conf(5), gres.conf(5), 22.05.
std::optional<ClusterSpec> load_cluster(const std::filesystem::path& folder_or_file, std::span<const Override> sets,
                                        Diagnostics& diags);

/// Applies overrides to a cluster that no file describes (make_pool). Of several with one key the last counts.
void apply_overrides(ClusterSpec& spec, std::span<const Override> sets, Diagnostics& diags);

}  // namespace sluice::conf
