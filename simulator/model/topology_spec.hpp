#pragma once
// Which nodes hang on which switch, as topology.conf says it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/ids.hpp"

namespace sluice {

using SwitchId = Id<struct SwitchTag>;  ///< row of TopologySpec::switches

/// A leaf has nodes, any other switch has children.
struct SwitchSpec {
  std::string name;
  std::int64_t level = 0;          ///< 0: a leaf; else one above its highest child
  std::vector<SwitchId> children;  ///< ascending
  std::vector<NodeId> nodes;       ///< of a leaf; ascending, no duplicates
  bool operator==(const SwitchSpec&) const = default;
};

/// A base block of topology/block.
struct BlockSpec {
  std::string name;
  std::vector<NodeId> nodes;  ///< ascending, no duplicates
  bool operator==(const BlockSpec&) const = default;
};

/// Switches and blocks in file order; a cluster has the one or the other. No switch is above itself. Without any all
/// nodes are equally near.
struct TopologySpec {
  std::vector<SwitchSpec> switches;
  std::vector<BlockSpec> blocks;
  /// In nodes, ascending: the first is that of a base block (which may have more), the others are that times a power
  /// of two. Empty where there are no blocks.
  std::vector<std::int64_t> block_sizes;
  bool operator==(const TopologySpec&) const = default;
};

}  // namespace sluice
