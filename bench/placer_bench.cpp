#include <vector>

#include "bench/support.hpp"
#include "policies/placement/catalogue.hpp"
#include "simulator/engine/placer.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice::bench {
namespace {

/// A job of a quarter of the free CPUs on a cluster where every third node is busy.
void place(benchmark::State& state, const PlacementEntry& entry) {
  const ClusterSpec spec = cluster_of(state.range(0), 4);
  Cluster cluster{spec};
  for (std::uint32_t n = 0; n < spec.nodes.size(); n += 3) {
    Allocation busy;
    append_node(busy, spec, NodeId{n}, cluster.capacity(NodeClassId{0}), 0);
    cluster.allocate(std::move(busy));
  }
  const auto policy = entry.make({}, {});
  Placer placer{cluster, *policy};
  const Shape shape = tasks((cluster.total().cpus - cluster.used().cpus) / 4, spec);
  for (auto _ : state) {
    Allocation where = cluster.recycled();
    const bool placed = placer.place(shape, where);
    SLUICE_CHECK(placed && where.cpus == shape.cpus, "{} of {} CPUs were found", where.cpus, shape.cpus);
    benchmark::DoNotOptimize(where);
  }
  Allocation where;
  placer.place(shape, where);
  for (const NodeRun& run : where.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) SLUICE_CHECK(n % 3 != 0, "node {} is busy", n);
  state.SetItemsProcessed(state.iterations() * where.nodes);
}
BENCHMARK_CAPTURE(place, first_fit, placement::first_fit)->Arg(1'000)->Arg(10'000);
BENCHMARK_CAPTURE(place, best_fit, placement::best_fit)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace sluice::bench
