#pragma once
// Which jobs could run if the open nodes were idle? Those that could not wait until nodes come back.

#include <cstdint>
#include <vector>

#include "policies/api/placement.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/placer.hpp"
#include "simulator/engine/shapes.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice {

/// Follows a cluster's nodes, but no jobs. Each shape is placed once for each state of the nodes that is asked about.
class Reach {
 public:
  Reach(const Cluster& cluster, const Shapes& shapes, const Placement& placement);

  void close(NodeId node);
  void open(NodeId node);
  /// A shape changed: its partitions did.
  void forget() { ++state_; }

  bool holds(ShapeId shape);

  /// What is known of shapes is found out again.
  void fields(Archive& archive) {
    archive(idle_);
    forget();
  }

 private:
  struct Known {
    std::uint64_t state = 0;
    bool holds = false;
  };

  const Shapes& shapes_;
  Cluster idle_;
  Placer placer_;
  std::uint64_t state_ = 1;
  std::vector<Known> known_;  ///< by shape
};

}  // namespace sluice
