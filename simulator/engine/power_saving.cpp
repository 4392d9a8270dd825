#include "simulator/engine/power_saving.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// The thread compares whole seconds, and acts when more than the time in question has passed.
constexpr Duration beat = std::chrono::seconds{1};

Time whole_seconds(Time t) { return Time{floor_seconds(t)}; }

}  // namespace

PowerSaving::PowerSaving(State& state, Apply& apply, const EventQueue<Event>& events)
    : state_{state}, apply_{apply}, events_{events}, settings_{state.cluster.spec().power}, nodes_(state.nodes.size()),
      asleep_{state.nodes.size()} {
  const ClusterSpec& spec = state.cluster.spec();
  for (const NodeId node : settings_.exempt) nodes_[node.index()].may_sleep = false;
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    Node& node = nodes_[n];
    node.since = Time{} - spec.controller.uptime;
    if (spec.nodes[n].is_cloud) {
      node.power = Power::off;
      asleep_.insert(NodeId{n});
    }
    plan(NodeId{n});
  }
}

std::optional<Time> PowerSaving::due_of(const Node& node) const {
  switch (node.power) {
    case Power::on:
      if (node.jobs > 0) return std::nullopt;
      if (node.is_to_go_down) return node.since;
      if (!node.may_sleep || !settings_.suspend_time) return std::nullopt;
      return node.since + *settings_.suspend_time + beat;
    case Power::going_down: return node.since + settings_.suspend_timeout + beat;
    case Power::off: return std::nullopt;
    case Power::booting: return node.since + std::min(settings_.boot.value_or(settings_.resume_timeout), settings_.resume_timeout);
  }
  return std::nullopt;
}

void PowerSaving::plan(NodeId id) {
  Node& node = nodes_[id.index()];
  if (node.due) due_.erase({*node.due, id});
  node.due = due_of(node);
  if (node.due) due_.emplace(*node.due, id);
}

std::optional<Time> PowerSaving::next_work() const {
  return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

void PowerSaving::occupied(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      ++nodes_[n].jobs;
      plan(NodeId{n});
    }
}

void PowerSaving::left(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      Node& node = nodes_[n];
      if (--node.jobs == 0 && node.power == Power::on) node.since = whole_seconds(events_.now());
      plan(NodeId{n});
    }
}

Duration PowerSaving::wake(const Allocation& allocation, Time now) {
  Duration longest{};
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      if (nodes_[n].power == Power::off) boot(NodeId{n}, now);
      if (nodes_[n].power == Power::booting) longest = std::max(longest, *nodes_[n].due - now);
    }
  return longest;
}

void PowerSaving::power_down(NodeId id, When when, Time now) {
  Node& node = nodes_[id.index()];
  if (node.power == Power::going_down || node.power == Power::off) {
    node.is_to_come_up = false;
    return;
  }
  node.is_to_go_down = true;
  NodeStatus status = state_.nodes[id.index()];
  if (when == When::drained && !status.drained) {
    node.is_drained_for_it = status.drained = true;
    apply_.change_node(id, status, now);
  }
  if (when == When::at_once) apply_.fail_jobs_on(id, now);
  if (node.jobs == 0) node.since = std::min(node.since, whole_seconds(now));
  plan(id);
}

void PowerSaving::power_up(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.is_to_go_down = false;
  if (node.power == Power::off) boot(id, now);
  if (node.power == Power::going_down) node.is_to_come_up = true;
  if (node.power == Power::on && node.jobs == 0) node.since = whole_seconds(now);
  plan(id);
}

void PowerSaving::work(const NodeSet& completing, Time now) {
  while (!due_.empty() && due_.begin()->first <= now) step(due_.begin()->second, completing, now);
}

void PowerSaving::step(NodeId id, const NodeSet& completing, Time now) {
  Node& node = nodes_[id.index()];
  switch (node.power) {
    case Power::on:
      if (!completing.contains(id) && may_go_down_now(now)) return go_down(id, now);
      due_.erase({*node.due, id});
      node.due = completing.contains(id) ? whole_seconds(now) + beat : minute_ + std::chrono::minutes{1};
      due_.emplace(*node.due, id);
      return;
    case Power::going_down: return fall_asleep(id, now);
    case Power::booting: return come_up(id, now);
    case Power::off: return;
  }
}

/// SuspendRate.
bool PowerSaving::may_go_down_now(Time now) {
  const Time minute = std::chrono::floor<std::chrono::minutes>(now);
  if (minute != minute_) went_down_ = 0;
  minute_ = minute;
  return settings_.suspend_rate == 0 || went_down_ < settings_.suspend_rate;
}

void PowerSaving::go_down(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  ++went_down_;
  node.power = Power::going_down;
  node.is_to_go_down = false;
  node.since = whole_seconds(now);
  NodeStatus status = state_.nodes[id.index()];
  status.powering_down = true;
  apply_.change_node(id, status, now);
  plan(id);
}

void PowerSaving::fall_asleep(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.power = Power::off;
  asleep_.insert(id);
  NodeStatus status = state_.nodes[id.index()];
  status.powering_down = false;
  if (node.is_drained_for_it) node.is_drained_for_it = status.drained = false;
  apply_.change_node(id, status, now);
  if (node.is_to_come_up) return boot(id, now);
  plan(id);
}

void PowerSaving::boot(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  node.power = Power::booting;
  node.is_to_come_up = false;
  node.since = whole_seconds(now);
  asleep_.erase(id);
  plan(id);
}

/// One that has not come up within ResumeTimeout is DOWN, and powered down; its jobs are requeued, or end.
void PowerSaving::come_up(NodeId id, Time now) {
  Node& node = nodes_[id.index()];
  const bool is_late = settings_.boot.value_or(settings_.resume_timeout) > settings_.resume_timeout;
  node.power = is_late ? Power::off : Power::on;
  node.since = whole_seconds(now);
  plan(id);
  if (!is_late) return;
  asleep_.insert(id);
  NodeStatus status = state_.nodes[id.index()];
  status.down = true;
  apply_.change_node(id, status, now);
  apply_.fail_jobs_on(id, now);
}

void PowerSaving::fields(Archive& archive) {
  archive(nodes_, asleep_, minute_, went_down_);
  if (!archive.is_loading()) return;
  due_.clear();
  for (std::uint32_t n = 0; n < nodes_.size(); ++n)
    if (nodes_[n].due) due_.emplace(*nodes_[n].due, NodeId{n});
}

}  // namespace sluice
