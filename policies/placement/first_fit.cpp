#include <algorithm>

#include "policies/placement/catalogue.hpp"

namespace sluice::placement {
namespace {

/// Every node alike, so that the lowest index is taken.
class FirstFit final : public Placement {
 public:
  void score(std::span<const NodeGroup> groups, std::span<double> out) const override {
    std::fill_n(out.begin(), groups.size(), 0.0);
  }
};

}  // namespace

constinit const PlacementEntry first_fit{
    "select/first_fit", "the first nodes, in name order, that have room", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Placement> { return std::make_unique<FirstFit>(); }};

}  // namespace sluice::placement
