#pragma once
// The placements that come with Sluice: one line each.

#include "policies/api/placement.hpp"

namespace sluice::placement {

extern const PlacementEntry best_fit;
extern const PlacementEntry first_fit;
extern const PlacementEntry pack_gpu;

inline constexpr const PlacementEntry* catalogue[] = {&first_fit, &best_fit, &pack_gpu};

}  // namespace sluice::placement
