#pragma once
// What operators' commands make of partitions and nodes, one after the other: names become ids, texts descriptions.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/app/command_complaints.hpp"
#include "simulator/conf/commands.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/conf/partitions.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// Follows the cluster as commands, in order of time, will have changed it. Partitions that they create and classes of nodes
/// that they make are added to the cluster, the partitions as ones that do not exist yet; names of the default partition
/// to the workload's requests. Both before a simulation is made of them.
/// Source: slurmctld's partition_mgr.c (update_part), node_mgr.c (update_node); scontrol(1).
class ClusterChanges {
 public:
  /// Both outlive it.
  ClusterChanges(ClusterSpec& cluster, Workload& workload);

  /// nullopt: there is none of that name then.
  std::optional<PartitionId> find(std::string_view name) const;
  std::vector<std::string_view> names() const;

  // nullopt: after a complaint, or nothing changes.
  std::optional<Command> change(const conf::UpdatePartition& command, CommandComplaints& complaints);
  std::optional<Command> remove(const conf::DeletePartition& command, CommandComplaints& complaints);
  std::optional<Command> change(const std::vector<NodeId>& nodes, const conf::TypedPairs& fields,
                                CommandComplaints& complaints);

 private:
  std::optional<PartitionId> make(const conf::UpdatePartition& command, CommandComplaints& complaints);
  bool apply(const conf::TypedPairs& changes, PartitionSpec& partition, CommandComplaints& complaints);
  bool apply(const conf::TypedPair& change, PartitionSpec& partition, CommandComplaints& complaints);
  bool is_sound(const PartitionSpec& partition, const conf::TypedPair& change, CommandComplaints& complaints) const;
  std::vector<std::pair<RequestId, RequestId>> name_default();
  bool apply(const conf::TypedPair& field, NodeId node, NodeClass& to, CommandComplaints& complaints);

  ClusterSpec& cluster_;
  Workload& workload_;
  conf::NodeIndex index_;
  conf::NodeSets sets_;
  std::vector<PartitionSpec> partitions_;                  ///< as of the last command
  std::vector<NodeClassId> classes_;                       ///< by node
  std::map<NodeId, std::vector<std::string>> available_;  ///< features, where not all of them are active
};

}  // namespace sluice::app
