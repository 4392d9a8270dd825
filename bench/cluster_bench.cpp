#include <vector>

#include "bench/support.hpp"
#include "policies/placement/catalogue.hpp"
#include "simulator/engine/placer.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice::bench {
namespace {

/// Jobs of 1 to 64 CPUs on nodes of 4 until nothing fits, then all of them back in another order.
void cluster_fill_and_empty(benchmark::State& state) {
  const ClusterSpec spec = cluster_of(state.range(0), 4);
  const auto placement = placement::first_fit.make({}, {});
  Cluster cluster{spec};
  std::vector<Allocation> allocations;
  {
    Placer placer{cluster, *placement};
    for (std::int64_t size = 1;; size = size % 64 + 1) {
      Allocation where;
      if (!placer.place(tasks(size, spec), where)) break;
      allocations.push_back(where);
      cluster.allocate(std::move(where));
    }
  }
  std::int64_t jobs = 0;
  for (auto _ : state) {
    state.PauseTiming();
    cluster = Cluster{spec};
    auto copies = allocations;
    std::vector<std::uint32_t> rows;
    state.ResumeTiming();
    for (auto& allocation : copies) rows.push_back(cluster.allocate(std::move(allocation)));
    const std::int64_t used = cluster.used().cpus;
    for (std::size_t i = 0; i < rows.size(); i += 2) cluster.release(rows[i]);
    for (std::size_t i = 1; i < rows.size(); i += 2) cluster.release(rows[i]);
    std::int64_t expected = 0;
    for (const auto& allocation : allocations) expected += allocation.cpus;
    SLUICE_CHECK(used == expected && cluster.used().cpus == 0 && cluster.used().nodes == 0, "CPUs were lost");
    SLUICE_CHECK(cluster.listed().size() == 1, "an empty cluster has {} kinds of nodes", cluster.listed().size());
    jobs += static_cast<std::int64_t>(rows.size());
  }
  state.SetItemsProcessed(jobs);
}
BENCHMARK(cluster_fill_and_empty)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace sluice::bench
