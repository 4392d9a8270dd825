#pragma once
// The built-in preemption policies, one file each.

#include "policies/api/preemption.hpp"

namespace sluice::preemption {

extern const PreemptionEntry partition_prio;
extern const PreemptionEntry qos;

inline constexpr const PreemptionEntry* catalogue[] = {&partition_prio, &qos};

}  // namespace sluice::preemption
