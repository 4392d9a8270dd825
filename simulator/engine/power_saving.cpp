#include "simulator/engine/power_saving.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// The thread compares whole seconds, and acts when more than the time in question has passed.
constexpr Duration beat = std::chrono::seconds{1};

Time whole_seconds(Time t) { return Time{floor_seconds(t)}; }

template <class Visit>
void for_each_node(const std::vector<NodeRun>& runs, Visit visit) {
  for (const NodeRun& run : runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) visit(NodeId{n});
}

template <class Test>
bool any_node(const std::vector<NodeRun>& runs, Test test) {
  bool found = false;
  for_each_node(runs, [&](NodeId node) { found = found || test(node); });
  return found;
}

/// The longest of the partitions that name one; INFINITE is longer than any.
void lengthen(std::optional<std::optional<Duration>>& so_far, const std::optional<std::optional<Duration>>& own) {
  if (!own) return;
  if (!so_far || !*own)
    so_far = own;
  else if (*so_far)
    so_far = std::max(**so_far, **own);
}

}  // namespace

PowerSaving::PowerSaving(State& state, Apply& apply, const EventQueue<Event>& events, const NodeSet& completing)
    : state_{state}, apply_{apply}, events_{events}, completing_{completing}, settings_{state.cluster.spec().power},
      times_{times_of_nodes()}, clock_{settings_, Time{} - state.cluster.spec().controller.uptime},
      nodes_(state.nodes.size()), asleep_{state.nodes.size()}, kept_{state.nodes.size()}, plans_(state.nodes.size()) {
  const ClusterSpec& spec = state.cluster.spec();
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    nodes_[n].since = Time{} - spec.controller.uptime;
    if (spec.nodes[n].is_cloud) {
      nodes_[n].power = Power::off;
      asleep_.insert(NodeId{n});
    }
    plan(NodeId{n});
  }
}

/// What partitions say counts before what the cluster says, whatever it is. Source: power_save.c, power_save_set_timeouts.
std::vector<PowerSaving::Times> PowerSaving::times_of_nodes() const {
  const ClusterSpec& spec = state_.cluster.spec();
  std::vector<PartitionPower> own(spec.nodes.size());
  for (const PartitionSpec& partition : spec.partitions)
    for (std::size_t n = 0; n < partition.nodes.size() && partition.exists; ++n) {
      const NodeId node = partition.nodes[n];
      PartitionPower& known = own[node.index()];
      lengthen(known.suspend_time, partition.power.suspend_time);
      known.suspend_timeout = std::max(known.suspend_timeout, partition.power.suspend_timeout);
      known.resume_timeout = std::max(known.resume_timeout, partition.power.resume_timeout);
    }
  std::vector<Times> times;
  for (const PartitionPower& one : own) {
    const Duration resume = one.resume_timeout.value_or(settings_.resume_timeout);
    times.push_back({one.suspend_time.value_or(settings_.suspend_time),
                     one.suspend_timeout.value_or(settings_.suspend_timeout), resume, settings_.boot.value_or(resume)});
  }
  for (const NodeId node : settings_.exempt) times[node.index()].suspend.reset();
  return times;
}

// --- What comes next -------------------------------------------------------------------------------------------------

bool PowerSaving::is_idle(NodeId node) const { return nodes_[node.index()].jobs == 0 && !completing_.contains(node); }

/// Jobs may also lie on nodes that went down under them.
bool PowerSaving::is_waited_for(NodeId node) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [node](const Waiting& one) {
    return any_node(one.nodes, [node](NodeId other) { return other == node; });
  });
}

PowerSaving::Plan PowerSaving::plan_of(NodeId id) const {
  const Node& node = nodes_[id.index()];
  const Times& times = times_[id.index()];
  switch (node.power) {
    case Power::on:
      if (!is_idle(id)) return {};
      if (node.is_to_go_down) return {node.since, {}};
      if (!times.suspend || kept_.contains(id)) return {};
      return {node.since + *times.suspend + beat, {}};
    case Power::going_down: return {node.since + times.suspend_timeout + beat, {}};
    case Power::off:
      if (node.is_to_come_up || is_waited_for(id)) return {node.since, node.late};
      return {{}, node.late};
    case Power::booting:
      if (times.boot > times.resume_timeout) return {node.since + times.resume_timeout + beat, {}};
      return {{}, node.since + times.boot};
  }
  return {};
}

void PowerSaving::plan(NodeId id) {
  const auto replace = [id](auto& set, const std::optional<Time>& before, const std::optional<Time>& after) {
    if (before) set.erase({*before, id});
    if (after) set.emplace(*after, id);
  };
  const Plan before = std::exchange(plans_[id.index()], plan_of(id));
  replace(looks_, before.look, plans_[id.index()].look);
  replace(ups_, before.up, plans_[id.index()].up);
}

std::optional<Time> PowerSaving::next_work() const {
  std::optional<Time> next;
  if (!looks_.empty()) next = clock_.look_from(looks_.begin()->first);
  if (!ups_.empty()) next = std::min(next.value_or(Time::max()), ups_.begin()->first);
  return next;
}

void PowerSaving::follow_configuration() {
  times_ = times_of_nodes();
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) plan(NodeId{n});
  changed();
}

/// Nodes that were to stay up may not have to any more.
void PowerSaving::changed() {
  clock_.node_changed(events_.now());
  if (kept_.is_empty()) return;
  const NodeSet kept = std::exchange(kept_, NodeSet{nodes_.size()});
  kept.for_each([this](NodeId node) { plan(node); });
}

// --- Jobs ------------------------------------------------------------------------------------------------------------

bool PowerSaving::must_boot(const Allocation& allocation) const {
  return any_node(allocation.runs, [this](NodeId node) { return power(node) != Power::on; });
}

void PowerSaving::wait_for(JobId job, const Allocation& allocation) {
  waiting_.push_back({job, allocation.runs});
  for_each_node(allocation.runs, [this](NodeId id) {
    if (power(id) == Power::off) nodes_[id.index()].since = whole_seconds(events_.now());
    plan(id);
  });
}

void PowerSaving::found_up(const Allocation& allocation) {
  for_each_node(allocation.runs, [this](NodeId id) {
    asleep_.erase(id);
    nodes_[id.index()].power = Power::on;
    plan(id);
  });
}

void PowerSaving::occupied(const Allocation& allocation) {
  for_each_node(allocation.runs, [this](NodeId id) {
    ++nodes_[id.index()].jobs;
    plan(id);
  });
  changed();
}

void PowerSaving::left(JobId job, const Allocation& allocation) {
  std::erase_if(waiting_, [job](const Waiting& one) { return one.job == job; });
  std::erase(ready_, job);
  for_each_node(allocation.runs, [this](NodeId id) { --nodes_[id.index()].jobs; });
  cleaned(allocation.runs);
}

void PowerSaving::cleaned(const std::vector<NodeRun>& nodes) {
  const Time now = events_.now();
  for_each_node(nodes, [this, now](NodeId id) {
    Node& node = nodes_[id.index()];
    if (node.power == Power::on && is_idle(id)) {
      node.since = whole_seconds(now);
      if (node.is_to_go_down) close(id, now);
    }
    plan(id);
  });
  changed();
}

// --- Operators -------------------------------------------------------------------------------------------------------

/// No job may start there before it is powered down.
void PowerSaving::close(NodeId id, Time now) {
  NodeStatus status = state_.nodes[id.index()];
  status.powering_down = true;
  apply_.change_node(id, status, now);
}

/// One that is down already is powered down once more. Source: node_mgr.c, update_node.
void PowerSaving::power_down(NodeId id, When when, Time now) {
  Node& node = nodes_[id.index()];
  if (node.power == Power::going_down) return;
  NodeStatus status = state_.nodes[id.index()];
  if (when == When::drained) status.drained = true;
  if (when == When::at_once) status.powering_down = true;
  apply_.change_node(id, status, now);
  if (when == When::at_once) apply_.fail_jobs_on(id, now);
  const bool gives_up_booting = node.power == Power::booting && (when == When::at_once || status.down);
  const bool was_down = node.power == Power::off && node.jobs == 0;
  if (gives_up_booting || was_down) {
    node.power = Power::on;
    asleep_.erase(id);
  }
  node.is_to_go_down = true;
  if (node.jobs == 0) {
    node.since = std::min(node.since, whole_seconds(now));
    close(id, now);
  }
  plan(id);
  changed();
}

/// Of one that is up, or on its way down, slurmctld says that it is up already.
void PowerSaving::power_up(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  if (node.power == Power::off || node.power == Power::booting) {
    node.power = Power::off;
    node.is_to_come_up = true;
    node.since = whole_seconds(now);
    plan(id);
  }
  changed();
}

void PowerSaving::resumed(NodeId id, Time now) {
  if (power(id) == Power::going_down) fall_asleep(id, now);
  changed();
}

// --- What the thread does --------------------------------------------------------------------------------------------

void PowerSaving::work(Time now) {
  while (!ups_.empty() && ups_.begin()->first <= now) come_up(ups_.begin()->second, now);
  if (clock_.look(now)) look(now);
  tell_ready();
}

void PowerSaving::look(Time now) {
  const NodeSet wanted = wanted_by_jobs();
  std::vector<NodeId> due;
  for (const auto& [at, node] : looks_) {
    if (at > now) break;
    due.push_back(node);
  }
  std::sort(due.begin(), due.end());
  const NodeSet kept = kept_up();
  for (const NodeId node : due) {
    if (power(node) == Power::on && kept.contains(node) && !is_to_go_down(node)) {
      kept_.insert(node);
      plan(node);
      continue;
    }
    look_at(node, wanted, now);
  }
}

/// Of jobs in order of their start the nodes that are down, as many as ResumeRate allows.
NodeSet PowerSaving::wanted_by_jobs() {
  NodeSet wanted{nodes_.size()};
  for (const Waiting& one : waiting_) {
    if (!clock_.may_come_up()) break;
    for_each_node(one.nodes, [&](NodeId node) {
      if (power(node) != Power::off || !clock_.may_come_up()) return;
      clock_.comes_up();
      wanted.insert(node);
    });
  }
  return wanted;
}

/// Of each list of SuspendExcNodes with a number so many of its idle nodes, the first ones.
NodeSet PowerSaving::kept_up() const {
  NodeSet kept{nodes_.size()};
  for (const SuspendException& exception : settings_.exempt_some) {
    std::int64_t wanted = exception.count;
    for (const NodeId id : exception.nodes) {
      const NodeStatus& status = state_.nodes[id.index()];
      if (power(id) != Power::on || !is_idle(id) || status.down || status.drained) continue;
      kept.insert(id);
      if (--wanted == 0) break;
    }
  }
  return kept;
}

void PowerSaving::look_at(NodeId id, const NodeSet& wanted, Time now) {
  Node& node = nodes_[id.index()];
  switch (node.power) {
    case Power::on:
      if (clock_.may_go_down()) go_down(id, now);
      return;
    case Power::going_down: return fall_asleep(id, now);
    case Power::booting: return give_up(id, now);
    case Power::off:
      if (wanted.contains(id)) return boot(id, now);
      if (!node.is_to_come_up || !clock_.may_come_up()) return;
      clock_.comes_up();
      return boot(id, now);
  }
}

void PowerSaving::go_down(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  clock_.goes_down();
  NodeStatus status = state_.nodes[id.index()];
  if (node.is_to_go_down) status.drained = false;
  if (settings_.is_idle_when_down) status.down = status.drained = status.failing = status.down_for_silence = false;
  status.powering_down = true;
  status.silent = false;
  ++status.slurmd;  // its slurmd is not missed any more
  node.power = Power::going_down;
  node.is_to_go_down = false;
  node.since = whole_seconds(now);
  apply_.change_node(id, status, now);
  plan(id);
}

void PowerSaving::fall_asleep(NodeId id, Time now) {
  nodes_[id.index()].power = Power::off;
  asleep_.insert(id);
  NodeStatus status = state_.nodes[id.index()];
  status.powering_down = false;
  apply_.change_node(id, status, now);
  plan(id);
}

void PowerSaving::boot(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.power = Power::booting;
  node.is_to_come_up = false;
  node.since = whole_seconds(now);
  node.late.reset();
  asleep_.erase(id);
  plan(id);
}

/// Its slurmd registers; under ReturnToService=2 that opens it if it was down. Source: node_mgr.c, validate_node_specs.
void PowerSaving::come_up(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.power = Power::on;
  node.late.reset();
  asleep_.erase(id);
  node.since = whole_seconds(now);
  NodeStatus status = state_.nodes[id.index()];
  if (state_.cluster.spec().times.return_to_service == 2) status.down = status.down_for_silence = false;
  apply_.change_node(id, status, now);
  if (node.is_to_go_down && node.jobs == 0) close(id, now);
  plan(id);
  changed();
}

/// One that has not come up within ResumeTimeout is DOWN, and powered down; its jobs are requeued, or end. It boots on.
void PowerSaving::give_up(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.late = std::max(now, node.since + times_[id.index()].boot);
  node.power = Power::off;
  node.is_to_go_down = false;
  asleep_.insert(id);
  NodeStatus status = state_.nodes[id.index()];
  status.down = true;
  status.drained = false;
  apply_.change_node(id, status, now);
  apply_.fail_jobs_on(id, now);
  plan(id);
  changed();
}

void PowerSaving::tell_ready() {
  const auto is_awaited = [this](NodeId node) { return power(node) != Power::on && !state_.nodes[node.index()].down; };
  std::vector<NodeRun> left;
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (any_node(one.nodes, is_awaited)) return false;
    ready_.push_back(one.job);
    left.insert(left.end(), one.nodes.begin(), one.nodes.end());
    return true;
  });
  for_each_node(left, [this](NodeId node) { plan(node); });  // who is down is waited for no more
}

void PowerSaving::fields(Archive& archive) {
  archive(nodes_, asleep_, kept_, clock_, waiting_, ready_);
  if (!archive.is_loading()) return;
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) plan(NodeId{n});
}

}  // namespace sluice
