#pragma once
// Which devices a job gets on the nodes and cores that it has got.

#include "policies/placement/cons_tres/distribution.hpp"
#include "policies/placement/cons_tres/near_devices.hpp"

namespace sluice::cons_tres {

/// Picks devices of the g-th GRES, which gres.conf tells of one by one: near the cores of each share first. Fills in
/// counts and devices of the shares. False: there are too few.
/// Source: slurmctld's gres_select_filter.c.
bool choose_near_devices(const Question& question, const Machine& machine, const Rooms& rooms, std::size_t g,
                         std::vector<Share>& shares);

}  // namespace sluice::cons_tres
