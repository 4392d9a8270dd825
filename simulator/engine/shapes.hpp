#pragma once
// Every distinct request of a workload, resolved once against the cluster.

#include <string>
#include <vector>

#include "policies/api/placement.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {

/// Shape s is that of RequestId s.
class Shapes {
 public:
  /// `idle` is the cluster without jobs. Each request is placed on it once: what does not fit there never will.
  Shapes(const Workload& workload, const Cluster& idle, const Placement& placement);
  /// None: slurmctld's loops ask by demands.
  explicit Shapes(const ClusterSpec& cluster) : cluster_{cluster} {}

  std::size_t size() const { return shapes_.size(); }
  const Shape& operator[](ShapeId id) const { return shapes_[id.index()]; }
  /// Slurm's message when a job with this request is refused at submission; "" when it is not.
  const std::string& refusal(ShapeId id) const { return refusals_[id.index()]; }
  /// Whether that is because no node, or too few, could hold it.
  bool fits_nowhere(ShapeId id) const { return fits_nowhere_[id.index()]; }

 private:
  const ClusterSpec& cluster_;
  std::vector<Shape> shapes_;
  std::vector<std::string> refusals_;
  std::vector<bool> fits_nowhere_;
};

}  // namespace sluice
