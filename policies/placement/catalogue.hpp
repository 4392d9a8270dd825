#pragma once
// The placements that come with Sluice: one line each.

#include "policies/api/placement.hpp"
#include "policies/api/selection.hpp"

namespace sluice::placement {

extern const PlacementEntry best_fit;
extern const PlacementEntry first_fit;
extern const PlacementEntry pack_gpu;

inline constexpr const PlacementEntry* catalogue[] = {&first_fit, &best_fit, &pack_gpu};

extern const SelectionEntry cons_res;
extern const SelectionEntry cons_tres;
extern const SelectionEntry linear;

inline constexpr const SelectionEntry* selections[] = {&cons_tres, &cons_res, &linear};

}  // namespace sluice::placement
