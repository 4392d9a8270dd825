#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "bench/support.hpp"
#include "simulator/report/spread.hpp"

namespace sluice::bench {
namespace {

/// Waits as they are: half of them 0, the others spread over orders of magnitude; some negative ones for good measure.
std::vector<std::int64_t> waits(std::int64_t count) {
  Rng rng{1, "bench.spread"};
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto wait = static_cast<std::int64_t>(std::exp(8 + 3 * rng.normal()));
    values.push_back(rng.uniform() < 0.5 ? 0 : i % 1'000 == 7 ? -wait : wait);
  }
  return values;
}

void spread_of_waits(benchmark::State& state) {
  const auto values = waits(state.range(0));
  report::Spread spread;
  for (auto _ : state) {
    auto copy = values;
    benchmark::DoNotOptimize(spread = report::spread_of(copy, 1.0));
  }
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  SLUICE_CHECK(spread.count == sorted.size(), "{} values were counted", spread.count);
  SLUICE_CHECK(spread.max == static_cast<double>(sorted.back()), "the greatest is {}", spread.max);
  for (const auto& [q, found] : {std::pair{0.5, spread.median}, {0.95, spread.p95}, {0.99, spread.p99}}) {
    const double expected = report::quantile(sorted, q);
    SLUICE_CHECK(found == expected, "the {} quantile is {}, not {}", q, expected, found);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(spread_of_waits)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

}  // namespace
}  // namespace sluice::bench
