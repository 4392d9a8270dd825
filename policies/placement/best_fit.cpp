#include <algorithm>

#include "policies/placement/catalogue.hpp"

namespace sluice::placement {
namespace {

/// What would be left over, as a share of the node: the mean over its CPUs, memory and each kind of GRES it has.
double leftover(const NodeGroup& group) {
  double sum = 0;
  int kinds = 0;
  const auto add = [&](std::int64_t capacity, std::int64_t free, std::int64_t wanted) {
    if (capacity <= 0) return;
    sum += static_cast<double>(free - wanted) / static_cast<double>(capacity);
    ++kinds;
  };
  add(group.capacity.cpus, group.free.cpus, group.wanted.cpus);
  if (group.wanted.memory > 0) add(group.capacity.memory, group.free.memory, group.wanted.memory);
  for (std::size_t k = 0; k < max_gres_kinds; ++k)
    add(group.capacity.gres[k], group.free.gres[k], group.wanted.gres[k]);
  return kinds == 0 ? 0 : sum / kinds;
}

/// The node that would be left fullest. Nodes with GRES that the job does not want thus come last among equals.
class BestFit final : public Placement {
 public:
  void score(std::span<const NodeGroup> groups, std::span<double> out) const override {
    std::transform(groups.begin(), groups.end(), out.begin(), leftover);
  }
};

}  // namespace

constinit const PlacementEntry best_fit{
    "select/best_fit", "the nodes that would have the least left over", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Placement> { return std::make_unique<BestFit>(); }};

}  // namespace sluice::placement
