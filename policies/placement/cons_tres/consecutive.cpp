// Best fit among stretches of neighbouring nodes.

#include <algorithm>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

/// A stretch ends at a node that is no candidate or has nothing to offer, and where the weight changes. Required nodes
/// lie inside, but are not counted.
void Choice::find_stretches() {
  auto& list = scratch_.stretches;
  const std::size_t kinds = q_.demand.gres.size();
  list.assign(1, {});
  scratch_.stretch_gres.assign(kinds, 0);
  const auto next = [&](Node end) {
    list.back().end = end;
    list.emplace_back();
    scratch_.stretch_gres.resize(scratch_.stretch_gres.size() + kinds, 0);
  };
  Node expected = 0;
  const auto gap = [&](Node at) {
    if (list.back().nodes == 0) {
      list.back().required.reset();
      list.back().weight.reset();
    } else {
      next(at - 1);
    }
  };
  rooms_.candidates.for_each([&](NodeId id) {
    const Node node = id.value;
    if (node != expected) gap(expected);
    expected = node + 1;
    const bool required = is_required(node);
    const std::int32_t cpus = required ? 0 : look(node);
    if (!required) {
      scratch_.seen[node] = cpus;
      if (cpus == 0) return gap(node);
    }
    const std::uint64_t weight = q_.weights[node];
    if (!q_.demand.contiguous && list.back().weight && *list.back().weight != weight) {
      if (list.back().nodes == 0) {
        list.back().required.reset();
      } else {
        next(node - 1);
        list.back().weight = 0;
      }
    }
    Stretch& stretch = list.back();
    if (stretch.nodes == 0) stretch.start = node;
    if (required) {
      if (!stretch.required) stretch.required = node;
      return;
    }
    stretch.cpus += cpus;
    ++stretch.nodes;
    stretch.weight = weight;
    if (has_total_) count_gres({scratch_.stretch_gres.data() + (list.size() - 1) * kinds, kinds}, node);
  });
  if (expected < rooms_.candidates.capacity()) gap(expected);
  if (list.back().nodes == 0)
    list.pop_back();
  else
    list.back().end = static_cast<Node>(rooms_.candidates.capacity() - 1);
}

bool Choice::is_sufficient(std::size_t index) const {
  const Stretch& stretch = scratch_.stretches[index];
  if (stretch.cpus < rem_cpus_ || !enough_nodes(stretch.nodes)) return false;
  const std::size_t kinds = q_.demand.gres.size();
  return !has_total_ || gres_would_do({scratch_.stretch_gres.data() + index * kinds, kinds});
}

std::optional<std::size_t> Choice::best_stretch() const {
  const auto& list = scratch_.stretches;
  std::optional<std::size_t> best;
  bool best_sufficient = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Stretch& it = list[i];
    if (it.nodes == 0) continue;
    if (q_.demand.contiguous && has_required_ && !it.required) continue;
    const bool sufficient = is_sufficient(i);
    bool better = !best || (!list[*best].required && it.required) || *it.weight < *list[*best].weight;
    if (!better && *it.weight == *list[*best].weight)
      better = sufficient ? !best_sufficient || it.cpus < list[*best].cpus : it.cpus > list[*best].cpus;
    better = better || (q_.demand.contiguous && sufficient && !best_sufficient);
    if (better) {
      best = i;
      best_sufficient = sufficient;
    }
    if (!q_.demand.contiguous || !has_required_) continue;
    const bool another_has_required = std::any_of(list.begin() + static_cast<std::ptrdiff_t>(i) + 1, list.end(),
                                                  [](const Stretch& other) { return other.required.has_value(); });
    if (another_has_required) return std::nullopt;
  }
  if (best && q_.demand.contiguous && !best_sufficient) return std::nullopt;
  return best;
}

/// Upwards from the first required node, then downwards.
void Choice::fill_around_required(const Stretch& stretch) {
  const auto try_node = [this](Node node) {
    if (!chosen_.contains(NodeId{node}) && rooms_.candidates.contains(NodeId{node}) && scratch_.seen[node] > 0)
      take(node, scratch_.seen[node]);
  };
  for (Node node = *stretch.required; node <= stretch.end && max_nodes_ > 0 && !done(); ++node) try_node(node);
  for (Node node = *stretch.required; node-- > stretch.start && max_nodes_ > 0 && !done();) try_node(node);
}

/// Where one more node will do, only the smallest that suffices is left in the stretch, if there is one.
void Choice::keep_best_single(const Stretch& stretch) {
  std::optional<Node> best;
  for (Node node = stretch.start; node <= stretch.end; ++node) {
    if (!rooms_.candidates.contains(NodeId{node}) || chosen_.contains(NodeId{node})) continue;
    const std::int32_t cpus = scratch_.seen[node];
    if (cpus == 0 || cpus < rem_cpus_ || (has_total_ && !gres_would_do_on(node))) continue;
    if (best && cpus >= scratch_.seen[*best]) continue;
    best = node;
    if (cpus == rem_cpus_) break;
  }
  if (!best) return;
  for (Node node = stretch.start; node <= stretch.end; ++node)
    if (node != *best) scratch_.seen[node] = 0;
}

void Choice::fill(const Stretch& stretch) {
  if (rem_nodes_ <= 1) keep_best_single(stretch);
  for (Node node = stretch.start; node <= stretch.end && max_nodes_ > 0 && !done(); ++node) {
    if (!rooms_.candidates.contains(NodeId{node}) || chosen_.contains(NodeId{node})) continue;
    const std::int32_t cpus = scratch_.seen[node];
    if (cpus <= 0 || (max_nodes_ == 1 && cpus < rem_cpus_)) continue;
    take(node, cpus);
  }
}

bool Choice::by_stretches() {
  switch (take_required()) {
    case Progress::done: return true;
    case Progress::failed: return false;
    case Progress::open: break;
  }
  scratch_.seen.resize(rooms_.candidates.capacity());
  find_stretches();
  while (max_nodes_ > 0) {
    const auto best = best_stretch();
    if (!best) break;
    const Stretch stretch = scratch_.stretches[*best];
    stretch.required ? fill_around_required(stretch) : fill(stretch);
    if (done()) return true;
    scratch_.stretches[*best].cpus = scratch_.stretches[*best].nodes = 0;
  }
  return rem_cpus_ <= 0 && gres_met() && enough_nodes(0);
}

}  // namespace sluice::cons_tres
