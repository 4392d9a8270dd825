#pragma once
// Keys that stand on a line of their own, e.g. SchedulerType=sched/easy, and what they set in a ClusterSpec.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Slurm 22.05's plugins for a configuration that names none.
void set_default_plugins(ClusterSpec& spec);

/// Sets what a cluster-wide field says, and keeps it as written in spec.settings. Fields that are not modelled are listed
/// in spec.unmodelled.
void apply_cluster_field(ClusterSpec& spec, const Field& field, Diagnostics& diags);

/// Keeps a key as written. One that is there already is replaced, but for SlurmctldHost, of which there are several.
void keep_setting(ClusterSpec& spec, std::string_view key, const std::string& value);

/// Lists the field's key, once, if it is not modelled by every policy and its value is not just the default.
void note_unmodelled(ClusterSpec& spec, const Field& field);

/// Takes off that list what the chosen scheduler heeds, and what cannot matter: power saving without a SuspendTime.
void drop_heeded(ClusterSpec& spec);

}  // namespace sluice::conf
