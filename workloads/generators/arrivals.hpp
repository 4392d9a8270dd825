#pragma once
// When jobs come: days, weeks, busy and quiet spells.

#include <array>
#include <vector>

#include "simulator/base/rng.hpp"

namespace sluice::workloads::generators {

/// A rate of submissions that follows the hours and the days and drifts besides: a Cox process whose logarithm is an
/// autoregressive walk from hour to hour.
struct ArrivalShape {
  std::array<double, 24> hours;  ///< relative rate; the scale does not matter
  std::array<double, 7> days;    ///< likewise, Monday first
  double swing;                  ///< standard deviation of the drift's logarithm, >= 0
  double memory;                 ///< its correlation from one hour to the next, [0, 1)
  double silences;               ///< a week: outages and holidays, in which nobody submits
  double silent_hours;           ///< their mean length; each is half to one and a half of it
};

/// Turns busy time, in which submissions come evenly, into clock time. Both start at 0; seconds.
class BusyClock {
 public:
  /// One rate a bucket, over and over; their mean need not be 1.
  BusyClock(const std::vector<double>& rates, double bucket_seconds);
  double at(double busy) const;

 private:
  std::vector<double> busy_;  ///< at the start of each bucket, and at the end of the last
  double bucket_;
};

/// A clock from Monday midnight on whose first `seconds` of busy time last as long on the clock.
BusyClock draw_clock(const ArrivalShape& shape, double seconds, Rng& rng);

}  // namespace sluice::workloads::generators
