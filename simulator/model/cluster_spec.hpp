#pragma once
// A cluster as its configuration describes it: nodes, partitions and which policies decide. Static; what is free or
// busy lives in Cluster.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/request.hpp"

namespace sluice {

/// State a node is configured in. Source: slurm.conf(5) NodeName State.
enum class NodeState : std::uint8_t { up, down, drained, future };

/// Nodes with equal hardware and features.
struct NodeClass {
  std::int64_t cpus = 1;  ///< what slurm.conf calls CPUs
  std::int64_t sockets = 1;
  std::int64_t cores_per_socket = 1;
  std::int64_t threads_per_core = 1;
  Megabytes real_memory{1};
  Megabytes mem_spec_limit{0};
  std::vector<GresCount> gres;  ///< sorted by name, type; counts of one node
  std::vector<std::string> features;
  std::int64_t weight = 1;
  bool operator==(const NodeClass&) const = default;
};

struct NodeSpec {
  std::string name;
  NodeClassId node_class;
  NodeState state = NodeState::up;
  std::string reason;
};

enum class PartitionState : std::uint8_t { up, down, drain, inactive };

/// Source: slurm.conf(5), PARTITION CONFIGURATION. Absent limits are nullopt.
struct PartitionSpec {
  std::string name;
  std::vector<NodeId> nodes;  ///< ascending, no duplicates
  bool is_default = false;
  PartitionState state = PartitionState::up;
  std::optional<Duration> max_time;      ///< absent: unlimited
  std::optional<Duration> default_time;
  std::int64_t min_nodes = 0;
  std::optional<std::int64_t> max_nodes;
  std::int64_t priority_tier = 1;
  std::int64_t priority_job_factor = 1;
  bool always_exclusive = false;         ///< OverSubscribe=EXCLUSIVE
};

/// A plugin name and its parameters, e.g. SchedulerType=sched/easy with SchedulerParameters=easy_variant=fast.
struct PluginChoice {
  std::string name;        ///< as written, or Slurm's default
  Location name_at;        ///< where it was written; line 0 when it is a default
  std::string name_line;   ///< that line, for the caret
  std::string parameters;
  Location parameters_at;
  std::string parameters_line;
};

/// All of a cluster. Nodes stand in Slurm's index order (natural order of their names).
struct ClusterSpec {
  std::string name;
  std::vector<NodeClass> classes;
  std::vector<NodeSpec> nodes;
  std::vector<PartitionSpec> partitions;  ///< in file order
  PluginChoice scheduler;                 ///< SchedulerType, SchedulerParameters
  PluginChoice priority;                  ///< PriorityType, PriorityParameters
  PluginChoice select;                    ///< SelectType, SelectTypeParameters
  bool is_pool = false;                   ///< made by pool:N: one node of N slots without memory or GPUs
  std::vector<std::string> files;         ///< configuration files read, for run.json
  std::vector<std::string> unmodelled;    ///< keys that were accepted but change nothing here, each once

  const NodeClass& class_of(NodeId node) const { return classes[nodes[node.index()].node_class.index()]; }
};

/// N identical slots without node boundaries, for traces that know no cluster. slots in [1, 2^31).
ClusterSpec make_pool(std::int64_t slots);

}  // namespace sluice
