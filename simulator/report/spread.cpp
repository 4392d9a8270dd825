#include "simulator/report/spread.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace sluice::report {
namespace {

/// Bins for distances from the least value: one wide up to 255, then 1/128 of the distance wide.
struct Bins {
  static constexpr int precision = 7;
  static constexpr std::size_t exact = std::size_t{2} << precision;  ///< this many bins hold one value each
  static constexpr std::size_t count = (64 - precision + 1) << precision;

  std::uint64_t least = 0;

  std::size_t of(std::int64_t value) const {
    const std::uint64_t distance = static_cast<std::uint64_t>(value) - least;
    const int shift = std::max(0, static_cast<int>(std::bit_width(distance)) - precision - 1);
    return (static_cast<std::size_t>(shift) << precision) + static_cast<std::size_t>(distance >> shift);
  }
};

/// The values that would stand at `ranks` (ascending, < values.size()) if they were sorted. Only the bins with a wanted
/// rank are sorted. O(values).
std::vector<std::int64_t> values_at(std::span<const std::int64_t> values, std::int64_t least,
                                    std::span<const std::size_t> ranks) {
  const Bins bins{static_cast<std::uint64_t>(least)};
  std::vector<std::uint32_t> counts(Bins::count);
  for (const auto value : values) ++counts[bins.of(value)];

  std::vector<char> is_gathered(Bins::count);  // faster than bits
  std::vector<std::size_t> places;  // among what is gathered
  std::vector<std::int64_t> found;
  std::size_t bin = 0, before = 0, gathered_before = 0;
  for (const auto rank : ranks) {
    for (; rank >= before + counts[bin]; ++bin) {
      before += counts[bin];
      gathered_before += is_gathered[bin] != 0 ? counts[bin] : 0;
    }
    is_gathered[bin] = bin >= Bins::exact ? 1 : 0;
    places.push_back(gathered_before + rank - before);
    found.push_back(static_cast<std::int64_t>(bins.least + bin));
  }

  std::vector<std::int64_t> gathered;
  for (const auto value : values)
    if (is_gathered[bins.of(value)] != 0) gathered.push_back(value);
  std::sort(gathered.begin(), gathered.end());
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const bool is_exact = static_cast<std::uint64_t>(found[i]) - bins.least < Bins::exact;
    if (!is_exact) found[i] = gathered[places[i]];
  }
  return found;
}

/// The quantile lies between two neighbours: that at `below`, and the next one.
struct Position {
  Position(std::size_t n, double q) {
    const double at = static_cast<double>(n - 1) * q;
    below = static_cast<std::size_t>(at);
    above = std::min(below + 1, n - 1);
    share = at - static_cast<double>(below);
  }
  double between(std::int64_t low_value, std::int64_t high_value) const {
    const auto low = static_cast<double>(low_value), high = static_cast<double>(high_value);
    return above == below ? low : low + (high - low) * share;
  }
  std::size_t below = 0, above = 0;
  double share = 0;
};

constexpr std::array<double, 3> shown{0.5, 0.95, 0.99};

/// The quantiles of the spread. Reorders few values.
std::array<double, 3> quantiles(std::span<std::int64_t> values, std::int64_t least) {
  constexpr std::size_t few = 4096;  // sorting them is cheaper than counting in bins
  std::vector<Position> positions;
  std::vector<std::size_t> ranks;
  for (const double q : shown) {
    positions.emplace_back(values.size(), q);
    ranks.insert(ranks.end(), {positions.back().below, positions.back().above});
  }
  std::vector<std::int64_t> at;
  if (values.size() < few) {
    std::sort(values.begin(), values.end());
    for (const auto rank : ranks) at.push_back(values[rank]);
  } else {
    at = values_at(values, least, ranks);
  }
  std::array<double, 3> found{};
  for (std::size_t i = 0; i < found.size(); ++i) found[i] = positions[i].between(at[2 * i], at[2 * i + 1]);
  return found;
}

}  // namespace

double quantile(std::span<std::int64_t> values, double q) {
  std::sort(values.begin(), values.end());
  const Position position{values.size(), q};
  return position.between(values[position.below], values[position.above]);
}

Spread spread_of(std::span<std::int64_t> values, double unit) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) return spread;
  Int128 sum = 0;
  std::int64_t least = values.front(), greatest = values.front();
  for (const auto value : values) {
    sum += value;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  const auto found = quantiles(values, least);
  spread.mean = static_cast<double>(sum) / static_cast<double>(values.size()) / unit;
  spread.median = found[0] / unit;
  spread.p95 = found[1] / unit;
  spread.p99 = found[2] / unit;
  spread.max = static_cast<double>(greatest) / unit;
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
