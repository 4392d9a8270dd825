#include "policies/placement/cons_tres/blocks.hpp"

#include <bit>

namespace sluice::cons_tres {

Blocks::Blocks(const TopologySpec& topology, std::size_t node_count) : nodes_{node_count} {
  for (const BlockSpec& block : topology.blocks) {
    NodeSet& nodes = base_.emplace_back(node_count);
    for (const NodeId node : block.nodes) nodes.insert(node);
    nodes_ |= nodes;
  }
  if (!topology.block_sizes.empty()) base_nodes_ = topology.block_sizes.front();
  for (const std::int64_t size : topology.block_sizes)
    multiples_.push_back(static_cast<std::size_t>(size / base_nodes_));
}

BlockSpan Blocks::span_for(std::int64_t nodes) const {
  const auto needed = std::bit_ceil(static_cast<std::size_t>((nodes + base_nodes_ - 1) / base_nodes_));
  BlockSpan span{size(), 1};
  for (const std::size_t multiple : multiples_) {
    if (multiple >= needed) {
      span.whole = multiple;
      break;
    }
    span.part = multiple;
  }
  return span;
}

}  // namespace sluice::cons_tres
