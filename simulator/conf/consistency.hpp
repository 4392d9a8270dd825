#pragma once
// Keys that are sound each for itself but not together.

#include <span>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Reports what slurmctld 22.05 would refuse (an error) or change behind the user's back (a warning). `scalars` and
/// `partitions` say where it was written. Source: read_config.c and the preempt, priority and select plugins.
void check_consistency(const ClusterSpec& spec, const Fields& scalars, std::span<const Record> partitions,
                       Diagnostics& diags);

}  // namespace sluice::conf
