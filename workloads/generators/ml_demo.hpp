#pragma once
// A week of a small ML group on the cluster of configs/demo. Made up: meant to be read, not to be measured.

#include <vector>

#include "workloads/generators/generators.hpp"
#include "workloads/generators/ml_job.hpp"

namespace sluice::workloads::generators {

inline constexpr GeneratedPreset demo{
    .name = "demo",
    .meaning = "a week of a small group on configs/demo: partitions train, debug and cpu",
    .source = "made up; the daily profile is that of Helios Venus",
    .jobs = 600,
    .capacity = 32,
    .load = 0.8};

/// order.jobs jobs, in no order of submission.
std::vector<MlJob> draw_demo(const Order& order);
MlUsers demo_users();

}  // namespace sluice::workloads::generators
