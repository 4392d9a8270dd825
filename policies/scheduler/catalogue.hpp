#pragma once
// The schedulers that come with Sluice: one line each.

#include "policies/api/controller.hpp"
#include "policies/api/scheduler.hpp"

namespace sluice::scheduler {

extern const SchedulerEntry conservative;
extern const SchedulerEntry easy;
extern const SchedulerEntry fcfs;

extern const LoopsEntry slurm_backfill;
extern const LoopsEntry slurm_builtin;

inline constexpr const LoopsEntry* loops[] = {&slurm_builtin, &slurm_backfill};

inline constexpr const SchedulerEntry* catalogue[] = {&fcfs, &easy, &conservative};

}  // namespace sluice::scheduler
