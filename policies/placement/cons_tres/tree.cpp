// Choosing nodes under a tree of switches: the fewest leaves, or (dragonfly) one node of each leaf in turn.

#include <algorithm>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

/// The switches as one evaluation sees them: each with those of its nodes that are in `pool`.
struct Choice::Leaves {
  explicit Leaves(const SwitchTree& all) : tree{all}, used(all.size()) {}

  const SwitchTree& tree;
  NodeSet pool;                      ///< nodes that can still be taken, or are
  std::vector<std::int64_t> counts;  ///< by switch: how many; of a leaf that was used up, 0
  std::vector<bool> used;            ///< holds required or taken nodes
  std::vector<std::uint32_t> distance;

  bool is_leaf(std::size_t row) const { return tree[row].level == 0; }

  void count() {
    counts.resize(tree.size());
    for (std::size_t row = 0; row < tree.size(); ++row) counts[row] = tree.count(row, pool);
  }
  void use_those_of(const NodeSet& taken) {
    for (std::size_t row = 0; row < tree.size(); ++row) used[row] = used[row] || tree.any(row, taken);
  }
  std::int64_t leaves_of(const NodeSet& taken) const {
    std::int64_t leaves = 0;
    for (std::size_t row = 0; row < tree.size(); ++row) leaves += is_leaf(row) && tree.any(row, taken) ? 1 : 0;
    return leaves;
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

/// The highest switch: with required nodes one that has any of them; else, among those with enough nodes, the last one
/// as high as any before that has nodes as light.
std::optional<std::size_t> Choice::top_switch(const Leaves& leaves) const {
  const SwitchTree& tree = leaves.tree;
  std::optional<std::size_t> top;
  std::uint64_t top_weight = 0;
  for (std::size_t row = 0; row < tree.size(); ++row) {
    if (has_required_) {
      if (leaves.used[row] && (!top || tree[row].level > tree[*top].level)) top = row;
      continue;
    }
    if (!enough_nodes(leaves.counts[row]) || leaves.counts[row] == 0) continue;
    std::uint64_t lightest = scratch_.weights.back();
    if (scratch_.weights.size() > 1)
      tree.for_each(row, leaves.pool,
                    [&](NodeId node) { lightest = std::min(lightest, q_.weights[node.index()]); });
    if (top && (tree[row].level < tree[*top].level || lightest > top_weight)) continue;
    top = row;
    top_weight = lightest;
  }
  return top;
}

/// Required nodes, each of which has to give something.
bool Choice::take_all_required() {
  if (!has_required_) return true;
  if (static_cast<std::int64_t>(q_.demand.required.count()) > max_nodes_) return false;
  bool lacking = false;
  q_.demand.required.for_each([&](NodeId node) {
    if (lacking) return;
    std::int32_t cpus = look(node.value);
    if (cpus > 0) cpus = take(node.value, cpus);
    scratch_.seen[node.index()] = cpus;
    lacking = cpus == 0;
  });
  return !lacking;
}

/// Groups of equal weight, lightest first, until there are enough CPUs and devices and as many nodes as are still wanted,
/// less `spare`.
Choice::Groups Choice::look_at_groups(const NodeSet& pool, std::int64_t spare) {
  Groups groups{NodeSet{pool.capacity()}, NodeSet{pool.capacity()}};
  std::int64_t cpus = 0, count = 0;
  std::vector<std::int64_t> devices(q_.demand.gres.size(), 0);
  bool is_enough = false;
  for (const std::uint64_t weight : scratch_.weights) {
    if (is_enough) break;
    if (count > 0) {
      groups.lighter |= groups.best;
      groups.any_lighter = true;
    }
    pool.for_each([&](NodeId id) {
      const Node node = id.value;
      if (q_.weights[node] != weight || scratch_.seen[node] > 0) return;
      const std::int32_t offered = look(node);
      if (offered == 0) return;
      groups.best.insert(id);
      scratch_.seen[node] = offered;
      cpus += offered;
      ++count;
      if (has_total_) count_gres(devices, node);
    });
    const bool suffices = cpus >= rem_cpus_ && (!has_total_ || gres_would_do(devices));
    groups.sufficient = suffices && enough_nodes(count);
    is_enough = suffices && count >= rem_nodes_ - spare;
  }
  return groups;
}

/// All of them are taken like required nodes.
Choice::Progress Choice::take_lighter(const NodeSet& lighter) {
  lighter.for_each([&](NodeId node) {
    if (max_nodes_ > 0) take(node.value, scratch_.seen[node.index()]);
  });
  chosen_ |= lighter;
  if (done()) return Progress::done;
  return max_nodes_ <= 0 ? Progress::failed : Progress::open;
}

Choice::Progress Choice::take_lighter_groups(Leaves& leaves) {
  Groups groups = look_at_groups(leaves.pool, spare_nodes());
  if (!groups.sufficient) return Progress::failed;
  if (groups.any_lighter) {
    const Progress progress = take_lighter(groups.lighter);
    leaves.use_those_of(groups.lighter);
    if (progress != Progress::open) return progress;
  }
  groups.best |= chosen_;
  leaves.pool &= groups.best;
  leaves.count();
  return Progress::open;
}

/// Everything before leaves are compared. Source: _eval_nodes_topo, _eval_nodes_dfly.
Choice::Progress Choice::take_groups(Leaves& leaves) {
  scratch_.seen.assign(rooms_.candidates.capacity(), 0);
  if (!take_all_required()) return Progress::failed;
  list_weights();
  if (scratch_.weights.empty()) return Progress::failed;
  leaves.pool = rooms_.candidates;
  leaves.count();
  if (has_required_) leaves.use_those_of(q_.demand.required);
  const auto top = top_switch(leaves);
  if (!top) return Progress::failed;
  leaves.pool &= leaves.tree[*top].nodes;
  if (has_required_) {
    if (q_.demand.required.count_common(leaves.pool) != q_.demand.required.count()) return Progress::failed;
    if (done()) return Progress::done;
    if (max_nodes_ <= 0) return Progress::failed;
  }
  return take_lighter_groups(leaves);
}

/// Nodes of a leaf, ascending, until done or no more are allowed.
Choice::Progress Choice::fill_leaf(const Leaves& leaves, std::size_t leaf) {
  Progress progress = Progress::open;
  leaves.tree.for_each(leaf, leaves.pool, [&](NodeId node) {
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
    leaves_ = leaves.leaves_of(chosen_);
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
    leaves_ = leaves.leaves_of(chosen_);
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
    leaves.tree.for_each(used.front(), leaves.pool, [&](NodeId node) {
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
      leaves.tree.for_each(row, leaves.pool, [&](NodeId node) {
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
