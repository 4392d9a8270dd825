#pragma once
// slurmctld's main loop and backfill, made of settings rather than of a configuration.

#include <memory>

#include "policies/api/controller.hpp"
#include "policies/scheduler/slurm/settings.hpp"

namespace sluice::scheduler::slurm {

/// Without ClockSettings::cycle there are no backfill cycles: that is sched/builtin.
std::unique_ptr<SchedulerLoops> make_loops(const Settings& settings);

}  // namespace sluice::scheduler::slurm
