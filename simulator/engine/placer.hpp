#pragma once
// Lays a shape out on free nodes, asking the placement policy which it likes best.

#include <vector>

#include "policies/api/placement.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {

/// Finds an allocation for a shape. Exact for shapes of one group and for nested groups: it fails only when the shape
/// does not fit. Equal-scored nodes are taken in index order. O(buckets + nodes taken + nodes / 64).
class Placer {
 public:
  Placer(const Cluster& cluster, const Placement& placement);

  /// Fills `out` (which must be empty) and says true, or leaves it empty. `avoid`: nodes not to be used.
  bool place(const Shape& shape, Allocation& out, const NodeSet* avoid = nullptr);

  /// Chooses the GPU devices of an allocation that was made without.
  void add_devices(Allocation& allocation) const;

 private:
  struct Candidate {
    double score = 0;
    std::uint32_t bucket = 0;
    std::int64_t pieces = 0;  ///< of one node
  };
  /// Neighbours in one bucket, the same of each.
  struct Taken {
    std::uint32_t first = 0, count = 0;
    Amount take;
  };

  bool place_in(const Place& place, const Shape& shape, Allocation& out, const NodeSet* avoid);
  bool place_on_only_node(const Shape& shape, const Place& place, Allocation& out);
  bool gather(const Place& place, const TaskGroup& group);
  std::int64_t take_tier(std::size_t first, std::size_t last, const Place& place, const TaskGroup& group,
                         std::int64_t units, const NodeSet* avoid, const NodeSet* taken);
  void take_nodes(std::uint32_t first, std::uint32_t count, const Amount& piece, std::int64_t pieces);
  void write_runs(const Shape& shape, Allocation& out);

  const Cluster& cluster_;
  const Placement& placement_;
  std::vector<Candidate> candidates_;
  std::vector<NodeGroup> groups_;
  std::vector<double> scores_;
  std::vector<std::int64_t> pieces_of_bucket_;
  std::vector<Taken> taken_;
  NodeSet taken_nodes_;  ///< by earlier groups of the shape being placed, if it has several
};

}  // namespace sluice
