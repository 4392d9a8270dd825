#pragma once
// The options that Slurm's own plugins take in SchedulerParameters and SelectTypeParameters.

#include <span>
#include <string_view>

namespace sluice::conf {

/// Names of slurm.conf(5), SchedulerParameters, of 22.05 and what later versions added.
std::span<const std::string_view> scheduler_parameters();
/// Names of slurm.conf(5), SelectTypeParameters.
std::span<const std::string_view> select_parameters();

}  // namespace sluice::conf
