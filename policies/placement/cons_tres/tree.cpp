// Choosing nodes under a tree of switches: the fewest leaves, or (dragonfly) one node of each leaf in turn.

#include <algorithm>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

/// The switches as one evaluation sees them.
struct Choice::Leaves {
  explicit Leaves(const SwitchTree& all) : tree{all} {}

  const SwitchTree& tree;
  std::vector<NodeSet> nodes;        ///< by switch: those that can still be taken, or are
  std::vector<std::int64_t> counts;  ///< how many; of a leaf that was used up, 0
  std::vector<bool> used;            ///< holds required or taken nodes
  std::vector<std::uint32_t> distance;
  NodeSet best;                      ///< nodes of the weights that are needed

  bool is_leaf(std::size_t row) const { return tree[row].level == 0; }

  void recount() {
    for (std::size_t row = 0; row < tree.size(); ++row) {
      nodes[row] &= best;
      counts[row] = static_cast<std::int64_t>(nodes[row].count());
    }
  }
  void add_distance(std::size_t from) {
    for (std::size_t row = 0; row < tree.size(); ++row) {
      const std::uint32_t hops = tree.hops(from, row);
      const bool unreachable = hops == SwitchTree::unreachable || distance[row] == SwitchTree::unreachable;
      distance[row] = unreachable ? SwitchTree::unreachable : distance[row] + hops;
    }
  }
  /// Positive: a suits better than b.
  int compare(std::size_t a, std::size_t b, std::int64_t wanted) const {
    for (;;) {
      const bool a_fits = counts[a] >= wanted, b_fits = counts[b] >= wanted;
      if (a_fits && b_fits) {
        if (counts[a] != counts[b]) return counts[a] < counts[b] ? 1 : -1;
        break;
      }
      if (a_fits || b_fits) return a_fits ? 1 : -1;
      const std::size_t above_a = tree[a].parent, above_b = tree[b].parent;
      if ((above_a == a && above_b == b) || above_a == above_b) break;
      a = above_a;
      b = above_b;
    }
    if (counts[a] != counts[b]) return counts[a] > counts[b] ? 1 : -1;
    if (tree[a].level != tree[b].level) return tree[a].level < tree[b].level ? 1 : -1;
    return 0;
  }
  std::optional<std::size_t> best_leaf(std::int64_t wanted) const {
    std::optional<std::size_t> best_row;
    for (std::size_t row = 0; row < tree.size(); ++row) {
      if (used[row] || !is_leaf(row) || counts[row] == 0 || distance[row] == SwitchTree::unreachable) continue;
      if (!best_row) {
        best_row = row;
        continue;
      }
      const int better = compare(row, *best_row, wanted);
      const bool closer = distance[row] < distance[*best_row], as_close = distance[row] == distance[*best_row];
      if ((closer && better >= 0) || (as_close && better > 0)) best_row = row;
    }
    return best_row;
  }
};

namespace {

bool any(const NodeSet& set) {
  return std::any_of(set.words().begin(), set.words().end(), [](auto word) { return word != 0; });
}

bool overlap(const NodeSet& a, const NodeSet& b) { return a.count_common(b) > 0; }

}  // namespace

/// Everything before leaves are compared: the top switch, and groups of equal weight, all of which but the last are
/// taken like required nodes. Source: _eval_nodes_topo, _eval_nodes_dfly.
Choice::Progress Choice::take_groups(Leaves& leaves) {
  const SwitchTree& tree = leaves.tree;
  const std::size_t kinds = q_.demand.gres.size();
  scratch_.seen.assign(rooms_.candidates.capacity(), 0);
  if (has_required_) {
    if (static_cast<std::int64_t>(q_.demand.required.count()) > max_nodes_) return Progress::failed;
    bool lacking = false;
    q_.demand.required.for_each([&](NodeId node) {
      if (lacking) return;
      std::int32_t cpus = look(node.value);
      if (cpus > 0) cpus = take(node.value, cpus);
      scratch_.seen[node.index()] = cpus;
      lacking = cpus == 0;
    });
    if (lacking) return Progress::failed;
  }
  list_weights();

  std::optional<std::size_t> top;
  std::uint64_t top_weight = 0;
  for (std::size_t row = 0; row < tree.size(); ++row) {
    leaves.nodes.push_back(tree[row].nodes);
    leaves.nodes.back() &= rooms_.candidates;
    leaves.counts.push_back(static_cast<std::int64_t>(leaves.nodes.back().count()));
    leaves.used.push_back(has_required_ && overlap(q_.demand.required, leaves.nodes.back()));
    if (leaves.used.back() && (!top || tree[row].level > tree[*top].level)) top = row;
    if (has_required_ || !enough_nodes(leaves.counts.back()) || !any(leaves.nodes.back())) continue;
    std::uint64_t lightest = ~std::uint64_t{0};
    leaves.nodes.back().for_each([&](NodeId node) { lightest = std::min(lightest, q_.weights[node.index()]); });
    if (!top || (tree[row].level >= tree[*top].level && lightest <= top_weight)) {
      top = row;
      top_weight = lightest;
    }
  }
  if (!top) return Progress::failed;
  const NodeSet reachable = leaves.nodes[*top];
  if (has_required_ && q_.demand.required.count_common(reachable) != q_.demand.required.count())
    return Progress::failed;
  for (auto& nodes : leaves.nodes) nodes &= reachable;
  if (has_required_) {
    if (done()) return Progress::done;
    if (max_nodes_ <= 0) return Progress::failed;
  }

  leaves.best = NodeSet{rooms_.candidates.capacity()};
  NodeSet lighter{rooms_.candidates.capacity()};
  std::int64_t cpus = 0, count = 0;
  std::vector<std::int64_t> devices(kinds, 0);
  bool sufficient = false, any_lighter = false;
  for (const std::uint64_t weight : scratch_.weights) {
    if (sufficient) break;
    if (count > 0) {
      lighter |= leaves.best;
      any_lighter = true;
    }
    reachable.for_each([&](NodeId id) {
      const Node node = id.value;
      if (q_.weights[node] != weight || scratch_.seen[node] > 0) return;
      const std::int32_t offered = look(node);
      if (offered == 0) return;
      leaves.best.insert(id);
      scratch_.seen[node] = offered;
      cpus += offered;
      ++count;
      if (has_total_) count_gres(devices, node);
    });
    sufficient = cpus >= rem_cpus_ && enough_nodes(count) && (!has_total_ || gres_would_do(devices));
  }
  if (!sufficient) return Progress::failed;
  if (any_lighter) {
    lighter.for_each([&](NodeId node) {
      if (max_nodes_ > 0) take(node.value, scratch_.seen[node.index()]);
    });
    chosen_ |= lighter;
    for (std::size_t row = 0; row < tree.size(); ++row)
      if (!leaves.used[row]) leaves.used[row] = overlap(lighter, leaves.nodes[row]);
    if (done()) return Progress::done;
    if (max_nodes_ <= 0) return Progress::failed;
  }
  leaves.best |= chosen_;
  leaves.recount();
  NodeSet under_any{rooms_.candidates.capacity()};
  for (const auto& nodes : leaves.nodes) under_any |= nodes;
  if (has_required_ && q_.demand.required.count_common(under_any) != q_.demand.required.count())
    return Progress::failed;
  return Progress::open;
}

/// Nodes of a leaf, ascending, until done or no more are allowed.
Choice::Progress Choice::fill_leaf(const Leaves& leaves, std::size_t leaf) {
  Progress progress = Progress::open;
  leaves.nodes[leaf].for_each([&](NodeId node) {
    if (progress != Progress::open || chosen_.contains(node) || scratch_.seen[node.index()] == 0) return;
    if (max_nodes_ <= 0) {
      progress = Progress::failed;
      return;
    }
    take(node.value, scratch_.seen[node.index()]);
    if (done()) progress = Progress::done;
  });
  return progress;
}

bool Choice::by_tree() {
  Leaves leaves{q_.tree};
  const auto count_leaves = [&] {
    leaves_ = 0;
    for (std::size_t row = 0; row < q_.tree.size(); ++row)
      if (leaves.is_leaf(row) && overlap(leaves.nodes[row], chosen_)) ++leaves_;
    return true;
  };
  const Progress groups = take_groups(leaves);
  if (groups == Progress::failed) return false;
  if (groups == Progress::done) return count_leaves();

  for (std::size_t row = 0; row < q_.tree.size(); ++row)
    if (leaves.used[row] && leaves.is_leaf(row) && fill_leaf(leaves, row) == Progress::done) return count_leaves();
  leaves.distance.assign(q_.tree.size(), 0);
  for (std::size_t row = 0; row < q_.tree.size(); ++row)
    if (leaves.used[row]) leaves.add_distance(row);
  for (std::int64_t before = rem_nodes_ + 1; before != rem_nodes_;) {
    before = rem_nodes_;
    const auto leaf = leaves.best_leaf(rem_nodes_);
    if (!leaf) break;
    leaves.add_distance(*leaf);
    if (fill_leaf(leaves, *leaf) == Progress::done) return count_leaves();
    leaves.counts[*leaf] = 0;
  }
  return min_rem_nodes_ <= 0 && rem_cpus_ <= 0 && gres_met() && count_leaves();
}

bool Choice::by_dragonfly() {
  Leaves leaves{q_.tree};
  const auto count_leaves = [&] {
    leaves_ = 0;
    for (std::size_t row = 0; row < q_.tree.size(); ++row)
      if (leaves.is_leaf(row) && overlap(leaves.nodes[row], chosen_)) ++leaves_;
    return true;
  };
  const Progress groups = take_groups(leaves);
  if (groups == Progress::failed) return false;
  if (groups == Progress::done) return count_leaves();

  std::vector<std::size_t> rows, used;
  for (std::size_t row = 0; row < q_.tree.size(); ++row) {
    if (!leaves.is_leaf(row)) continue;
    rows.push_back(row);
    if (leaves.used[row]) used.push_back(row);
  }
  if (used.empty() && !rows.empty()) {
    const auto most = std::max_element(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      return leaves.counts[a] < leaves.counts[b];
    });
    used.push_back(*most);
  }
  if (used.size() == 1) {
    std::int64_t cpus = 0, count = 0;
    std::vector<std::int64_t> devices(q_.demand.gres.size(), 0);
    leaves.nodes[used.front()].for_each([&](NodeId node) {
      if (chosen_.contains(node) || scratch_.seen[node.index()] == 0) return;
      cpus += scratch_.seen[node.index()];
      ++count;
      if (has_total_) count_gres(devices, node.value);
    });
    if (cpus >= rem_cpus_ && enough_nodes(count) && (!has_total_ || gres_would_do(devices))) {
      const Progress filled = fill_leaf(leaves, used.front());
      if (filled == Progress::done) return count_leaves();
      if (filled == Progress::failed || max_nodes_ <= 0) return false;
    }
  }
  for (std::int64_t before = rem_nodes_ + 1; before != rem_nodes_;) {
    before = rem_nodes_;
    for (const std::size_t row : rows) {
      std::optional<Node> next;
      leaves.nodes[row].for_each([&](NodeId node) {
        if (!next && !chosen_.contains(node) && scratch_.seen[node.index()] > 0) next = node.value;
      });
      if (!next) continue;
      take(*next, scratch_.seen[*next]);
      if (done()) return count_leaves();
      if (max_nodes_ <= 0) return false;
    }
  }
  return min_rem_nodes_ <= 0 && rem_cpus_ <= 0 && gres_met() && count_leaves();
}

}  // namespace sluice::cons_tres
