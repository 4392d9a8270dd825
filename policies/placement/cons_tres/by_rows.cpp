// Best fit among stretches of neighbouring nodes, where nodes are looked at by rows: what consecutive.cpp does node by
// node, for the plain case.

#include <algorithm>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

bool Choice::may_take_rows(const Question& question) {
  const Demand& d = question.demand;
  const Settings& settings = question.settings;
  const bool has_other_way = d.spread || question.idle_last != nullptr || settings.least_loaded ||
                             question.cluster.partitions[d.partition.index()].least_loaded_nodes ||
                             (settings.pack_serial_at_end && d.min_cpus == 1 && question.counts.wanted == 1) ||
                             topology_decides(question);
  const bool depends_on_hardware = d.ntasks_per_socket > 0 || d.ntasks_per_core > 0 || settings.one_task_per_core;
  return !has_other_way && !depends_on_hardware && d.gres.empty() && !d.contiguous && !d.has_required();
}

/// To count nodes of a row takes about as long as to walk eight of them.
std::int64_t Choice::cpus_of_stretch(std::span<const OfferedRow> rows, const Machine& machine, Node first,
                                     std::uint32_t nodes) const {
  std::int64_t cpus = 0;
  constexpr std::size_t walked = 8;
  if (nodes < walked * rows.size()) {
    for (Node node = first; node < first + nodes; ++node) cpus += scratch_.seen_of_row[machine.row_of(node)];
    return cpus;
  }
  for (const OfferedRow& row : rows) {
    const std::int64_t seen = scratch_.seen_of_row[row.row];
    if (seen > 0) cpus += seen * static_cast<std::int64_t>(row.nodes->count_in(NodeId{first}, nodes));
  }
  return cpus;
}

void Choice::find_stretches_of_rows(std::span<const OfferedRow> rows, const Machine& machine) {
  auto& list = scratch_.stretches;
  list.clear();
  scratch_.offering.for_each_stretch([&](NodeId first, std::uint32_t nodes) {
    Stretch& stretch = list.emplace_back();
    stretch.start = first.value;
    stretch.end = first.value + nodes - 1;
    stretch.nodes = nodes;
    stretch.cpus = cpus_of_stretch(rows, machine, first.value, nodes);
    stretch.weight = 0;
  });
}

/// best_stretch() where no stretch has required nodes and all have one weight.
const Choice::Stretch* Choice::best_plain_stretch() const {
  const std::int64_t nodes_needed = rem_nodes_ - std::max<std::int64_t>(0, q_.counts.wanted - q_.counts.min);
  const Stretch* best = nullptr;
  bool best_sufficient = false;
  for (const Stretch& it : scratch_.stretches) {
    if (it.nodes == 0) continue;
    const bool sufficient = it.cpus >= rem_cpus_ && it.nodes >= nodes_needed;
    if (best != nullptr && (sufficient ? best_sufficient && it.cpus >= best->cpus : it.cpus <= best->cpus)) continue;
    best = &it;
    best_sufficient = sufficient;
  }
  return best;
}

/// The first of the smallest that suffice.
std::optional<Choice::Node> Choice::best_single(std::span<const OfferedRow> rows, const Stretch& stretch) const {
  std::optional<Node> best;
  std::int32_t best_cpus = 0;
  for (const OfferedRow& row : rows) {
    const std::int32_t cpus = scratch_.seen_of_row[row.row];
    if (cpus == 0 || cpus < rem_cpus_ || (best && cpus > best_cpus)) continue;
    const auto first = row.nodes->first_in(NodeId{stretch.start}, stretch.end - stretch.start + 1);
    if (!first || (best && cpus == best_cpus && first->value > *best)) continue;
    best = first->value;
    best_cpus = cpus;
  }
  return best;
}

void Choice::fill_by_rows(std::span<const OfferedRow> rows, const Machine& machine, const Stretch& stretch) {
  Node from = stretch.start, to = stretch.end;
  if (rem_nodes_ <= 1)
    if (const auto single = best_single(rows, stretch)) from = to = *single;
  for (Node node = from; node <= to && max_nodes_ > 0 && !done(); ++node) {
    const std::int32_t cpus = scratch_.seen_of_row[machine.row_of(node)];
    if (max_nodes_ == 1 && cpus < rem_cpus_) continue;
    rooms_.cpus[node] = cpus;
    take(node, cpus);
  }
}

bool Choice::evaluate_rows(std::span<const OfferedRow> rows, const NodeSet& candidates, const Machine& machine) {
  std::int64_t nodes = 0;
  scratch_.offering.reset(candidates.capacity());
  for (const OfferedRow& row : rows) {
    nodes += row.count;
    Tasks tasks = *same_tasks_;
    if (scratch_.seen_of_row.size() <= row.row) scratch_.seen_of_row.resize(machine.row_slots());
    scratch_.seen_of_row[row.row] = bound_by_tasks(row.cpus, tasks);
    if (scratch_.seen_of_row[row.row] > 0) scratch_.offering.insert_common(*row.nodes, candidates);
  }
  if (!open(nodes)) return false;
  find_stretches_of_rows(rows, machine);
  while (max_nodes_ > 0) {
    const Stretch* const best = best_plain_stretch();
    if (best == nullptr) break;
    fill_by_rows(rows, machine, *best);
    if (done()) return true;
    auto& used = scratch_.stretches[static_cast<std::size_t>(best - scratch_.stretches.data())];
    used.cpus = used.nodes = 0;
  }
  return rem_cpus_ <= 0 && gres_met() && enough_nodes(0);
}

}  // namespace sluice::cons_tres
