#pragma once
// How jobs end, so that both the share of jobs and the share of GPU time come out.

#include <cstddef>
#include <string_view>

#include "simulator/base/rng.hpp"
#include "workloads/generators/draws.hpp"
#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {

/// Long jobs end in other ways than short ones: people stop long ones, bugs stop short ones. With two groups of jobs,
/// the shares of both are the solution of two equations: in jobs, and in GPU time.
class EndsByRunTime {
 public:
  explicit EndsByRunTime(const MlPreset& preset);
  /// COMPLETED, CANCELLED or FAILED for a job between run_time_levels `step` and step + 1 that takes so much GPU time.
  std::string_view draw(std::size_t step, double gpu_time, Rng& rng);

 private:
  std::size_t long_from_;
  WeightedChoice short_, long_;
  SteeredChoice longest_;  ///< of GPU time: a handful of jobs hold much of it
};

}  // namespace sluice::workloads::generators
