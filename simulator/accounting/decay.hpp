#pragma once
// How usage fades: PriorityDecayHalfLife as the code does it.

#include <chrono>
#include <cmath>

#include "simulator/base/units.hpp"

namespace sluice::accounting {

/// Each second leaves `1 - 0.693/H` of the usage, H the half-life in seconds; not 2^(-1/H). H = 0: usage never fades.
/// Source: priority_multifactor.c, _internal_setup.
class Decay {
 public:
  explicit Decay(Duration half_life) : per_second_{half_life > Duration{} ? 1 - 0.693 / to_seconds(half_life) : 1.0} {}

  double per_second() const { return per_second_; }
  /// What is left after that long. length >= 0.
  double over(std::chrono::seconds length) const {
    return per_second_ == 1.0 ? 1.0 : std::pow(per_second_, static_cast<double>(length.count()));
  }

 private:
  double per_second_;
};

}  // namespace sluice::accounting
