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
#include "simulator/engine/power_clock.hpp"
#include "simulator/engine/state.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// What slurmctld's power_save thread does to nodes, under SuspendProgram and ResumeProgram. A node that goes down is
/// closed until SuspendTimeout is over; one that is down or boots is open, and a job that gets it is CONFIGURING until all
/// its nodes are up. Source: slurm.conf(5) SuspendTime and the like, Slurm's power saving guide, power_save.c, node_mgr.c.
class PowerSaving {
 public:
  /// All outlive it. Nodes in `completing` are not idle yet.
  PowerSaving(State& state, Apply& apply, const EventQueue<Event>& events, const NodeSet& completing);

  enum class Power : std::uint8_t { on, going_down, off, booting };
  Power power(NodeId node) const { return nodes_[node.index()].power; }
  /// Asked to, once its jobs have left it.
  bool is_to_go_down(NodeId node) const { return nodes_[node.index()].is_to_go_down; }
  /// Powered down: jobs get them last.
  const NodeSet& asleep() const { return asleep_; }

  /// Some of these nodes are not up: a job that gets them has to wait.
  bool must_boot(const Allocation& allocation) const;
  /// It has got them: those that are down begin to boot.
  void wait_for(JobId job, const Allocation& allocation);
  /// Jobs whose nodes have all come up since the last call.
  std::vector<JobId> take_ready() { return std::exchange(ready_, {}); }
  bool has_waiting() const { return !waiting_.empty(); }
  /// Jobs run there already, as somebody tells.
  void found_up(const Allocation& allocation);

  void occupied(const Allocation& allocation);
  void left(JobId job, const Allocation& allocation);
  /// Nodes are COMPLETING no more.
  void cleaned(const std::vector<NodeRun>& nodes);
  /// The state of some node has changed otherwise. What the thread does itself it does not take for a change, but for
  /// nodes that it gives up.
  void node_changed() { changed(); }

  // --- Operators
  enum class When : std::uint8_t { idle, drained, at_once };
  /// When nobody runs there any more; `drained`: and nobody may start there before; `at_once`: who runs there is stopped.
  void power_down(NodeId node, When when, Time now);
  /// One that is powered down boots; one that boots begins anew.
  void power_up(NodeId node, Time now);
  /// state=resume: one that goes down counts as powered down.
  void resumed(NodeId node, Time now);

  /// Partitions have other times or nodes than before. Source: partition_mgr.c, update_part.
  void follow_configuration();

  /// Does what is due.
  void work(Time now);
  /// When something is due next.
  std::optional<Time> next_work() const;

  void fields(Archive& archive);

 private:
  struct Node {
    Power power = Power::on;
    bool is_to_go_down = false, is_to_come_up = false;
    std::int32_t jobs = 0;
    Time since{};  ///< idle, or what it does now
    std::optional<Time> late;  ///< given up, it comes up all the same
    friend void fields(Archive& archive, Node& node) { all_fields<6>(archive, node); }
  };
  struct Times {
    std::optional<Duration> suspend;  ///< absent: idle ones stay up
    Duration suspend_timeout{}, resume_timeout{};
    Duration boot{};
  };
  /// What comes next of itself: at a look of the thread at or after a moment, or at that very moment.
  struct Plan {
    std::optional<Time> look, up;
  };
  struct Waiting {
    JobId job;
    std::vector<NodeRun> nodes;
    friend void fields(Archive& archive, Waiting& waiting) { all_fields<2>(archive, waiting); }
  };

  std::vector<Times> times_of_nodes() const;
  bool is_waited_for(NodeId node) const;
  bool is_idle(NodeId node) const;
  Plan plan_of(NodeId node) const;
  void plan(NodeId node);
  void changed();
  void close(NodeId node, Time now);
  void look(Time now);
  NodeSet wanted_by_jobs();
  NodeSet kept_up() const;
  void look_at(NodeId node, const NodeSet& wanted, Time now);
  void doze(NodeId node, Time now);
  void go_down(NodeId node, Time now);
  void fall_asleep(NodeId node, Time now);
  void boot(NodeId node, Time now);
  void come_up(NodeId node, Time now);
  void give_up(NodeId node, Time now);
  void tell_ready();

  State& state_;
  Apply& apply_;
  const EventQueue<Event>& events_;  ///< for the time
  const NodeSet& completing_;
  const PowerSettings& settings_;
  std::vector<Times> times_;  ///< by node
  PowerClock clock_;
  std::vector<Node> nodes_;
  NodeSet asleep_;
  NodeSet kept_;                  ///< idle for long enough, but among those of SuspendExcNodes that are to stay up
  std::vector<Waiting> waiting_;  ///< in order of their start
  std::vector<JobId> ready_;
  std::vector<Plan> plans_;       ///< by node
  std::set<std::pair<Time, NodeId>> looks_, ups_;  ///< of plans_
};

}  // namespace sluice
