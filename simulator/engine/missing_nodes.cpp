#include "simulator/engine/missing_nodes.hpp"

#include <vector>

#include "simulator/base/hostlist.hpp"

namespace sluice {

/// Source: node_scheduler.c, select_nodes.
StartAnswer nodes_are_missing(const ClusterSpec& cluster, const Demand& demand, const NodeSet& of_partition,
                              const NodeSet& available) {
  NodeSet missing = of_partition;
  missing -= available;
  if (demand.has_required()) missing &= demand.required;
  std::vector<std::string> names;
  missing.for_each([&](NodeId node) { names.push_back(cluster.nodes[node.index()].name); });
  StartAnswer answer;
  answer.outcome = StartOutcome::not_available;
  answer.reason = Reason::req_node_not_avail;
  answer.text = names.empty() ? "ReqNodeNotAvail, May be reserved for other job"
                              : "ReqNodeNotAvail, UnavailableNodes:" + compress_hostlist(names);
  return answer;
}

}  // namespace sluice
