#pragma once
// Draws that traces are made of.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simulator/base/rng.hpp"

namespace sluice::workloads {

/// Draws 0, 1, 2, ... in proportion to weights. O(log n).
class WeightedChoice {
 public:
  explicit WeightedChoice(std::span<const double> weights) {
    double sum = 0;
    for (const double weight : weights) sums_.push_back(sum += weight);
  }
  std::size_t draw(Rng& rng) const {
    const double at = rng.uniform() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end() - 1, at);
    return static_cast<std::size_t>(found - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

/// Weights 1, 2^-s, 3^-s, ...: how jobs are shared among users.
inline std::vector<double> zipf_weights(std::size_t count, double exponent) {
  std::vector<double> weights;
  for (std::size_t rank = 1; rank <= count; ++rank) weights.push_back(std::pow(static_cast<double>(rank), -exponent));
  return weights;
}

/// A lognormal draw, cut to [low, high].
inline double lognormal(Rng& rng, double median, double sigma, double low, double high) {
  return std::clamp(median * std::exp(sigma * rng.normal()), low, high);
}

/// The first entry of a menu (ascending) that is not below `wanted`, or the last.
inline std::int64_t from_menu(std::span<const std::int64_t> menu, double wanted) {
  for (const auto entry : menu)
    if (static_cast<double>(entry) >= wanted) return entry;
  return menu.back();
}

}  // namespace sluice::workloads
