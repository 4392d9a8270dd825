#include "bench/support.hpp"
#include "simulator/model/running_jobs.hpp"

namespace sluice::bench {
namespace {

/// Running jobs of 1 to 64 CPUs: when are half of all their CPUs free?
void earliest_free_cpus_of_half(benchmark::State& state) {
  Rng rng{1, "bench.running_jobs"};
  RunningJobs running;
  std::int64_t all = 0;
  for (std::uint32_t job = 0; job < state.range(0); ++job) {
    const auto cpus = static_cast<std::int64_t>(1 + rng.below(64));
    running.insert({{Time{} + std::chrono::seconds{rng.below(1'000'000)}, JobId{job}}, cpus, job});
    all += cpus;
  }
  FreeCpus found;
  for (auto _ : state) benchmark::DoNotOptimize(found = earliest_free_cpus(running, 0, all / 2, Time{}));

  std::int64_t before = 0, until = 0;  // free just before that moment, and at it
  running.for_each([&](const RunningEntry& entry) {
    if (entry.end.expected_end < found.at) before += entry.cpus;
    if (entry.end.expected_end <= found.at) until += entry.cpus;
  });
  SLUICE_CHECK(before < all / 2 && until >= all / 2 && until == found.cpus, "the moment is wrong");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(earliest_free_cpus_of_half)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace sluice::bench
