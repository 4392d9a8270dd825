#pragma once
// The blocks of topology/block: base blocks in file order, and the larger ones that neighbours of them make.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/model/node_set.hpp"
#include "simulator/model/topology_spec.hpp"

namespace sluice::cons_tres {

/// Where a piece of a job may lie, in base blocks.
struct BlockSpan {
  std::size_t whole = 1;  ///< of the smallest block that has enough nodes: it lies in one such
  std::size_t part = 1;   ///< of the next smaller size: of these it may use no more than it has to
};

/// Base blocks i * n to (i + 1) * n - 1 make the block i of n base blocks, n a power of two.
/// Source: topology.conf(5), topology_block's block_record.c.
class Blocks {
 public:
  Blocks(const TopologySpec& topology, std::size_t node_count);

  /// Base blocks.
  std::size_t size() const { return base_.size(); }
  const NodeSet& operator[](std::size_t base) const { return base_[base]; }
  /// Nodes that are in any block.
  const NodeSet& nodes() const { return nodes_; }
  /// Nodes that count as one base block, which may have more.
  std::int64_t base_nodes() const { return base_nodes_; }
  /// For `nodes` >= 1 nodes. `whole` is size() where no size is large enough.
  BlockSpan span_for(std::int64_t nodes) const;

 private:
  std::vector<NodeSet> base_;
  NodeSet nodes_;
  std::int64_t base_nodes_ = 1;
  std::vector<std::size_t> multiples_;  ///< sizes in base blocks, ascending, beginning with 1
};

}  // namespace sluice::cons_tres
