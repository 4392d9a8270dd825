// Node by node within each weight: spread jobs, busy nodes first, serial jobs at the end, least loaded nodes.

#include <algorithm>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

Choice::Progress Choice::visit(Node node) {
  std::int32_t cpus = look(node);
  if (cpus == 0) return Progress::open;
  // The offer is lowered even where nothing is left for the node.
  cpus = bound_to_share(node, cpus);
  if (cpus == 0) return Progress::open;
  take(node, cpus);
  if (done()) return Progress::done;
  return max_nodes_ <= 0 ? Progress::failed : Progress::open;
}

bool Choice::by_weight(Scan scan) {
  if (q_.demand.ntasks > 0) max_nodes_ = std::min(max_nodes_, q_.demand.ntasks);
  switch (take_required()) {
    case Progress::done: return true;
    case Progress::failed: return false;
    case Progress::open: break;
  }
  list_weights();
  std::vector<Node> order;
  rooms_.candidates.for_each([&](NodeId node) { order.push_back(node.value); });
  if (scan == Scan::descending) std::reverse(order.begin(), order.end());
  if (scan == Scan::busy_first)
    std::stable_partition(order.begin(), order.end(), [&](Node node) { return !q_.idle_last->contains(NodeId{node}); });
  Progress progress = max_nodes_ > 0 ? Progress::open : Progress::failed;
  for (const std::uint64_t weight : scratch_.weights)
    for (const Node node : order) {
      if (progress != Progress::open) break;
      if (q_.weights[node] == weight && !chosen_.contains(NodeId{node})) progress = visit(node);
    }
  if (progress == Progress::done) return true;
  return rem_cpus_ <= 0 && min_rem_nodes_ <= 0 && gres_met();
}

/// The node with the highest share of free CPUs, compared without division. A node as free as the one taken last ends
/// the search. Every node looked at has its offer bound, for good.
std::optional<Choice::Node> Choice::least_loaded_node(std::uint64_t weight, std::int32_t last_free,
                                                      std::int32_t& best_cpus) {
  std::optional<Node> best;
  bool stop = false;
  rooms_.candidates.for_each([&](NodeId id) {
    const Node node = id.value;
    if (stop || q_.weights[node] != weight || chosen_.contains(id)) return;
    std::int32_t cpus = look(node);
    if (cpus > 0) cpus = bound_to_share(node, cpus);
    if (cpus == 0) return;
    const auto share = [this](Node a, Node b) {
      return std::int64_t{rooms_.free_cpus[a]} * q_.hardware_of(b).cpus;
    };
    if (best && share(*best, node) >= share(node, *best)) return;
    best = node;
    best_cpus = cpus;
    stop = rooms_.free_cpus[node] == last_free;
  });
  return best;
}

bool Choice::least_loaded() {
  if (q_.demand.ntasks > 0) max_nodes_ = std::min(max_nodes_, q_.demand.ntasks);
  switch (take_required()) {
    case Progress::done: return true;
    case Progress::failed: return false;
    case Progress::open: break;
  }
  list_weights();
  for (const std::uint64_t weight : scratch_.weights) {
    std::int32_t last_free = -1, cpus = 0;
    while (max_nodes_ > 0) {
      const auto best = least_loaded_node(weight, last_free, cpus);
      if (!best) break;
      last_free = rooms_.free_cpus[*best];
      if (has_total_) add_gres(*best, cpus);
      rem_cpus_ -= cpus;
      rem_max_ -= cpus;
      --rem_nodes_;
      --min_rem_nodes_;
      --max_nodes_;
      chosen_.insert(NodeId{*best});
      if (done()) return true;
    }
  }
  return rem_cpus_ <= 0 && min_rem_nodes_ <= 0 && gres_met();
}

}  // namespace sluice::cons_tres
