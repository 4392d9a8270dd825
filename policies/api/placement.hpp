#pragma once
// Where? The question a placement policy answers: which of the nodes that could take a piece of a job should.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "policies/api/options.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

/// Nodes of one class with equal free resources, all of which could take `wanted`.
struct NodeGroup {
  const NodeClass* node_class = nullptr;
  Amount capacity;
  Amount free;
  Amount wanted;  ///< one piece of the job on such a node
};

/// A pure function of its arguments: no clock, no state. Called once a placement attempt, not once a node.
class Placement {
 public:
  virtual ~Placement() = default;
  /// Writes a score for each group; the lowest score is taken first, equal ones by node index.
  virtual void score(std::span<const NodeGroup> groups, std::span<double> out) const = 0;
};

/// A placement policy in the catalogue, chosen by SelectType=`name`; its options ride in SelectTypeParameters.
struct PlacementEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<Placement> (*make)(const Options&, const ClusterSpec&);
};

}  // namespace sluice
