// priority/expr over 10,000 waiting jobs.

#include <cmath>
#include <vector>

#include "bench/support.hpp"
#include "policies/priority/expression/parser.hpp"

namespace sluice::bench {
namespace {

std::vector<PendingJob> waiting_jobs(std::size_t count) {
  std::vector<PendingJob> jobs(count);
  Rng rng{1, "jobs"};
  for (PendingJob& job : jobs) {
    job.accruing_since = job.submit = Time{std::chrono::seconds{rng.next() % 100'000}};
    job.limit = std::chrono::minutes{1 + rng.next() % 1000};
    job.cpus = static_cast<std::int64_t>(1 + rng.next() % 64);
    job.fair_share = static_cast<double>(rng.next() % 1000) / 1000;
    job.partition = PartitionId{0};
  }
  return jobs;
}

void score(benchmark::State& state, const char* text) {
  const ClusterSpec cluster = cluster_of(10, 64);
  const auto program = priority::compile(text, cluster);
  SLUICE_CHECK(program, "'{}' does not compile", text);
  const auto jobs = waiting_jobs(static_cast<std::size_t>(state.range(0)));
  const priority::Scene scene{cluster, Time{std::chrono::seconds{200'000}}};
  std::vector<double> all(jobs.size());
  for (auto _ : state) {
    program->run(jobs, scene, all);
    benchmark::DoNotOptimize(all.data());
  }
  for (std::size_t i = 0; i < jobs.size(); i += 97) {
    double alone = 0;
    program->run({&jobs[i], 1}, scene, {&alone, 1});
    SLUICE_CHECK(alone == all[i] && std::isfinite(alone), "job {} scores {} alone and {} among others", i, alone, all[i]);
  }
}

void expression_simple(benchmark::State& state) { score(state, "fairshare * age"); }
BENCHMARK(expression_simple)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void expression_rich(benchmark::State& state) {
  score(state, "1000 * fairshare + min(age / 7d, 1) * 500 - log2(max(cpus, 1)) * 20 "
               "+ (partition == 'all' && limit < 1h ? 100 * (1 - limit / 1h) : 0) - user.gpus / 8");
}
BENCHMARK(expression_rich)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sluice::bench
