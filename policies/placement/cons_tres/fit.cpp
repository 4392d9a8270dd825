#include "policies/placement/cons_tres/fit.hpp"

#include <algorithm>

#include "policies/placement/cons_tres/linear_choice.hpp"
#include "policies/placement/cons_tres/near_devices.hpp"

namespace sluice::cons_tres {
namespace {

/// Added to the weight of nodes outside of a job's FLEX reservation. Source: node_scheduler.c.
constexpr std::uint64_t outside_of_flex = 0x100'0000'0000;
/// Added to the weight of nodes that have to boot first.
constexpr std::uint64_t powered_down = 0x200'0000'0000;
/// The low byte of a sort weight tells GPUs that are near: the more, the lower. 0xff where nobody looked.
constexpr std::uint64_t no_gpus_near = 0xff;

/// The weight of a node that no test has looked at.
std::uint64_t fresh_weight(const Hardware& hardware) { return hardware.weight << 8 | no_gpus_near; }

std::int32_t most_cpus(const std::vector<Hardware>& hardware) {
  std::int32_t most = 1;
  for (const auto& one : hardware) most = std::max(most, one.cpus);
  return most;
}

/// `a` becomes `b & c`, in one go and without allocating.
void intersect(NodeSet& a, const NodeSet& b, const NodeSet& c) {
  a = b;
  a &= c;
}

}  // namespace

Fit::Fit(const ClusterSpec& cluster, const Settings& settings)
    : cluster_{cluster},
      settings_{settings},
      hardware_{hardware_of(cluster)},
      places_{cluster, hardware_},
      tree_{settings.topology == Topology::none ? TopologySpec{} : cluster.topology, cluster.nodes.size()},
      blocks_{cluster.topology, cluster.nodes.size()},
      touched_{cluster.nodes.size()},
      offers_{cluster, hardware_, settings_},
      survey_{most_cpus(hardware_)} {
  for (const auto& node : cluster.nodes)
    fresh_weights_.push_back(fresh_weight(hardware_[node.node_class.index()]));
  weights_ = fresh_weights_;
  has_one_root_ = settings.topology == Topology::tree && tree_.has_one_root();
  rooms_.resize(cluster.nodes.size());
  if (settings.sees_cores) rooms_.sights.resize(cluster.nodes.size());
}

void Fit::follow_configuration() {
  for (std::uint32_t n = 0; n < cluster_.nodes.size(); ++n) {
    const std::uint64_t fresh = fresh_weight(hardware_[cluster_.nodes[n].node_class.index()]);
    if (std::exchange(fresh_weights_[n], fresh) != fresh) touched_.insert(NodeId{n});
  }
  if (settings_.sees_cores) rooms_.sights.resize(cluster_.nodes.size());
}

void Fit::reset_weights(const NodeSet& nodes, const SelectionJob& job) {
  intersect(kept_, touched_, nodes);
  kept_.for_each([this](NodeId node) { weights_[node.index()] = fresh_weights_[node.index()]; });
  touched_ -= nodes;
  const auto add = [this](NodeId node, std::uint64_t weight) {
    weights_[node.index()] += weight;
    touched_.insert(node);
  };
  if (job.nodes_first != nullptr)
    nodes.for_each([&](NodeId node) {
      if (!job.nodes_first->contains(node)) add(node, outside_of_flex);
    });
  if (job.nodes_last != nullptr)
    nodes.for_each([&](NodeId node) {
      if (job.nodes_last->contains(node)) add(node, powered_down);
    });
  const NodeSet* preferred = job.counted_nodes;
  if (preferred == nullptr) return;
  std::vector<bool> is_split(cluster_.classes.size());
  const auto class_index = [this](NodeId node) { return cluster_.nodes[node.index()].node_class.index(); };
  nodes.for_each([&](NodeId node) {
    if (preferred->contains(node)) is_split[class_index(node)] = true;
  });
  nodes.for_each([&](NodeId node) {
    if (is_split[class_index(node)] && !preferred->contains(node)) add(node, 1 << 8);
  });
}

Question Fit::question_of(const Test& test) const {
  return {*test.demand, test.counts, cluster_, hardware_, settings_, tree_, blocks_, weights_, test.idle_last};
}

/// Nodes whose memory, GRES and present use do not rule them out.
void Fit::keep_usable(const NodeSet& candidates, const Machine& machine) {
  usable_ = candidates;
  std::uint32_t last = Machine::no_row;
  bool usable = false;
  candidates.for_each([&](NodeId node) {
    const std::uint32_t row = machine.row_of(node.value);
    if (row != last && row != Machine::no_row) {
      last = row;
      usable = offers_.may_be_used(row, machine);
    }
    if (row == Machine::no_row || !usable) usable_.erase(node);
  });
}

/// What one node offers, core by core.
Offer Fit::see(const Test& test, std::uint32_t node, const Machine& machine, Assume assume) {
  const std::uint32_t row = machine.row_of(node);
  const Machine::Row here = machine.row(row);
  const Hardware& hardware = hardware_[here.node_class.index()];
  NodeSight& sight = rooms_.sights[node];
  const CoreSet& cores = assume == Assume::present ? free_cores_ : machine.cores()->all();
  sight.cores.assign(hardware, cores.of(node));
  for (std::int32_t s = hardware.sockets, left = sight.cores.count() - hardware.usable_cores(); s-- > 0;)
    while (left > 0 && sight.cores.erase_last(s)) --left;
  sight.required_sockets = 0;
  const SeenNode seen{node, &machine, places_.of(node)};
  const Offer offer = Offers{*test.demand, cluster_, hardware_, settings_}.make(
      here, machine.cluster().capacity(here.node_class), assume, machine.partition_cpus(node), rooms_.gres_of(node), seen, sight);
  sight.left = sight.cores;
  sight.least_cores = 0;
  return offer;
}

/// What each candidate offers. Writes the sort weights of nodes that have the GRES. False: too few are of use.
bool Fit::gather(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume) {
  const Demand& d = *test.demand;
  rooms_.candidates = candidates;
  rooms_.kinds = d.gres.size();
  if (rooms_.gres.size() < rooms_.kinds * cluster_.nodes.size())
    rooms_.gres.resize(rooms_.kinds * cluster_.nodes.size());
  const bool keep_free = settings_.least_loaded || cluster_.partitions[d.partition.index()].least_loaded_nodes;
  // A whole node that is larger than all the job may have is of no use.
  const std::int64_t most = d.is_whole() && d.max_cpus ? *d.max_cpus : std::int64_t{most_cpus(hardware_)};
  std::int64_t found = 0;
  groups_.clear();
  ++group_epoch_;
  if (group_of_row_.size() < machine.row_slots()) group_of_row_.resize(machine.row_slots());
  candidates.for_each([&](NodeId id) {
    const std::uint32_t node = id.value, row = machine.row_of(node);
    if (row == Machine::no_row) return rooms_.candidates.erase(id);
    const bool sees = rooms_.places != nullptr;
    Offer seen;
    if (sees) seen = see(test, node, machine, assume);
    const Offer& offer = sees ? seen : offers_.offer(node, row, machine, assume);
    if (offer.passed_gres) {
      weights_[node] = (weights_[node] & ~no_gpus_near) | (no_gpus_near - offer.near);
      touched_.insert(id);
    }
    if (offer.cpus <= 0 || offer.cpus > most) return rooms_.candidates.erase(id);
    ++found;
    rooms_.cpus[node] = offer.cpus;
    if (keep_free) rooms_.free_cpus[node] = offer.free_cpus;
    if (rooms_.kinds == 0) return;
    rooms_.gpus[node] = offer.gpus;
    rooms_.all_cores[node] = offer.cores;
    if (!sees) {
      const auto gres = offers_.gres(row, assume);
      std::copy(gres.begin(), gres.end(), rooms_.gres_of(node).begin());
    }
    auto& [epoch, group] = group_of_row_[row];
    if (epoch != group_epoch_) {
      epoch = group_epoch_;
      group = groups_.size();
      groups_.push_back({node, 0, weights_[node], true});
    }
    ++groups_[group].nodes;
    if (groups_[group].weight != weights_[node]) groups_[group].has_one_weight = false;
  });
  if (found < test.counts.min) return false;
  return !d.has_required() || d.required.count_common(rooms_.candidates) == d.required.count();
}

bool Fit::evaluate(const Question& question) {
  if (rooms_.kinds > 0)
    rooms_.candidates.for_each([this](NodeId node) { rooms_.cores[node.index()] = rooms_.all_cores[node.index()]; });
  if (rooms_.kinds > 0 && rooms_.places != nullptr)
    rooms_.candidates.for_each([this](NodeId node) { rooms_.sights[node.index()].left = rooms_.sights[node.index()].cores; });
  Choice choice{question, rooms_, scratch_, chosen_};
  const bool found = choice.evaluate();
  leaves_ = choice.leaves();
  return found;
}

/// Drops nodes that offer no more than `count`, lowest index first, until just enough are left. False: none is so small.
bool Fit::drop_small_nodes(const Question& question, std::int64_t count, std::int64_t& left) {
  const Demand& d = question.demand;
  bool dropped = false;
  kept_ = rooms_.candidates;
  rooms_.candidates.for_each([&](NodeId node) {
    const std::int32_t offer = rooms_.resources(node.value);
    if (left <= question.counts.min || offer <= 0 || offer > count) return;
    if (d.has_required() && d.required.contains(node)) return;
    kept_.erase(node);
    dropped = true;
    --left;
  });
  rooms_.candidates = kept_;
  return dropped;
}

/// All nodes first; then, as small offers may have been taken where one large one would have done, without the small.
bool Fit::choose(const Question& question) {
  rooms_.look = Look::first;
  if (evaluate(question)) return true;
  rooms_.look = Look::later;
  auto left = static_cast<std::int64_t>(rooms_.candidates.count());
  if (left <= question.counts.min) return evaluate(question);
  std::int64_t most = 0;
  rooms_.candidates.for_each(
      [&](NodeId node) { most = std::max<std::int64_t>(most, rooms_.resources(node.value)); });
  for (std::int64_t count = 1; count < most; ++count) {
    const bool dropped = drop_small_nodes(question, count, left);
    if (!dropped && count != 1) continue;
    if (evaluate(question)) return true;
    if (left <= question.counts.min) return false;
  }
  return false;
}

bool Fit::level(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume) {
  if (static_cast<std::int64_t>(candidates.count()) < test.counts.min) return false;
  return gather(test, candidates, machine, assume) && choose_gathered(test);
}

bool Fit::choose_gathered(const Test& test) {
  Question question = question_of(test);
  question.counts = counts_of(test);
  return choose(question);
}

bool Fit::is_refused_for_switches(const Test& test) const {
  const Demand& d = *test.demand;
  const bool ignored = settings_.topology == Topology::dragonfly && d.switches > 1;
  return d.switches && !ignored && test.switches_may_wait && leaves_ > *d.switches;
}

bool Fit::can_be_surveyed(const Test& test, const Machine& machine) const {
  const Demand& d = *test.demand;
  return settings_.takes_shortcuts && d.gres.empty() && machine.cores() == nullptr &&
         !cluster_.partitions[d.partition.index()].max_cpus_per_node && test.purpose != Purpose::ever;
}

bool Fit::needs_free_cpus(const Test& test, const Machine& machine) const {
  const bool counts = settings_.of_partition[test.demand->partition.index()] != Granularity::node;
  return counts && can_be_surveyed(test, machine);
}

void Fit::survey(const Test& test, const NodeSet& candidates, const Machine& machine) {
  survey_.look(test.counts, candidates, machine, offers_, weights_);
}

/// Node counts as the choice of nodes bounds them by tasks.
NodeCounts Fit::counts_of(const Test& test) const {
  const Demand& d = *test.demand;
  NodeCounts counts = test.counts;
  if (d.ntasks_per_node > 0 && d.ntasks > 0)
    counts.min = std::max(counts.min, (d.ntasks + d.ntasks_per_node - 1) / d.ntasks_per_node);
  if (d.ntasks > 0 && counts.max > d.ntasks) counts.max = std::max(d.ntasks, counts.min);
  return counts;
}

/// Whether the job is of a kind for which it may be enough that there are nodes, whichever.
bool Fit::any_may_do(const Test& test) const {
  const Demand& d = *test.demand;
  const PartitionSpec& partition = cluster_.partitions[d.partition.index()];
  const bool decides = settings_.of_partition[d.partition.index()] == Granularity::node;
  if (!settings_.takes_shortcuts || decides || d.has_required() || d.contiguous || d.is_whole() ||
      d.ntasks_per_socket > 0 || d.ntasks_per_core > 0 || settings_.least_loaded || partition.least_loaded_nodes)
    return false;
  return settings_.topology == Topology::none || (has_one_root_ && !d.switches);
}

/// Whether `nodes` nodes, taken before all others, that offer at least `least` CPUs are enough, whichever come first.
bool Fit::any_will_do(const Test& test, std::int64_t nodes, std::int64_t least) const {
  if (nodes == 0 || !any_may_do(test)) return false;
  const NodeCounts counts = counts_of(test);
  const std::int64_t needed = std::max({counts.min, counts.wanted, (test.demand->min_cpus + least - 1) / least});
  return needed <= nodes && needed <= counts.max;
}

/// Nodes that offer the same are looked at once.
bool Fit::any_gathered_will_do(const Test& test) {
  const Demand& d = *test.demand;
  const bool has_total = std::any_of(d.gres.begin(), d.gres.end(), [](const GresDemand& g) { return g.total > 0; });
  if (rooms_.kinds == 0 || has_total || rooms_.places != nullptr) return false;
  const Question question = question_of(test);
  Choice choice{question, rooms_, scratch_, chosen_};
  std::int64_t nodes = 0, least = 0;
  std::uint64_t lightest = ~std::uint64_t{0};
  for (const Group& group : groups_) {
    if (!group.has_one_weight) return false;
    if (group.weight > lightest) continue;
    rooms_.cores[group.first] = rooms_.all_cores[group.first];
    const std::int64_t cpus = choice.look_at(group.first);
    if (cpus == 0) continue;
    if (group.weight < lightest) {
      lightest = group.weight;
      nodes = 0;
      least = cpus;
    }
    nodes += group.nodes;
    least = std::min(least, cpus);
  }
  return any_will_do(test, nodes, least);
}

/// slurmctld first tests with all cores free; with CR_Memory alone that decides.
bool Fit::fits_when_idle(const Test& test, const NodeSet& usable, const Machine& machine) {
  if (static_cast<std::int64_t>(usable.count()) < test.counts.min) return false;
  if (!gather(test, usable, machine, Assume::cores_free)) return false;
  return any_gathered_will_do(test) || (choose_gathered(test) && !is_refused_for_switches(test));
}

/// The same as below for jobs without GRES: what the survey finds need not be looked up again.
bool Fit::fits_surveyed(const Test& test, const NodeSet& candidates, const Machine& machine) {
  const Demand& d = *test.demand;
  const bool keep_free = settings_.least_loaded || cluster_.partitions[d.partition.index()].least_loaded_nodes;
  const bool has_limit = d.is_whole() && d.max_cpus;
  const auto look = [&] {
    offering_.reset(candidates.capacity());
    survey_.look(test.counts, candidates, machine, offers_, weights_, [this](std::uint32_t node, std::int32_t cpus) {
      rooms_.cpus[node] = cpus;
      offering_.insert(NodeId{node});
    });
  };
  look();
  if (!could_fit(test)) return false;
  if (!keep_free && !has_limit && any_will_do(test, survey_.bare_nodes(), survey_.least_bare())) {
    rooms_.candidates = offering_;
    rooms_.kinds = 0;
    return choose_gathered(test) && share_out(test, machine);
  }
  return fits_level_by_level(test, candidates, machine);
}

/// The same for machines that know the nodes of each row.
bool Fit::fits_row_by_row(const Test& test, const NodeSet& candidates, const Machine& machine) {
  survey_rows(test, candidates, machine, Assume::present);
  if (!could_fit(test)) return false;
  if (!any_will_do(test, survey_.bare_nodes(), survey_.least_bare()))
    return fits_level_by_level(test, candidates, machine);
  rooms_.kinds = 0;
  return choose_surveyed(test, candidates, machine) && share_out(test, machine);
}

/// What slurmctld asks of empty nodes. A node that is closed is in no row.
bool Fit::could_ever_fit(const Test& test, const NodeSet& candidates, const Machine& machine) {
  if (!settings_.takes_shortcuts || machine.layers().empty() || !any_may_do(test) || !test.demand->gres.empty() ||
      !touched_.is_empty())
    return level(test, candidates, machine, Assume::empty);
  survey_rows(test, candidates, machine, Assume::empty);
  rooms_.kinds = 0;
  return could_fit(test) && choose_surveyed(test, candidates, machine);
}

void Fit::survey_rows(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume) {
  survey_.begin(test.counts);
  offered_rows_.clear();
  has_one_weight_ = true;
  std::optional<std::uint64_t> weight_before;
  for (const Layer& layer : machine.layers()) {
    const auto nodes = static_cast<std::int64_t>(layer.nodes->count_common(candidates));
    if (nodes == 0 || (assume == Assume::present && !offers_.may_be_used(layer.row, machine))) continue;
    const std::int32_t bare = offers_.offer(0, layer.row, machine, Assume::cores_free).cpus;
    const std::int32_t now = offers_.offer(0, layer.row, machine, assume).cpus;
    const std::uint64_t weight = fresh_weight(hardware_[machine.row(layer.row).node_class.index()]);
    survey_.add_row(nodes, bare, now, weight);
    if (now == 0) continue;
    offered_rows_.push_back({layer.row, now, layer.nodes, nodes});
    has_one_weight_ = has_one_weight_ && weight_before.value_or(weight) == weight;
    weight_before = weight;
  }
}

bool Fit::choose_surveyed(const Test& test, const NodeSet& candidates, const Machine& machine) {
  Question question = question_of(test);
  question.counts = counts_of(test);
  if (has_one_weight_ && Choice::may_take_rows(question)) {
    Choice choice{question, rooms_, scratch_, chosen_};
    if (choice.evaluate_rows(offered_rows_, candidates, machine)) return true;
  }
  gather_surveyed(candidates);
  return choose(question);
}

void Fit::gather_surveyed(const NodeSet& candidates) {
  rooms_.candidates.reset(candidates.capacity());
  for (const OfferedRow& row : offered_rows_) {
    intersect(kept_, *row.nodes, candidates);
    kept_.for_each([&](NodeId node) { rooms_.cpus[node.index()] = row.cpus; });
    rooms_.candidates |= kept_;
  }
}

bool Fit::fits_level_by_level(const Test& test, const NodeSet& candidates, const Machine& machine) {
  const Demand& d = *test.demand;
  keep_usable(candidates, machine);
  if (d.has_required() && d.required.count_common(usable_) != d.required.count()) return false;
  if (!fits_when_idle(test, usable_, machine)) return false;
  const bool counts_cores = settings_.of_partition[d.partition.index()] != Granularity::node;
  if (counts_cores && (!level(test, usable_, machine, Assume::present) || is_refused_for_switches(test))) return false;
  return share_out(test, machine);
}

bool Fit::fits(const Test& test, const NodeSet& candidates, const Machine& machine) {
  leaves_ = 0;
  if (settings_.linear) return fits_linearly(test, candidates, machine);
  rooms_.places = settings_.sees_cores && machine.cores() != nullptr ? &places_ : nullptr;
  if (test.purpose == Purpose::ever) return could_ever_fit(test, candidates, machine);
  if (machine.cores() != nullptr) return fits_in_rows(test, candidates, machine);
  if (!can_be_surveyed(test, machine)) return fits_level_by_level(test, candidates, machine);
  // Sort weights are those of the classes where no test has left another.
  const bool by_rows = !machine.layers().empty() && any_may_do(test) && touched_.is_empty();
  return by_rows ? fits_row_by_row(test, candidates, machine) : fits_surveyed(test, candidates, machine);
}

/// select/linear: which nodes are open has been found out, and of each the job gets all.
bool Fit::fits_linearly(const Test& test, const NodeSet& open, const Machine& machine) {
  const Demand& d = *test.demand;
  LinearChoice linear{d, test.counts, cluster_, hardware_};
  const Question question = question_of(test);
  rooms_.kinds = 0;
  if (d.contiguous || !Choice::topology_decides(question)) {
    if (!linear.choose(open, chosen_)) return false;
  } else {
    rooms_.candidates = open;
    open.for_each([&](NodeId node) { rooms_.cpus[node.index()] = static_cast<std::int32_t>(linear.cpus_of(node.value)); });
    if (!evaluate(question) || is_refused_for_switches(test)) return false;
  }
  return test.purpose == Purpose::ever || takes(test, NodeSet{chosen_}, machine);
}

bool Fit::takes(const Test& test, const NodeSet& nodes, const Machine& machine) {
  rooms_.kinds = 0;
  chosen_ = nodes;
  if (machine.cores() != nullptr) free_cores_ = machine.cores()->all();
  return share_out(test, machine);
}

bool Fit::share_out(const Test& test, const Machine& machine) {
  const Question question = question_of(test);
  shares_.resize(chosen_.count());
  auto next = shares_.begin();
  chosen_.for_each([&](NodeId node) {
    Share& share = *next++;
    share.node = node.value;
    share.cpus = 0;
    share.tasks = share.memory = 0;
    share.offered = rooms_.cpus[node.index()];
    if (rooms_.kinds > 0)
      share.offered = std::min(share.offered, rooms_.cores[node.index()] * question.hardware_of(node.value).threads);
  });
  distribute_tasks(question, machine, rooms_, shares_);
  if (!distribute_gres(question, machine, rooms_, shares_)) return false;
  return distribute_memory(question, machine, shares_) || test.purpose != Purpose::start;
}

}  // namespace sluice::cons_tres
