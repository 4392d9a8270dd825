#pragma once
// Roughly where a job would fit beside what a recording has running.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "simulator/accounting/tres_table.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::recordings {

/// Counts what is free of each node, every job being spread evenly over its nodes, and takes the first nodes that have
/// room, those of least Weight before others. Good enough to know whether a job would come to lie on nodes that a group of jobs uses already.
class FreeNodes {
 public:
  FreeNodes(const ClusterSpec& cluster, const accounting::TresTable& tres);

  void take(std::span<const std::int64_t> tres, std::span<const NodeRun> nodes) { move(tres, nodes, -1); }
  void give_back(std::span<const std::int64_t> tres, std::span<const NodeRun> nodes) { move(tres, nodes, 1); }
  /// Nodes of the partition for a job of that many TRES; empty: too few have room.
  std::vector<NodeRun> find(std::span<const std::int64_t> tres, const PartitionSpec& partition) const;
  /// The same with nodes on which nothing runs.
  std::vector<NodeRun> find_idle(std::span<const std::int64_t> tres, const PartitionSpec& partition) const;

  /// By TresId: what all of these nodes have, as a job that has them for itself gets it.
  accounting::TresRow whole(std::span<const NodeRun> nodes) const;

 private:
  void move(std::span<const std::int64_t> tres, std::span<const NodeRun> nodes, int sign);
  template <class Has>
  std::vector<NodeRun> first_nodes(std::size_t wanted, const PartitionSpec& partition, Has has_room) const;

  const ClusterSpec& cluster_;
  std::vector<accounting::TresRow> total_, free_;  ///< by node
};

}  // namespace sluice::recordings
