#pragma once
// The schedulers that come with Sluice: one line each.

#include "policies/api/scheduler.hpp"

namespace sluice::scheduler {

extern const SchedulerEntry conservative;
extern const SchedulerEntry easy;
extern const SchedulerEntry fcfs;

inline constexpr const SchedulerEntry* catalogue[] = {&fcfs, &easy, &conservative};

}  // namespace sluice::scheduler
