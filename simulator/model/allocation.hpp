#pragma once
// Which nodes a running job holds, and what of each.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"

namespace sluice {

/// Kinds of GRES one node may have (gpu:a100 and gpu:v100 are two kinds). More is a configuration error.
inline constexpr std::size_t max_gres_kinds = 8;

/// Consumable resources of one node, or the part of them that a job takes. gres[k] counts the k-th entry of the
/// node class's `gres` list.
struct Amount {
  std::int32_t cpus = 0;
  std::int64_t memory = 0;  ///< MB
  std::array<std::int32_t, max_gres_kinds> gres{};
  bool operator==(const Amount&) const = default;
  friend void fields(Archive& archive, Amount& amount) { all_fields<3>(archive, amount); }
};

/// Nodes first, first+1, ..., first+count-1, of each of which the job holds takes[take] and these GPU devices.
struct NodeRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t take = 0;
  std::uint64_t devices = 0;  ///< bit i: GPU device i of each of these nodes; 0 without GPUs
  bool operator==(const NodeRun&) const = default;
  friend void fields(Archive& archive, NodeRun& run) { all_fields<4>(archive, run); }
};

/// What a job claims against others on its nodes: cores of its own, cores that it shares, or its nodes as a whole. Jobs
/// of different claims do not mix on a node. Source: node_cr_state of slurmctld's select plugins.
enum class Claim : std::uint8_t { cores, shared_cores, nodes };

/// What a running job holds. Runs ascend by node and do not overlap. The totals are sums over all nodes.
struct Allocation {
  PartitionId partition;
  Claim claim = Claim::cores;
  std::vector<NodeRun> runs;
  std::vector<Amount> takes;
  std::int64_t nodes = 0;
  std::int64_t cpus = 0;
  std::int64_t memory = 0;  ///< MB
  std::int64_t gpus = 0;    ///< devices of every GRES named gpu
  /// Which cores of each node, the same number of words for every node, ascending by node. Empty where cores are not told
  /// apart: see CoreMap.
  std::vector<std::uint64_t> cores;
  bool operator==(const Allocation&) const = default;
  friend void fields(Archive& archive, Allocation& allocation) { all_fields<9>(archive, allocation); }
};

struct ClusterSpec;
class NodeSet;

/// a + b, or a - b.
enum class Sign : std::int8_t { plus = 1, minus = -1 };
Amount combine(const Amount& a, Sign sign, const Amount& b);
/// n pieces.
Amount times(const Amount& piece, std::int64_t n);
/// How many pieces of `wanted` (at most `bound`) fit into `free`.
std::int64_t pieces_in(const Amount& free, const Amount& wanted, std::int64_t bound);
bool takes_gres(const Amount& amount);

/// Inserts the nodes that it has part of.
void mark_nodes(const Allocation& allocation, NodeSet& set);

/// Adds `count` > 0 nodes of one class, first and those after it, behind all that `allocation` has, extending the last
/// run where it can, and counts them in the totals. O(1) for the few different takes that a job has.
void append_nodes(Allocation& allocation, const ClusterSpec& cluster, NodeId first, std::uint32_t count,
                  const Amount& take, std::uint64_t devices);
/// What an allocation keeps, and what it gives back.
struct Parts {
  Allocation kept, given_back;
};
/// It gives back what it has of these nodes. O(nodes of the allocation).
Parts without(const Allocation& allocation, const ClusterSpec& cluster, const NodeSet& gone);

/// Adds one node behind all that `allocation` has, extending the last run where it can, and counts it in the totals.
void append_node(Allocation& allocation, const ClusterSpec& cluster, NodeId node, const Amount& take,
                 std::uint64_t devices);

}  // namespace sluice
