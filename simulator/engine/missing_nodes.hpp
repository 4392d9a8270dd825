#pragma once
// Why a job found no nodes: other jobs have them, or they are down, or kept for others by reservations.

#include <string>

#include "policies/api/controller.hpp"
#include "policies/api/demand.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// Whether it is nodes that no end of a job brings back. Of those that it could have (`of_partition`), `reachable` are up
/// and no one else's by a reservation; `engaged()` are those of them that it has to wait for anyway: they clean up or, as
/// it shares with nobody, have jobs. `fits(nodes)`: those would do if they were empty.
/// Source: node_scheduler.c, _pick_best_nodes: ESLURM_NODE_NOT_AVAIL.
template <class Engaged, class Fits>
bool are_missing(const Demand& demand, const NodeSet& of_partition, const NodeSet& reachable, Engaged engaged, Fits fits) {
  if (demand.required.count_common(reachable) < demand.required.count()) return true;
  NodeSet could = demand.eligible;
  could &= of_partition;
  NodeSet open = could;
  open &= reachable;
  if (open.count() == could.count() || open.count_common(engaged()) > 0) return false;
  return static_cast<std::int64_t>(open.count()) < demand.nodes.min || !fits(open);
}

/// The refusal then. `available` are the nodes that nobody has taken from the loops, reserved ones among them.
StartAnswer nodes_are_missing(const ClusterSpec& cluster, const Demand& demand, const NodeSet& of_partition,
                              const NodeSet& available);

/// squeue's words where reservations have all that a job could use.
inline constexpr std::string_view reserved_for_maintenance = "ReqNodeNotAvail, Reserved for maintenance";

}  // namespace sluice
