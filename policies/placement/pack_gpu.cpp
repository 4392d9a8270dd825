#include <algorithm>

#include "policies/placement/catalogue.hpp"

namespace sluice::placement {
namespace {

/// Free GPUs first, then free CPUs: GPU jobs fill the node with the fewest free GPUs, so that whole nodes stay free for
/// large jobs; jobs without GPUs keep away from nodes that have free ones.
/// Source: the consolidating placement of Helios (SC 2021, section 5): the fullest node that fits.
class PackGpu final : public Placement {
 public:
  void score(std::span<const NodeGroup> groups, std::span<double> out) const override {
    std::transform(groups.begin(), groups.end(), out.begin(), [](const NodeGroup& group) {
      double gpus = 0;
      const auto& kinds = group.node_class->gres;
      for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
        if (kinds[k].name == "gpu") gpus += group.free.gres[k];
      return gpus * 16777216.0 + group.free.cpus;
    });
  }
};

}  // namespace

constinit const PlacementEntry pack_gpu{
    "select/pack_gpu", "the nodes with the fewest free GPUs that have room", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Placement> { return std::make_unique<PackGpu>(); }};

}  // namespace sluice::placement
