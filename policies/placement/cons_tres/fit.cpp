#include "policies/placement/cons_tres/fit.hpp"

#include <algorithm>

namespace sluice::cons_tres {
namespace {

/// The low byte of a sort weight tells GPUs that are near: the more, the lower. 0xff where nobody looked.
constexpr std::uint64_t no_gpus_near = 0xff;

}  // namespace

Fit::Fit(const ClusterSpec& cluster, const Settings& settings)
    : cluster_{cluster},
      settings_{settings},
      hardware_{hardware_of(cluster)},
      tree_{settings.topology == Topology::none ? TopologySpec{} : cluster.topology, cluster.nodes.size()} {
  NodeSet everything{cluster.nodes.size()};
  if (!cluster.nodes.empty()) everything.insert(NodeId{0}, cluster.nodes.size());
  weights_.resize(cluster.nodes.size());
  rooms_.of_node.resize(cluster.nodes.size());
  reset_weights(everything);
}

void Fit::reset_weights(const NodeSet& nodes, const NodeSet* preferred) {
  std::vector<bool> is_split(cluster_.classes.size());
  const auto class_index = [this](NodeId node) { return cluster_.nodes[node.index()].node_class.index(); };
  if (preferred != nullptr)
    nodes.for_each([&](NodeId node) {
      if (preferred->contains(node)) is_split[class_index(node)] = true;
    });
  nodes.for_each([&](NodeId node) {
    const std::size_t row = class_index(node);
    const std::uint64_t more = is_split[row] && !preferred->contains(node) ? 1 : 0;
    weights_[node.index()] = (hardware_[row].weight + more) << 8 | no_gpus_near;
  });
}

Question Fit::question_of(const Test& test) const {
  return {*test.demand, test.counts, cluster_, hardware_, settings_, tree_, weights_, test.idle_last};
}

/// Nodes whose memory, GRES and present use do not rule them out.
void Fit::usable(const Demand& demand, const NodeSet& candidates, const Machine& machine, NodeSet& out) {
  const Offers offers{demand, cluster_, hardware_, settings_};
  ++epoch_;
  row_offers_.resize(std::max(row_offers_.size(), machine.row_slots()));
  out = candidates;
  candidates.for_each([&](NodeId node) {
    const std::uint32_t index = machine.row_of(node.value);
    if (index == Machine::no_row) return out.erase(node);
    RowOffer& known = row_offers_[index];
    if (known.epoch != epoch_) {
      const Machine::Row row = machine.row(index);
      known.epoch = epoch_;
      known.offer.cpus = offers.may_be_used(row, machine.cluster().capacity(row.node_class)) ? 1 : 0;
    }
    if (known.offer.cpus == 0) out.erase(node);
  });
}

/// What each candidate offers. Writes the sort weights of nodes that have the GRES. False: too few are of use.
bool Fit::gather(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume) {
  const Demand& d = *test.demand;
  rooms_.candidates = candidates;
  rooms_.kinds = d.gres.size();
  rooms_.gres.resize(std::max(rooms_.gres.size(), rooms_.kinds * cluster_.nodes.size()));
  row_offers_.resize(std::max(row_offers_.size(), machine.row_slots()));
  row_gres_.resize(std::max(row_gres_.size(), rooms_.kinds * machine.row_slots()));
  const Offers offers{d, cluster_, hardware_, settings_};
  ++epoch_;
  const bool by_partition = cluster_.partitions[d.partition.index()].max_cpus_per_node.has_value();
  std::int64_t found = 0;
  candidates.for_each([&](NodeId id) {
    const std::uint32_t node = id.value, index = machine.row_of(node);
    RowOffer& known = row_offers_[index];
    if (known.epoch != epoch_ || by_partition) {
      const Machine::Row row = machine.row(index);
      known.epoch = epoch_;
      known.offer = offers.make(row, machine.cluster().capacity(row.node_class), assume, 0,
                                {row_gres_.data() + index * rooms_.kinds, rooms_.kinds});
    }
    const Offer& offer = known.offer;
    if (offer.passed_gres) weights_[node] = (weights_[node] & ~no_gpus_near) | (no_gpus_near - offer.near);
    // A whole node that is larger than all the job may have is of no use.
    const bool too_large = d.is_whole() && d.max_cpus && *d.max_cpus < offer.cpus;
    if (offer.cpus <= 0 || too_large) return rooms_.candidates.erase(id);
    ++found;
    rooms_.of_node[node] = {offer.cpus, offer.free_cpus, offer.cpus + offer.gpus, offer.gpus, offer.cores, offer.cores};
    for (std::size_t g = 0; g < rooms_.kinds; ++g)
      rooms_.gres_of(node)[g] = row_gres_[index * rooms_.kinds + g];
  });
  if (found < test.counts.min) return false;
  return !d.has_required() || d.required.count_common(rooms_.candidates) == d.required.count();
}

bool Fit::evaluate(const Question& question, const Test&) {
  if (rooms_.kinds > 0)
    rooms_.candidates.for_each([this](NodeId node) {
      rooms_.of_node[node.index()].cores = rooms_.of_node[node.index()].all_cores;
    });
  Choice choice{question, rooms_, scratch_, chosen_};
  const bool found = choice.evaluate();
  leaves_ = choice.leaves();
  return found;
}

/// Drops nodes that offer no more than `count`, lowest index first, until just enough are left. False: none is so small.
bool Fit::drop_small_nodes(const Question& question, const Test& test, std::int64_t count, std::int64_t& left) {
  bool dropped = false;
  NodeSet kept = rooms_.candidates;
  rooms_.candidates.for_each([&](NodeId node) {
    const Room& room = rooms_.of_node[node.index()];
    if (left <= question.counts.min || room.resources <= 0 || room.resources > count) return;
    if (test.demand->has_required() && test.demand->required.contains(node)) return;
    kept.erase(node);
    dropped = true;
    --left;
  });
  rooms_.candidates = std::move(kept);
  return dropped;
}

/// All nodes first; then, as small offers may have been taken where one large one would have done, without the small.
bool Fit::choose(const Question& question, const Test& test) {
  if (evaluate(question, test)) return true;
  auto left = static_cast<std::int64_t>(rooms_.candidates.count());
  if (left <= question.counts.min) return evaluate(question, test);
  std::int64_t most = 0;
  rooms_.candidates.for_each(
      [&](NodeId node) { most = std::max<std::int64_t>(most, rooms_.of_node[node.index()].resources); });
  for (std::int64_t count = 1; count < most; ++count) {
    const bool dropped = drop_small_nodes(question, test, count, left);
    if (!dropped && count != 1) continue;
    if (evaluate(question, test)) return true;
    if (left <= question.counts.min) return false;
  }
  return false;
}

bool Fit::level(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume) {
  if (static_cast<std::int64_t>(candidates.count()) < test.counts.min) return false;
  if (!gather(test, candidates, machine, assume)) return false;
  const Demand& d = *test.demand;
  Question question = question_of(test);
  if (d.ntasks_per_node > 0 && d.ntasks > 0)
    question.counts.min = std::max(question.counts.min, (d.ntasks + d.ntasks_per_node - 1) / d.ntasks_per_node);
  if (d.ntasks > 0 && question.counts.max > d.ntasks) question.counts.max = std::max(d.ntasks, question.counts.min);
  return choose(question, test);
}

bool Fit::fits(const Test& test, const NodeSet& candidates, const Machine& machine) {
  const Demand& d = *test.demand;
  const auto refused_for_switches = [&] {
    const bool ignored = settings_.topology == Topology::dragonfly && d.switches > 1;
    return d.switches && !ignored && test.switches_may_wait && leaves_ > *d.switches;
  };
  leaves_ = 0;
  if (test.purpose == Purpose::ever) return level(test, candidates, machine, Assume::empty);
  usable(d, candidates, machine, usable_);
  if (d.has_required() && d.required.count_common(usable_) != d.required.count()) return false;
  if (!level(test, usable_, machine, Assume::cores_free) || refused_for_switches()) return false;
  if (settings_.of_partition[d.partition.index()] != Granularity::node || settings_.linear)
    if (!level(test, usable_, machine, Assume::present) || refused_for_switches()) return false;

  const Question question = question_of(test);
  shares_.clear();
  chosen_.for_each([&](NodeId node) {
    const Room& room = rooms_.of_node[node.index()];
    Share share;
    share.node = node.value;
    share.offered = room.cpus;
    if (rooms_.kinds > 0) share.offered = std::min(room.cpus, room.cores * question.hardware_of(node.value).threads);
    shares_.push_back(std::move(share));
  });
  distribute_tasks(question, rooms_, shares_);
  if (!distribute_gres(question, machine, shares_)) return false;
  return distribute_memory(question, machine, shares_) || test.purpose != Purpose::start;
}

namespace {

/// Puts counts on the kinds of the node that match, in their order, and picks free devices where devices are known.
void add_gres(const Demand& demand, const NodeClass& node_class, const Share& share, const Amount& free, Amount& take) {
  for (std::size_t g = 0; g < demand.gres.size(); ++g) {
    std::int64_t missing = share.devices[g];
    for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds && missing > 0; ++k) {
      const auto& kind = node_class.gres[k];
      if (kind.name != demand.gres[g].name || (!demand.gres[g].type.empty() && demand.gres[g].type != kind.type)) continue;
      const std::int64_t here = std::min<std::int64_t>(missing, free.gres[k] - take.gres[k]);
      take.gres[k] += static_cast<std::int32_t>(here);
      missing -= here;
    }
  }
}

}  // namespace

Allocation Fit::allocation(const Test& test, const Machine& machine) const {
  Allocation allocation;
  allocation.partition = test.demand->partition;
  for (const Share& share : shares_) {
    const Machine::Row row = machine.row(machine.row_of(share.node));
    const NodeClass& node_class = cluster_.class_of(NodeId{share.node});
    Amount take;
    take.cpus = share.cpus;
    take.memory = share.memory;
    if (test.demand->is_whole())
      take.gres = row.free.gres;
    else
      add_gres(*test.demand, node_class, share, row.free, take);
    const std::uint64_t devices =
        test.purpose == Purpose::start ? machine.cluster().choose_devices(NodeId{share.node}, take) : 0;
    append_node(allocation, cluster_, NodeId{share.node}, take, devices);
  }
  return allocation;
}

}  // namespace sluice::cons_tres
