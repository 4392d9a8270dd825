#pragma once
// Keys that stand on a line of their own, e.g. SchedulerType=sched/easy, and what they set in a ClusterSpec.

#include <span>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Slurm 22.05's plugins for a configuration that names none.
void set_default_plugins(ClusterSpec& spec);

/// Sets what a cluster-wide field says. Fields that are not modelled are listed in spec.unmodelled.
void apply_cluster_field(ClusterSpec& spec, const Field& field);

/// Lists the field's key, once, if it is not modelled and its value is not just the default.
void note_unmodelled(ClusterSpec& spec, const Field& field);

/// The names in a comma list such as GresTypes; a null field has none.
std::vector<std::string> names_of(const Field* field);

}  // namespace sluice::conf
