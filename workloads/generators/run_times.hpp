#pragma once
// Run times given by quantiles: no single law fits those of ML jobs.

#include <array>
#include <cmath>
#include <cstddef>

namespace sluice::workloads::generators {

/// The probabilities at which a RunTimes has its values.
inline constexpr std::array<double, 18> run_time_levels{0,   0.01, 0.05, 0.1,  0.2,  0.3,  0.4,   0.5,   0.6,
                                                        0.7, 0.8,  0.9,  0.95, 0.98, 0.99, 0.995, 0.999, 1};

/// Seconds (> 0, not falling) at run_time_levels. In between the logarithm is a straight line.
using RunTimes = std::array<double, run_time_levels.size()>;

/// Part `within` (in [0, 1]) of the stretch between level `step` and the next.
inline double run_time(const RunTimes& table, std::size_t step, double within) {
  return table[step] * std::pow(table[step + 1] / table[step], within);
}

/// What all jobs from level `first` up contribute to the mean run time; the whole mean for 0.
inline double mean_from(const RunTimes& table, std::size_t first) {
  double sum = 0;
  for (std::size_t step = first; step + 1 < table.size(); ++step) {
    const double low = table[step], high = table[step + 1];
    const double mean = high > low ? (high - low) / std::log(high / low) : low;
    sum += mean * (run_time_levels[step + 1] - run_time_levels[step]);
  }
  return sum;
}

}  // namespace sluice::workloads::generators
