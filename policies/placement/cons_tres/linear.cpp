#include "policies/placement/cons_tres/linear.hpp"

#include <algorithm>
#include <map>

namespace sluice::cons_tres {
namespace {

using std::chrono::seconds;

bool leaves_everything(const Preemptable& victim) {
  return victim.action == PreemptMode::Action::requeue || victim.action == PreemptMode::Action::cancel;
}

template <class Visit>
void for_each_node(const Allocation& allocation, Visit visit) {
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) visit(NodeId{n});
}

std::int64_t nodes_in(const Allocation& allocation, const NodeSet& nodes) {
  std::int64_t count = 0;
  for_each_node(allocation, [&](NodeId node) { count += nodes.contains(node) ? 1 : 0; });
  return count;
}

/// How many jobs a node of the partition may have, counting one that would start now.
std::int64_t most_jobs_of(const Demand& demand, const ClusterSpec& cluster) {
  const OverSubscribe& share = cluster.partitions[demand.partition.index()].over_subscribe;
  return demand.claim == Claim::shared_cores ? std::max<std::int64_t>(1, share.jobs) : 1;
}

}  // namespace

void Linear::count_jobs(std::span<const RunningJob> running, const Cluster& cluster) {
  loads_.assign(cluster.node_count(), {});
  for (const RunningJob& run : running) {
    const Allocation& held = cluster.allocation(run.allocation);
    const std::int32_t alone = held.claim == Claim::shared_cores ? 0 : 1;
    for_each_node(held, [&](NodeId node) {
      ++loads_[node.index()].jobs;
      loads_[node.index()].alone += alone;
    });
  }
}

/// The job of this row is no longer counted. Whether it was on a candidate.
bool Linear::leave(std::uint32_t row, const NodeSet& candidates, const Cluster& cluster) {
  const Allocation& held = cluster.allocation(row);
  bool matters = false;
  for_each_node(held, [&](NodeId node) {
    --loads_[node.index()].jobs;
    if (held.claim != Claim::shared_cores) --loads_[node.index()].alone;
    matters = matters || candidates.contains(node);
  });
  return matters;
}

bool Linear::has_room(const Demand& demand, std::uint32_t node, const Machine& machine) const {
  const std::uint32_t row = machine.row_of(node);
  if (row == Machine::no_row) return false;
  const Machine::Row here = machine.row(row);
  const Hardware& hardware = fit_.hardware()[here.node_class.index()];
  if (settings_.memory) {
    const std::int64_t asked = demand.memory.amount;
    const bool by_cpu = demand.memory.unit == MemoryDemand::Unit::per_cpu;
    const std::int64_t all = machine.cluster().capacity(here.node_class).memory;
    if (here.free.memory < (asked == 0 ? all : by_cpu ? asked * hardware.cpus : asked)) return false;
  }
  return std::all_of(demand.gres.begin(), demand.gres.end(), [&](const GresDemand& gres) {
    return Offers::matching(gres, cluster_.classes[here.node_class.index()], here.free) >= gres.per_node;
  });
}

/// Nodes with room and no more than so many jobs, all of which share.
const NodeSet& Linear::open_nodes(const Demand& demand, const NodeSet& candidates, const Machine& machine,
                                  std::int64_t most_jobs) {
  open_.reset(candidates.capacity());
  candidates.for_each([&](NodeId node) {
    const NodeLoad& load = loads_[node.index()];
    if (load.alone == 0 && load.jobs <= most_jobs && has_room(demand, node.value, machine)) open_.insert(node);
  });
  return open_;
}

/// The sets that a start tries one after the other, each with those before it: by weight, and nodes of different lines of
/// slurm.conf one after the other, unless jobs may be there already.
std::vector<NodeSet> Linear::node_sets(const Demand& demand, const NodeSet& nodes, bool may_preempt) const {
  const bool gathers = demand.claim == Claim::shared_cores || may_preempt || cluster_.topology.switches.size() > 1;
  std::map<std::pair<std::uint64_t, std::uint32_t>, NodeSet> sets;
  nodes.for_each([&](NodeId node) {
    const std::uint32_t line = gathers ? 0 : cluster_.nodes[node.index()].node_class.value;
    sets.try_emplace({fit_.weight(node), line}, NodeSet{nodes.capacity()}).first->second.insert(node);
  });
  std::vector<NodeSet> list;
  for (auto& [key, set] : sets) {
    if (!list.empty()) set |= list.back();
    list.push_back(std::move(set));
  }
  return list;
}

/// A job with as many nodes as this one wants, and CPUs enough: whoever shares goes beside it. The oldest first.
const NodeSet* Linear::nodes_of_mate(const Fit::Test& test, const NodeSet& open, std::span<const RunningJob> running) {
  const Demand& d = *test.demand;
  const RunningJob* mate = nullptr;
  for (const RunningJob& run : running) {
    const Allocation& held = present_.cluster().allocation(run.allocation);
    if (held.nodes != test.counts.wanted || held.cpus < d.min_cpus || nodes_in(held, open) != held.nodes) continue;
    if (d.has_required() && nodes_in(held, d.required) != static_cast<std::int64_t>(d.required.count())) continue;
    if (mate == nullptr || run.job < mate->job) mate = &run;
  }
  if (mate == nullptr) return nullptr;
  mate_.reset(open.capacity());
  for_each_node(present_.cluster().allocation(mate->allocation), [this](NodeId node) { mate_.insert(node); });
  return &mate_;
}

/// On idle nodes, else beside one job, else beside two, and so on.
bool Linear::starts_on(const Fit::Test& test, const NodeSet& nodes, std::span<const RunningJob> running,
                       Allocation& out) {
  const std::int64_t most = most_jobs_of(*test.demand, cluster_);
  const auto& alternatives = test.demand->alternatives;
  std::size_t before = 0;
  for (std::int64_t jobs = 0; jobs < most; ++jobs) {
    NodeSet open = open_nodes(*test.demand, nodes, present_, jobs);
    if (alternatives.size() == 1) open &= alternatives.front().nodes;
    if (open.count() == before || static_cast<std::int64_t>(open.count()) < test.counts.min) continue;
    before = open.count();
    const NodeSet* mate = jobs > 0 ? nodes_of_mate(test, open, running) : nullptr;
    if (mate != nullptr && fit_.takes(test, *mate, present_)) {
      out = fit_.allocation(test, present_);
      return true;
    }
    if (fits_somehow(test, open, present_, &out)) return true;
  }
  return false;
}

/// Candidates are removed one by one until the job fits; then once more, those first that leave it most nodes, so that
/// fewer go. Beside jobs that are only suspended it starts at once.
std::optional<Selected> Linear::start_after(const Fit::Test& test, const NodeSet& nodes,
                                            std::span<const Preemptable> victims) {
  struct Victim {
    Preemptable job;
    std::int64_t use = 0;
  };
  constexpr std::int64_t first_of_all = 9999;
  const Cluster& cluster = present_.cluster();
  const std::vector<NodeLoad> before = loads_;
  std::vector<Victim> list;
  for (const Preemptable& one : victims) list.push_back({one, 0});
  Fit::Test after = test;
  if (std::any_of(victims.begin(), victims.end(), leaves_everything)) after.purpose = Purpose::later;
  Selected selected;
  for (bool is_sorted = list.size() == 1;; is_sorted = true) {
    loads_ = before;
    future_.imagine(cluster, test.demand->partition);
    const auto fits_without = [&](Victim& one) {
      leave(one.job.allocation, nodes, cluster);
      future_.remove(one.job.allocation,
                     leaves_everything(one.job) ? Machine::Leaves::everything : Machine::Leaves::cores);
      const NodeSet open = open_nodes(*test.demand, nodes, future_, most_jobs_of(*test.demand, cluster_) - 1);
      one.use = nodes_in(cluster.allocation(one.job.allocation), open);
      return fits_somehow(after, open, future_, &selected.allocation);
    };
    const auto last = std::find_if(list.begin(), list.end(), fits_without);
    if (last == list.end()) return std::nullopt;
    if (is_sorted) break;
    last->use = first_of_all;
    for (auto rest = last + 1; rest != list.end(); ++rest) rest->use = 0;
    std::stable_sort(list.begin(), list.end(), [](const Victim& a, const Victim& b) { return a.use > b.use; });
  }
  for (const Victim& one : list)
    if (leaves_everything(one.job) && one.use > 0 && nodes_in(cluster.allocation(one.job.allocation), fit_.chosen()) > 0)
      selected.victims.push_back(one.job.job);
  // Nobody has to go from these nodes: their best stretch is another when one more node is open.
  const NodeSet chosen = fit_.chosen();
  if (selected.victims.empty() && fit_.takes(test, chosen, present_)) selected.allocation = fit_.allocation(test, present_);
  return selected;
}

std::optional<Selected> Linear::select(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                       Time now, std::span<const Preemptable> preemptable) {
  forget_weights(job);
  const Fit::Test test = test_of(job, Purpose::start, now);
  present_.look_at(cluster, job.demand.partition);
  count_jobs(job.running, cluster);
  NodeSet nodes = candidates;
  nodes &= job.demand.eligible;
  Selected selected;
  const auto sets = node_sets(job.demand, nodes, !preemptable.empty());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto count = static_cast<std::int64_t>(sets[i].count());
    if (i + 1 < sets.size() && (count < test.counts.min || count < test.counts.wanted)) continue;
    if (starts_on(test, sets[i], job.running, selected.allocation)) return selected;
  }
  return preemptable.empty() ? std::nullopt : start_after(test, nodes, preemptable);
}

std::optional<WillRun> Linear::will_run_beside(const SelectionJob& job, const NodeSet& candidates,
                                               const Cluster& cluster, Time now, const WillRunQuery& query,
                                               std::int64_t most_jobs) {
  const Fit::Test test = test_of(job, Purpose::later, now);
  present_.look_at(cluster, job.demand.partition);
  count_jobs(query.running, cluster);
  WillRun result;
  result.start = now;
  const auto fits = [&](const Machine& machine) {
    const NodeSet open = open_nodes(job.demand, candidates, machine, most_jobs);
    return fits_somehow(test, open, machine, &result.allocation);
  };
  if (fits(present_)) return result;
  if (query.now_only && query.preemptable.empty()) return std::nullopt;
  future_.imagine(cluster, job.demand.partition);
  for (const Preemptable& one : query.preemptable) {
    leave(one.allocation, candidates, cluster);
    future_.remove(one.allocation, leaves_everything(one) ? Machine::Leaves::everything : Machine::Leaves::cores);
  }
  if (!query.preemptable.empty() && fits(future_)) {
    result.needs_preemption = true;
    return result;
  }
  if (query.now_only) return std::nullopt;
  for (const RunningJob& run : query.running) {
    const bool has_gone = std::any_of(query.preemptable.begin(), query.preemptable.end(),
                                      [&](const Preemptable& one) { return one.job == run.job; });
    if (has_gone || !leave(run.allocation, candidates, cluster)) continue;
    future_.remove(run.allocation, Machine::Leaves::everything);
    if (!fits(future_)) continue;
    result.start = run.end <= now ? now + seconds{1} : run.end;
    return result;
  }
  return std::nullopt;
}

/// As one that does not share first: that counts if it can start at once.
std::optional<WillRun> Linear::will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                        Time now, const WillRunQuery& query) {
  auto first = will_run_beside(job, candidates, cluster, now, query, 1);
  const std::int64_t most_jobs = std::max<std::int64_t>(1, most_jobs_of(job.demand, cluster_) - 1);
  if (most_jobs == 1 || (first && first->start <= now)) return first;
  return will_run_beside(job, candidates, cluster, now, query, most_jobs);
}

}  // namespace sluice::cons_tres
