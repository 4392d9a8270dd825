#pragma once
// Mean, quantiles and maximum of many values, for each of several groups at once. Exact: values are whole numbers.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::report {

/// Wide enough for sums of megabytes times milliseconds.
__extension__ typedef __int128 Int128;

/// How values lie. All in units of one, whatever the whole numbers counted. Meaningless when count is 0.
struct Spread {
  std::size_t count = 0;
  double mean = 0, median = 0, p95 = 0, p99 = 0, max = 0;
};

struct Sample {
  std::int64_t value = 0;
  std::uint32_t job = 0;
};

/// Linear interpolation between the two values around position (n - 1) * q, as numpy.quantile does by default.
/// q in [0, 1]; values not empty; sorts them.
double quantile(std::span<std::int64_t> values, double q);

/// The spread of the values, each worth 1/unit; fewer than 2^32. May reorder them. O(n).
Spread spread_of(std::span<std::int64_t> values, double unit);

/// One spread a group: sample s belongs to group_of[s.job] < groups. O(samples + groups).
std::vector<Spread> spreads_by_group(std::span<const Sample> samples, std::span<const std::uint32_t> group_of,
                                     std::size_t groups, double unit);

}  // namespace sluice::report
