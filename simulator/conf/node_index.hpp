#pragma once
// Names to node indices.

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Whether every node of the configuration is known, so that another name is a mistake.
enum class Known : std::uint8_t { all, some };

/// Finds nodes by name. The nodes given must outlive it.
class NodeIndex {
 public:
  NodeIndex(const std::vector<NodeSpec>& nodes, Known known) : nodes_{nodes}, known_{known} {
    for (std::size_t i = 0; i < nodes.size(); ++i) ids_.emplace(nodes[i].name, NodeId{static_cast<std::uint32_t>(i)});
  }

  std::optional<NodeId> find(std::string_view name) const {
    const auto found = ids_.find(name);
    return found != ids_.end() ? std::optional{found->second} : std::nullopt;
  }
  const std::vector<NodeSpec>& nodes() const { return nodes_; }

  /// Appends the nodes of one hostlist item that stands at byte `position` of an entry's value. Unknown names are
  /// reported, one diagnostic an item, unless only some nodes are known.
  void append_item(std::vector<NodeId>& out, const Entry& entry, std::string_view item, std::size_t position,
                   Diagnostics& diags) const;

  /// The nodes of a whole hostlist.
  std::vector<NodeId> read(const Entry& entry, Diagnostics& diags) const;

 private:
  const std::vector<NodeSpec>& nodes_;
  Known known_;
  std::unordered_map<std::string_view, NodeId> ids_;
};

/// Ascending, each once.
void sort_unique(std::vector<NodeId>& nodes);

}  // namespace sluice::conf
