#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "bench/support.hpp"
#include "policies/api/selection.hpp"
#include "policies/placement/catalogue.hpp"

namespace sluice::bench {
namespace {

using std::chrono::minutes;

/// Half of the nodes with 8 GPUs; 64 cores and 512 GB each.
ClusterSpec gpu_cluster(std::int64_t nodes) {
  ClusterSpec cluster = cluster_of(nodes, 64);
  cluster.select.parameters = "CR_Core_Memory";
  NodeClass& plain = cluster.classes.front();
  plain.sockets = 2;
  plain.cores_per_socket = 32;
  plain.real_memory = Megabytes{512000};
  NodeClass with_gpus = plain;
  with_gpus.gres = {{"gpu", "a100", 8}};
  with_gpus.weight = 10;
  cluster.classes.push_back(with_gpus);
  for (std::size_t n = cluster.nodes.size() / 2; n < cluster.nodes.size(); ++n)
    cluster.nodes[n].node_class = NodeClassId{1};
  return cluster;
}

/// Leaves of 36 nodes under one spine.
void hang_on_switches(ClusterSpec& cluster) {
  constexpr std::uint32_t of_leaf = 36;
  SwitchSpec top;
  top.level = 1;
  for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n) {
    if (n % of_leaf == 0) {
      top.children.push_back(SwitchId{static_cast<std::uint32_t>(cluster.topology.switches.size())});
      cluster.topology.switches.emplace_back();
    }
    cluster.topology.switches.back().nodes.push_back(NodeId{n});
  }
  cluster.topology.switches.push_back(top);
  cluster.topology_plugin = "topology/tree";
}

/// The kinds of jobs that are asked about, by number.
JobRequest request_of(std::int64_t kind) {
  JobRequest request;
  request.mem_per_cpu = Megabytes{4000};
  switch (kind) {
    case 0: request.ntasks = 4; break;
    case 1:
      request.min_nodes = request.max_nodes = 4;
      request.ntasks = 256;
      break;
    default:
      request.gres_per_node = {{"gpu", "", 4}};
      request.ntasks = 8;
      break;
  }
  return request;
}

enum class Wiring : std::int64_t { none, tree };

ClusterSpec wired(ClusterSpec cluster, Wiring wiring) {
  if (wiring == Wiring::tree) hang_on_switches(cluster);
  return cluster;
}

/// A cluster on which nothing of the largest kind fits, and the jobs that fill it, by end.
struct BusyCluster {
  ClusterSpec spec;
  std::vector<std::string> notes;
  std::unique_ptr<Selection> selection;
  Cluster cluster;
  std::vector<RunningJob> running;
  NodeSet everywhere;
  std::vector<Demand> demands;

  BusyCluster(std::int64_t nodes, Wiring wiring)
      : spec{wired(gpu_cluster(nodes), wiring)},
        selection{placement::cons_tres.make(spec, notes)},
        cluster{spec},
        everywhere{spec.nodes.size()} {
    everywhere.insert(NodeId{0}, spec.nodes.size());
    for (std::int64_t kind = 0; kind < 3; ++kind)
      demands.push_back(selection->resolve(request_of(kind), PartitionId{0}).value());
    Rng rng{1, "busy cluster"};
    for (std::uint32_t id = 0, failed = 0; failed < 20U; ++id) {
      JobRequest request = request_of(static_cast<std::int64_t>(rng.next() % 3));
      if (request.ntasks < 100) request.ntasks = static_cast<std::int64_t>(1 + rng.next() % 48);
      const Demand demand = selection->resolve(request, PartitionId{0}).value();
      const auto start = selection->select({JobId{id}, demand}, everywhere, cluster, Time{});
      failed += start ? 0U : 1U;
      if (!start) continue;
      Allocation allocation = start->allocation;
      const Time end{minutes{1 + static_cast<std::int64_t>(rng.next() % 1440)}};
      running.push_back({JobId{id}, end, std::nullopt, cluster.allocate(std::move(allocation))});
    }
    std::stable_sort(running.begin(), running.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  }
};

/// Arguments of a benchmark: nodes, wiring, kind of job.
BusyCluster& busy_cluster(const benchmark::State& state) {
  static std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<BusyCluster>> made;
  auto& known = made[{state.range(0), state.range(1)}];
  if (!known) known = std::make_unique<BusyCluster>(state.range(0), static_cast<Wiring>(state.range(1)));
  return *known;
}

/// A start on a full cluster: mostly a "no".
void selection_select(benchmark::State& state) {
  BusyCluster& busy = busy_cluster(state);
  const Demand& demand = busy.demands[static_cast<std::size_t>(state.range(2))];
  std::int64_t started = 0;
  for (auto _ : state)
    started += busy.selection->select({JobId{1}, demand}, busy.everywhere, busy.cluster, Time{}) ? 1 : 0;
  SLUICE_CHECK(started == 0 || started == static_cast<std::int64_t>(state.iterations()), "one question, two answers");
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(selection_select)->ArgsProduct({{18, 5040}, {0, 1}, {0, 1, 2}});

/// A test of a backfill cycle: when will it run?
void selection_will_run(benchmark::State& state) {
  BusyCluster& busy = busy_cluster(state);
  const Demand& demand = busy.demands[static_cast<std::size_t>(state.range(2))];
  WillRunQuery query;
  query.running = busy.running;
  for (auto _ : state) {
    const auto when = busy.selection->will_run({JobId{1}, demand}, busy.everywhere, busy.cluster, Time{}, query);
    SLUICE_CHECK(when && when->start <= busy.running.back().end, "it never runs");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(selection_will_run)->ArgsProduct({{18, 5040}, {0, 1}, {0, 1, 2}});

}  // namespace
}  // namespace sluice::bench
