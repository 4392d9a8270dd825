#include "simulator/engine/shapes.hpp"

#include "simulator/engine/placer.hpp"

namespace sluice {
namespace {

constexpr const char* unavailable = "Requested node configuration is not available";

bool accepts_submissions(const PartitionSpec& partition) {
  return partition.state == PartitionState::up || partition.state == PartitionState::down;
}

}  // namespace

Shapes::Shapes(const Workload& workload, const Cluster& idle, const Placement& placement) : cluster_{idle.spec()} {
  Placer placer{idle, placement};
  for (const JobRequest& request : workload.requests()) {
    auto shape = resolve(request, cluster_);
    std::string refusal = shape ? "" : shape.error();
    if (shape) {
      Allocation trial;
      if (!placer.place(*shape, trial)) refusal = unavailable;
      bool open = false;
      for (const Place& place : shape->places)
        open = open || accepts_submissions(cluster_.partitions[place.partition.index()]);
      if (!open) refusal = "Required partition not available (inactive or drain)";
    }
    fits_nowhere_.push_back(refusal == unavailable);
    shapes_.push_back(shape ? std::move(*shape) : Shape{});
    refusals_.push_back(std::move(refusal));
  }
}

}  // namespace sluice
