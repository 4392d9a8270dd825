#pragma once
// Which nodes lie under which switch, and how far switches are from each other.

#include <bit>
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
    std::size_t first_word = 0, end_word = 0;  ///< of `nodes`, outside of which it is empty
  };
  static constexpr std::uint32_t unreachable = std::numeric_limits<std::uint32_t>::max();

  SwitchTree() = default;
  /// O(switches x links).
  SwitchTree(const TopologySpec& topology, std::size_t node_count);

  std::size_t size() const { return switches_.size(); }
  /// Whether one switch stands above all others and has every node.
  bool has_one_root() const;
  /// Nodes under the switch that are also in `set`. O(words that the switch spans).
  std::int64_t count(std::size_t row, const NodeSet& set) const;
  bool any(std::size_t row, const NodeSet& set) const { return count(row, set) > 0; }
  template <class Visit>
  void for_each(std::size_t row, const NodeSet& set, Visit visit) const {
    const Switch& one = switches_[row];
    for (std::size_t w = one.first_word; w < one.end_word; ++w)
      for (std::uint64_t word = one.nodes.words()[w] & set.words()[w]; word != 0; word &= word - 1)
        visit(NodeId{static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word)))});
  }
  const Switch& operator[](std::size_t row) const { return switches_[row]; }
  /// Links on the shortest way between two switches, or `unreachable`.
  std::uint32_t hops(std::size_t from, std::size_t to) const { return hops_[from * switches_.size() + to]; }

 private:
  std::vector<Switch> switches_;
  std::vector<std::uint32_t> hops_;
};

}  // namespace sluice
