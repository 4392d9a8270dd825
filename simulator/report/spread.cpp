#include "simulator/report/spread.hpp"

#include <algorithm>
#include <array>

namespace sluice::report {
namespace {

/// Puts the k-th smallest of values[from..] in its place; everything before `from` is in place already.
std::int64_t select(std::span<std::int64_t> values, std::size_t from, std::size_t k) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(k);
  std::nth_element(values.begin() + static_cast<std::ptrdiff_t>(from), at, values.end());
  return *at;
}

/// The quantile, when all of values[..from) are not above the rest. Leaves everything up to the quantile in order
/// relative to what follows it.
double quantile_from(std::span<std::int64_t> values, std::size_t from, double q) {
  const double position = static_cast<double>(values.size() - 1) * q;
  const auto below = static_cast<std::size_t>(position);
  const auto low = static_cast<double>(select(values, from, below));
  if (below + 1 == values.size()) return low;
  const auto above = values.begin() + static_cast<std::ptrdiff_t>(below + 1);
  const auto high = static_cast<double>(*std::min_element(above, values.end()));
  return low + (high - low) * (position - static_cast<double>(below));
}

}  // namespace

double quantile(std::span<std::int64_t> values, double q) { return quantile_from(values, 0, q); }

Spread spread_of(std::span<std::int64_t> values, double unit) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) return spread;
  Int128 sum = 0;
  for (const auto value : values) sum += value;
  spread.mean = static_cast<double>(sum) / static_cast<double>(values.size()) / unit;

  constexpr std::array<double, 3> wanted{0.5, 0.95, 0.99};
  std::array<double, 3> found{};
  std::size_t from = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    found[i] = quantile_from(values, from, wanted[i]) / unit;
    from = static_cast<std::size_t>(static_cast<double>(values.size() - 1) * wanted[i]);
  }
  spread.median = found[0];
  spread.p95 = found[1];
  spread.p99 = found[2];
  const auto tail = values.begin() + static_cast<std::ptrdiff_t>(from);
  spread.max = static_cast<double>(*std::max_element(tail, values.end())) / unit;
  return spread;
}

std::vector<Spread> spreads_by_group(std::span<const Sample> samples, std::span<const std::uint32_t> group_of,
                                     std::size_t groups, double unit) {
  std::vector<std::size_t> begin(groups + 1, 0);
  for (const auto& sample : samples) ++begin[group_of[sample.job] + 1];
  for (std::size_t g = 0; g < groups; ++g) begin[g + 1] += begin[g];
  std::vector<std::int64_t> values(samples.size());
  auto next = begin;
  for (const auto& sample : samples) values[next[group_of[sample.job]]++] = sample.value;

  std::vector<Spread> spreads;
  spreads.reserve(groups);
  for (std::size_t g = 0; g < groups; ++g)
    spreads.push_back(spread_of(std::span{values}.subspan(begin[g], begin[g + 1] - begin[g]), unit));
  return spreads;
}

}  // namespace sluice::report
