#include "workloads/generators/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sluice::workloads::generators {

BusyClock::BusyClock(const std::vector<double>& rates, double bucket_seconds) : busy_{0}, bucket_{bucket_seconds} {
  for (const double rate : rates) busy_.push_back(busy_.back() + rate * bucket_seconds);
}

double BusyClock::at(double busy) const {
  const double rounds = std::floor(busy / busy_.back());
  const double rest = busy - rounds * busy_.back();
  const auto after = std::upper_bound(busy_.begin() + 1, busy_.end() - 1, rest);
  const auto bucket = static_cast<std::size_t>(after - busy_.begin()) - 1;
  const double within = (rest - busy_[bucket]) / (busy_[bucket + 1] - busy_[bucket]);
  const double buckets = rounds * static_cast<double>(busy_.size() - 1) + static_cast<double>(bucket);
  return (buckets + within) * bucket_;
}

namespace {

constexpr double hour = 3600;

void add_silences(const ArrivalShape& shape, std::vector<double>& rates, Rng& rng) {
  constexpr double hours_a_week = 168, nearly_none = 1e-9;
  const auto count = std::llround(shape.silences * static_cast<double>(rates.size()) / hours_a_week);
  for (long long i = 0; i < count; ++i) {
    const auto length = static_cast<std::size_t>(std::llround(shape.silent_hours * (0.5 + rng.uniform())));
    const auto from = static_cast<std::size_t>(rng.below(rates.size()));
    if (length >= rates.size() / 2) continue;
    for (std::size_t h = from; h < std::min(from + length, rates.size()); ++h) rates[h] *= nearly_none;
  }
}

}  // namespace

BusyClock draw_clock(const ArrivalShape& shape, double seconds, Rng& rng) {
  const auto hours = static_cast<std::size_t>(std::max(1.0, std::ceil(seconds / hour)));
  const double kick = std::sqrt(1 - shape.memory * shape.memory);
  std::vector<double> rates;
  rates.reserve(hours);
  double drift = rng.normal();
  for (std::size_t h = 0; h < hours; ++h) {
    rates.push_back(shape.hours[h % 24] * shape.days[h / 24 % 7] * std::exp(shape.swing * drift));
    drift = shape.memory * drift + kick * rng.normal();
  }
  add_silences(shape, rates, rng);
  double sum = 0;
  for (std::size_t h = 0; h < hours; ++h)
    sum += rates[h] * std::min(1.0, seconds / hour - static_cast<double>(h));  // of the last hour, a part
  for (double& rate : rates) rate *= seconds / hour / sum;
  return {rates, hour};
}

}  // namespace sluice::workloads::generators
