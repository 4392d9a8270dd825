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

/// Switches in file order. No switch is above itself. Without switches all nodes are equally near.
struct TopologySpec {
  std::vector<SwitchSpec> switches;
  bool operator==(const TopologySpec&) const = default;
};

}  // namespace sluice
