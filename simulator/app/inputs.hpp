#pragma once
// From what the user wrote on the command line to a cluster and a set of policies.

#include <optional>
#include <string>
#include <vector>

#include "policies/api/policies.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/load.hpp"
#include "simulator/engine/simulation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// A text file as it is. nullopt after an error.
std::optional<std::string> read_whole(const std::string& file, Diagnostics& diags);

/// "Key=Value" texts of --set. Reports texts without a `=`.
std::vector<conf::Override> read_overrides(const std::vector<std::string>& texts, Diagnostics& diags);

/// A configuration folder or file, or pool:N. nullopt after an error.
std::optional<ClusterSpec> open_cluster(const std::string& text, const std::vector<conf::Override>& sets,
                                        Diagnostics& diags);

/// The policies that the cluster's configuration names. Names that the catalogue lacks are an error, with the nearest
/// known one. Slurm's loops go with Slurm's select plugins, other schedulers with other placements; a select plugin that
/// does not go with the scheduler is replaced, and said to be. nullopt after an error.
std::optional<PolicySet> choose_policies(ClusterSpec& cluster, const Policies& policies, Diagnostics& diags);

/// Whether anything that is chosen counts usage or asks for associations.
bool needs_accounting(const ClusterSpec& cluster, const PolicySet& policies);

/// A database in which every user and account of the trace has one share, for clusters that come without one.
AccountingSpec accounting_of(const Workload& workload);

}  // namespace sluice::app
