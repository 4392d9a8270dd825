#pragma once
// The nodes of a simulation as sinfo prints them.

#include <span>
#include <string>
#include <string_view>

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_view.hpp"

namespace sluice::report {

/// sinfo's word for a node's state, in lower case: "idle", "mixed-", "reserved", "maint", "drained", "down*", ...
/// Source: node_state_string of 22.05.
std::string_view node_state_word(const NodeView& node, std::int64_t cpus);

/// As `sinfo -o "%P|%T|%D|%C|%m|%G|%N"`: a header, and in each partition a line for the nodes that are in one state and have
/// as much memory and the same GRES.
std::string sinfo_text(const ClusterSpec& cluster, std::span<const NodeView> nodes);

}  // namespace sluice::report
