#include "tests/recordings/support/free_nodes.hpp"

#include <algorithm>

#include "simulator/accounting/requested_tres.hpp"

namespace sluice::recordings {
namespace {

/// The n-th node's part of a count, the rest going to the first ones.
std::int64_t part_of(std::int64_t count, std::size_t nodes, std::size_t n) {
  const auto many = static_cast<std::int64_t>(nodes);
  return count / many + (static_cast<std::int64_t>(n) < count % many ? 1 : 0);
}

}  // namespace

FreeNodes::FreeNodes(const ClusterSpec& cluster, const accounting::TresTable& tres)
    : cluster_{cluster} {
  for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i) {
    PartitionSpec alone;
    alone.nodes = {NodeId{i}};
    total_.push_back(accounting::partition_tres(alone, cluster, tres));
  }
  free_ = total_;
}

void FreeNodes::move(std::span<const std::int64_t> tres, std::span<const NodeRun> nodes, int sign) {
  for (std::size_t n = 0; n < nodes.size(); ++n)
    for (std::size_t i = 0; i < tres.size(); ++i)
      free_[nodes[n].first][i] += sign * part_of(tres[i], nodes.size(), n);
}

template <class Has>
std::vector<NodeRun> FreeNodes::first_nodes(std::size_t wanted, const PartitionSpec& partition, Has has_room) const {
  std::vector<NodeId> order = partition.nodes;
  std::stable_sort(order.begin(), order.end(),
                   [&](NodeId a, NodeId b) { return cluster_.class_of(a).weight < cluster_.class_of(b).weight; });
  std::vector<NodeRun> found;
  for (const NodeId node : order)
    if (found.size() < wanted && has_room(node, found.size())) found.push_back({node.value, 1, 0, 0});
  if (found.size() < wanted) found.clear();
  std::sort(found.begin(), found.end(), [](const NodeRun& a, const NodeRun& b) { return a.first < b.first; });
  return found;
}

std::vector<NodeRun> FreeNodes::find(std::span<const std::int64_t> tres, const PartitionSpec& partition) const {
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(1, tres[accounting::TresTable::node.index()]));
  return first_nodes(wanted, partition, [&](NodeId node, std::size_t place) {
    for (std::size_t i = 0; i < tres.size(); ++i)
      if (i != accounting::TresTable::node.index() && total_[node.index()][i] > 0 &&
          part_of(tres[i], wanted, place) > free_[node.index()][i])
        return false;
    return true;
  });
}

std::vector<NodeRun> FreeNodes::find_idle(std::span<const std::int64_t> tres, const PartitionSpec& partition) const {
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(1, tres[accounting::TresTable::node.index()]));
  return first_nodes(wanted, partition,
                     [&](NodeId node, std::size_t) { return free_[node.index()] == total_[node.index()]; });
}

accounting::TresRow FreeNodes::whole(std::span<const NodeRun> nodes) const {
  accounting::TresRow sum(total_.front().size(), 0);
  for (const NodeRun& run : nodes)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += total_[run.first][i];
  return sum;
}

}  // namespace sluice::recordings
