#pragma once
// Jobs of a GPU cluster that is known by its published numbers.

#include <vector>

#include "workloads/generators/generators.hpp"
#include "workloads/generators/ml_job.hpp"
#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {

/// order.jobs jobs, in no order of submission. Sizes, run times by size and ends meet the preset's shares closely, as
/// they are steered to them; arrivals, users and the GPU time in the longest jobs vary from seed to seed.
std::vector<MlJob> draw_from_preset(const MlPreset& preset, const Order& order);

MlUsers preset_users(const MlPreset& preset);

}  // namespace sluice::workloads::generators
