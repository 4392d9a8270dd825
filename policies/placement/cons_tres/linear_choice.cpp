#include "policies/placement/cons_tres/linear_choice.hpp"

#include <algorithm>

namespace sluice::cons_tres {

LinearChoice::LinearChoice(const Demand& demand, NodeCounts counts, const ClusterSpec& cluster,
                           std::span<const Hardware> hardware)
    : demand_{demand}, counts_{counts}, cluster_{cluster}, hardware_{hardware} {}

std::int64_t LinearChoice::cpus_of(std::uint32_t node) const {
  const Hardware& hardware = hardware_[cluster_.nodes[node].node_class.index()];
  std::int64_t cpus = hardware.cpus - hardware.withheld_cpus;
  if (demand_.ntasks_per_core > 0)
    cpus = std::max(cpus, std::int64_t{hardware.usable_cores()} * demand_.ntasks_per_core * demand_.cpus_per_task);
  if (demand_.ntasks_per_node > 0) cpus = std::min(cpus, demand_.ntasks_per_node * demand_.cpus_per_task);
  return cpus;
}

/// A stretch ends at a node that is not open. Required nodes are taken on the way, and are not counted.
void LinearChoice::find_stretches(const NodeSet& open, NodeSet& chosen) {
  stretches_.assign(1, {});
  std::uint32_t expected = 0;
  const auto end_before = [&](std::uint32_t node) {
    if (stretches_.back().nodes == 0) {
      stretches_.back().required.reset();
    } else {
      stretches_.back().end = node - 1;
      stretches_.emplace_back();
    }
  };
  open.for_each([&](NodeId node) {
    if (node.value != expected) end_before(expected);
    expected = node.value + 1;
    Stretch& stretch = stretches_.back();
    if (stretch.nodes == 0) stretch.start = node.value;
    const std::int64_t cpus = cpus_of(node.value);
    nodes_differ_ = nodes_differ_ || (least_cpus_ && *least_cpus_ != cpus);
    least_cpus_ = std::min(cpus, least_cpus_.value_or(cpus));
    if (is_required(node) && max_nodes_ > 0) {
      if (!stretch.required) stretch.required = node.value;
      take(node, chosen);
    } else {
      stretch.cpus += cpus;
      ++stretch.nodes;
    }
  });
  end_before(expected);
  stretches_.pop_back();
}

bool LinearChoice::enough_nodes(std::int64_t nodes) const {
  const std::int64_t beyond_least = std::max<std::int64_t>(0, counts_.wanted - counts_.min);
  return nodes >= rem_nodes_ - beyond_least;
}

const LinearChoice::Stretch* LinearChoice::best_stretch() const {
  const bool in_one = demand_.contiguous && demand_.has_required();
  const Stretch* best = nullptr;
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    const Stretch& it = stretches_[i];
    if (it.nodes == 0 || (in_one && !it.required)) continue;
    const bool sufficient = is_sufficient(it);
    const bool is_better = best == nullptr || (!best->required && it.required) ||
                           (sufficient ? !is_sufficient(*best) || it.cpus < best->cpus : it.cpus > best->cpus);
    if (is_better) best = &it;
    if (in_one && std::any_of(stretches_.begin() + static_cast<std::ptrdiff_t>(i) + 1, stretches_.end(),
                              [](const Stretch& other) { return other.required.has_value(); }))
      return nullptr;
  }
  return best != nullptr && demand_.contiguous && !is_sufficient(*best) ? nullptr : best;
}

void LinearChoice::take(NodeId node, NodeSet& chosen) {
  chosen.insert(node);
  --rem_nodes_;
  --max_nodes_;
  rem_cpus_ -= cpus_of(node.value);
}

/// From the first required node upwards, then downwards; without one, from the start.
void LinearChoice::fill(const Stretch& stretch, NodeSet& chosen) {
  const auto may_go_on = [&] { return max_nodes_ > 0 && !is_done(); };
  const auto visit = [&](std::uint32_t node) {
    if (!chosen.contains(NodeId{node})) take(NodeId{node}, chosen);
  };
  const std::uint32_t from = stretch.required.value_or(stretch.start);
  for (std::uint32_t node = from; node <= stretch.end && may_go_on(); ++node) visit(node);
  for (std::uint32_t node = from; node-- > stretch.start && may_go_on();) visit(node);
}

/// Of equal nodes the last first.
void LinearChoice::take_largest(const NodeSet& open, NodeSet& chosen) {
  while (max_nodes_ > 0 && (rem_nodes_ > 0 || rem_cpus_ > 0)) {
    std::optional<NodeId> largest;
    open.for_each([&](NodeId node) {
      if (!chosen.contains(node) && (!largest || cpus_of(node.value) >= cpus_of(largest->value))) largest = node;
    });
    if (!largest) return;
    take(*largest, chosen);
  }
}

bool LinearChoice::choose(const NodeSet& open, NodeSet& chosen) {
  chosen.reset(open.capacity());
  if (static_cast<std::int64_t>(open.count()) < counts_.min) return false;
  if (demand_.has_required() && demand_.required.count_common(open) != demand_.required.count()) return false;
  rem_cpus_ = demand_.min_cpus;
  rem_nodes_ = std::max(counts_.min, counts_.wanted);
  max_nodes_ = counts_.max;
  least_cpus_.reset();
  nodes_differ_ = false;
  find_stretches(open, chosen);
  if (nodes_differ_ && rem_cpus_ > least_cpus_.value_or(0) * rem_nodes_) {
    take_largest(open, chosen);
  } else {
    while (max_nodes_ > 0) {
      const Stretch* best = best_stretch();
      if (best == nullptr) break;
      fill(*best, chosen);
      if (demand_.contiguous || is_done()) return true;
      stretches_[static_cast<std::size_t>(best - stretches_.data())].nodes = 0;
    }
  }
  return rem_cpus_ <= 0 && enough_nodes(0);
}

}  // namespace sluice::cons_tres
