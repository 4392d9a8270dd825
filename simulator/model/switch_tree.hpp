#pragma once
// Which nodes lie under which switch, and how far switches are from each other.

#include <cstdint>
#include <limits>
#include <vector>

#include "simulator/model/node_set.hpp"
#include "simulator/model/topology_spec.hpp"

namespace sluice {

/// Rows are those of TopologySpec::switches.
class SwitchTree {
 public:
  struct Switch {
    std::int64_t level = 0;
    std::uint32_t parent = 0;  ///< itself, where there is none
    NodeSet nodes;             ///< under it, at any depth
  };
  static constexpr std::uint32_t unreachable = std::numeric_limits<std::uint32_t>::max();

  SwitchTree() = default;
  /// O(switches x links).
  SwitchTree(const TopologySpec& topology, std::size_t node_count);

  std::size_t size() const { return switches_.size(); }
  const Switch& operator[](std::size_t row) const { return switches_[row]; }
  /// Links on the shortest way between two switches, or `unreachable`.
  std::uint32_t hops(std::size_t from, std::size_t to) const { return hops_[from * switches_.size() + to]; }

 private:
  std::vector<Switch> switches_;
  std::vector<std::uint32_t> hops_;
};

}  // namespace sluice
