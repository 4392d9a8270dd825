#pragma once
// Draws that traces are made of.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simulator/base/rng.hpp"

namespace sluice::workloads::generators {

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

/// Draws 0, 1, 2, ... so that the shares are met soon, whatever the sizes of bursts: what is behind its share comes
/// first, and what is rare takes no long burst. A plain draw would let one burst of hundreds of equal jobs shift a
/// whole trace. O(n).
class SteeredChoice {
 public:
  explicit SteeredChoice(std::span<const double> weights) : shares_{weights.begin(), weights.end()} {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    for (double& share : shares_) share /= sum;
    had_.resize(shares_.size());
  }
  /// One choice for an amount of what is shared: one job, a burst of jobs, a job's GPU time. >= 1
  std::size_t draw(Rng& rng, double amount) {
    total_ += amount;
    const double enough = amount > 1 ? amount / 4 : 0;
    std::size_t chosen = 0;
    bool any = false;
    behind_.clear();
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      const double behind = shares_[i] * total_ - had_[i];
      if (behind > shares_[chosen] * total_ - had_[chosen]) chosen = i;
      behind_.push_back(behind > enough ? behind : 0);
      any = any || behind > enough;
    }
    if (any) chosen = WeightedChoice{behind_}.draw(rng);
    had_[chosen] += amount;
    return chosen;
  }

 private:
  std::vector<double> shares_, had_, behind_;
  double total_ = 0;
};

/// Weights 1, 2^-s, 3^-s, ...: how jobs are shared among users.
inline std::vector<double> zipf_weights(std::size_t count, double exponent) {
  std::vector<double> weights;
  for (std::size_t rank = 1; rank <= count; ++rank) weights.push_back(std::pow(static_cast<double>(rank), -exponent));
  return weights;
}

/// Who submits: few users submit most, and who has just submitted often goes on.
class UserStreaks {
 public:
  /// `stay` in [0, 1): how often the next submission is by the same user without a new draw.
  UserStreaks(std::size_t users, double exponent, double stay) : choice_{zipf_weights(users, exponent)}, stay_{stay} {}
  std::size_t next(Rng& rng) {
    if (first_ || rng.uniform() >= stay_) user_ = choice_.draw(rng);
    first_ = false;
    return user_;
  }

 private:
  WeightedChoice choice_;
  double stay_;
  std::size_t user_ = 0;
  bool first_ = true;
};

/// A lognormal draw, cut to [low, high].
inline double lognormal(Rng& rng, double median, double sigma, double low, double high) {
  return std::clamp(median * std::exp(sigma * rng.normal()), low, high);
}

/// Gamma with shape > 1. Source: Marsaglia and Tsang, ACM TOMS 26(3), 2000.
inline double gamma_draw(Rng& rng, double shape, double scale) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = rng.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log1p(-rng.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v * scale;
  }
}

/// The first entry of a menu (ascending) that is not below `wanted`, or the last.
inline std::int64_t from_menu(std::span<const std::int64_t> menu, double wanted) {
  for (const auto entry : menu)
    if (static_cast<double>(entry) >= wanted) return entry;
  return menu.back();
}

}  // namespace sluice::workloads::generators
