#pragma once
// Cluster-wide keys as the typed values of ClusterSpec's families.

#include <optional>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Sets what a checked field says in the family it belongs to, if it belongs to one. Lists of words are checked here:
/// a word that Slurm would refuse is an error.
void apply_setting(ClusterSpec& spec, const Field& field, Diagnostics& diags);

/// PreemptMode: a comma list of OFF, CANCEL, REQUEUE, SUSPEND, GANG, WITHIN. nullopt when it was reported.
std::optional<PreemptMode> read_preempt_mode(const Entry& entry, Diagnostics& diags);
std::string preempt_mode_text(const PreemptMode& mode);

/// In seconds; nullopt is never: INFINITE, NONE, -1, or when it was reported.
std::optional<Duration> read_suspend_time(const Entry& entry, Diagnostics& diags);

/// Memory in MB; UNLIMITED is 0. nullopt for no entry.
std::optional<Megabytes> memory_of(const Entry* entry);

}  // namespace sluice::conf
