#pragma once
// Power saving: idle nodes are powered down, and boot when a job gets them.

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/core/event_queue.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/state.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// What slurmctld's power_save thread does to nodes, under SuspendProgram and ResumeProgram. It works once a second; a
/// node that goes down is closed until SuspendTimeout is over, one that is down or boots is open, and a job that gets it
/// waits until it has booted: that is part of its run, and its limit counts from then on.
/// Source: slurm.conf(5) SuspendTime and the like, Slurm's power saving guide, power_save.c.
class PowerSaving {
 public:
  /// All outlive it.
  PowerSaving(State& state, Apply& apply, const EventQueue<Event>& events);

  enum class Power : std::uint8_t { on, going_down, off, booting };
  Power power(NodeId node) const { return nodes_[node.index()].power; }
  /// Asked to, once its jobs have left it.
  bool is_to_go_down(NodeId node) const { return nodes_[node.index()].is_to_go_down; }
  /// Powered down: jobs get them last.
  const NodeSet& asleep() const { return asleep_; }

  /// A job gets these nodes: those that are down begin to boot. How long it takes until all are up.
  Duration wake(const Allocation& allocation, Time now);
  void occupied(const Allocation& allocation);
  void left(const Allocation& allocation);

  // --- Operators
  enum class When : std::uint8_t { idle, drained, at_once };
  /// When nobody runs there any more; `drained`: and nobody may start there before; `at_once`: who runs there is stopped.
  void power_down(NodeId node, When when, Time now);
  void power_up(NodeId node, Time now);

  /// Does what is due. Nodes in `completing` are not idle yet.
  void work(const NodeSet& completing, Time now);
  /// When something is due next.
  std::optional<Time> next_work() const;

  void fields(Archive& archive);

 private:
  struct Node {
    Power power = Power::on;
    bool is_to_go_down = false, is_to_come_up = false;
    bool is_drained_for_it = false;
    bool may_sleep = true;      ///< when it is idle for SuspendTime
    std::int32_t jobs = 0;
    Time since{};               ///< idle, or what it does now
    std::optional<Time> due;    ///< its next step
    friend void fields(Archive& archive, Node& node) { all_fields<8>(archive, node); }
  };

  void plan(NodeId node);
  std::optional<Time> due_of(const Node& node) const;
  void step(NodeId node, const NodeSet& completing, Time now);
  void go_down(NodeId node, Time now);
  void fall_asleep(NodeId node, Time now);
  void boot(NodeId node, Time now);
  void come_up(NodeId node, Time now);
  bool may_go_down_now(Time now);

  State& state_;
  Apply& apply_;
  const EventQueue<Event>& events_;  ///< for the time
  const PowerSettings& settings_;
  std::vector<Node> nodes_;
  NodeSet asleep_;
  std::set<std::pair<Time, NodeId>> due_;  ///< of nodes_
  Time minute_{};                          ///< the one in which went_down_ nodes were powered down
  std::int64_t went_down_ = 0;
};

}  // namespace sluice
