#include "bench/support.hpp"
#include "simulator/engine/outlook.hpp"

namespace sluice::bench {
namespace {

/// Every node is held by a job of its own; job i ends i minutes from now.
struct FullCluster {
  explicit FullCluster(std::int64_t nodes) : spec{cluster_of(nodes, 4)}, cluster{spec} {
    for (std::uint32_t n = 0; n < spec.nodes.size(); ++n) {
      Allocation busy;
      append_node(busy, spec, NodeId{n}, cluster.capacity(NodeClassId{0}), 0);
      running.insert({{end_of(n), JobId{n}}, 4, cluster.allocate(std::move(busy))});
    }
  }
  static Time end_of(std::int64_t job) { return Time{} + std::chrono::minutes{job + 1}; }
  ClusterSpec spec;
  Cluster cluster;
  RunningJobs running;
};

void look(benchmark::State& state, const FullCluster& full, const Shape& shape) {
  Outlook outlook{full.cluster, full.running};
  Time at{};
  for (auto _ : state) benchmark::DoNotOptimize(at = outlook.look(shape, Time{}));
  SLUICE_CHECK(at == FullCluster::end_of(state.range(0) / 2 - 1), "it fits at {}", at.time_since_epoch().count());
  state.SetItemsProcessed(state.iterations());
}

/// When are half of the CPUs free?
void outlook_by_count(benchmark::State& state) {
  const FullCluster full{state.range(0)};
  look(state, full, tasks(state.range(0) * 2, full.spec));
}
BENCHMARK(outlook_by_count)->Arg(1'000)->Arg(10'000);

/// When are half of the nodes free? Whole nodes: they are followed one by one.
void outlook_by_node(benchmark::State& state) {
  const FullCluster full{state.range(0)};
  JobRequest request;
  request.min_nodes = request.max_nodes = state.range(0) / 2;
  request.ntasks_per_node = 4;
  look(state, full, resolve(request, full.spec).value());
}
BENCHMARK(outlook_by_node)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace sluice::bench
