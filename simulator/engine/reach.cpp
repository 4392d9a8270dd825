#include "simulator/engine/reach.hpp"

namespace sluice {

Reach::Reach(const Cluster& cluster, const Shapes& shapes, const Placement& placement)
    : shapes_{shapes}, idle_{cluster.spec()}, placer_{idle_, placement}, known_(shapes.size()) {
  for (std::uint32_t n = 0; n < cluster.node_count(); ++n)
    if (idle_.is_open(NodeId{n}) && !cluster.is_open(NodeId{n})) idle_.close(NodeId{n});
}

void Reach::close(NodeId node) {
  idle_.close(node);
  forget();
}

void Reach::open(NodeId node) {
  idle_.open(node);
  forget();
}

bool Reach::holds(ShapeId shape) {
  Known& known = known_[shape.index()];
  if (known.state == state_) return known.holds;
  Allocation trial;
  known = {state_, placer_.place(shapes_[shape], trial)};
  return known.holds;
}

}  // namespace sluice
