// Slurm's selection against itself: with its shortcuts and without, nodes judged together and alone.

#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "policies/placement/cons_tres/selection.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice::test {
namespace {

using cons_tres::ConsTres;
using cons_tres::Plugin;

/// One node for each number: its hardware, weight and GPUs come from it.
NodeClass node_of(int draw) {
  NodeClass node;
  node.sockets = 1 + draw % 2;
  node.cores_per_socket = draw % 3 == 0 ? 4 : 8 / node.sockets;
  node.threads_per_core = draw % 7 == 0 ? 2 : 1;
  node.cpus = node.sockets * node.cores_per_socket * node.threads_per_core;
  node.real_memory = Megabytes{draw % 5 == 0 ? 4000 : 8000};
  node.weight = draw % 11 == 0 ? 5 : 1;
  if (draw % 4 == 0) node.gres = {{"gpu", "a", 4}};
  if (draw % 8 == 0) node.gres = {{"gpu", "a", 2}, {"gpu", "b", 2}};
  if (draw % 6 == 0) node.features = {"x"};
  return node;
}

enum class Classes { shared, one_a_node };

/// With one class a node no two nodes share a row, so that nothing is worked out for several at once.
ClusterSpec cluster_of(const std::vector<int>& nodes, int kind, Classes classes) {
  ClusterSpec spec;
  spec.select.parameters = kind % 5 == 1 ? "CR_Core" : kind % 5 == 2 ? "CR_Core_Memory,CR_LLN" : "CR_Core_Memory";
  if (kind % 5 == 3) spec.scheduler.parameters = "pack_serial_at_end";
  spec.gres_types = {"gpu"};
  PartitionSpec all;
  all.name = "all";
  all.is_default = true;
  if (kind % 7 == 6) all.max_cpus_per_node = 5;
  if (kind % 4 == 3) all.defaults.cpus_per_gpu = 2;
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    const NodeClass node = node_of(nodes[n]);
    auto known = std::find(spec.classes.begin(), spec.classes.end(), node);
    if (known == spec.classes.end() || classes == Classes::one_a_node) known = spec.classes.insert(spec.classes.end(), node);
    const auto row = static_cast<std::uint32_t>(known - spec.classes.begin());
    spec.nodes.push_back({fmt::format("n{}", n), NodeClassId{row}, NodeState::up, {}});
    all.nodes.push_back(NodeId{n});
  }
  spec.partitions.push_back(all);
  if (kind % 3 == 2 && nodes.size() > 3) {
    spec.topology_plugin = "topology/tree";
    const auto third = static_cast<std::uint32_t>(nodes.size() / 3);
    SwitchSpec low, high, top;
    for (std::uint32_t n = 0; n < nodes.size(); ++n) (n < third ? low : high).nodes.push_back(NodeId{n});
    top.level = 1;
    top.children = {SwitchId{0}, SwitchId{1}};
    spec.topology.switches = {low, high, top};
  } else if (kind % 3 == 1 && kind % 2 == 0 && nodes.size() > 3) {
    spec.topology_plugin = "topology/block";
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
      const bool begins = n % 2 == 0 && n + 1 < nodes.size();
      if (begins) spec.topology.blocks.push_back({fmt::format("b{}", n), {}});
      spec.topology.blocks.back().nodes.push_back(NodeId{n});
    }
    spec.topology.block_sizes = kind % 4 == 0 ? std::vector<std::int64_t>{2, 8} : std::vector<std::int64_t>{2, 4, 8};
  }
  return spec;
}

struct Ask {
  int size = 1, shape = 0, memory = 0, minutes = 1, what = 0;
};

std::ostream& operator<<(std::ostream& out, const Ask& ask) {
  return out << fmt::format("{{size {} shape {} memory {} minutes {} what {}}}", ask.size, ask.shape, ask.memory,
                            ask.minutes, ask.what);
}

JobRequest request_of(const Ask& ask) {
  JobRequest request;
  request.ntasks = ask.size;
  switch (ask.shape % 12) {
    case 1: request.cpus_per_task = 2; break;
    case 2: request.min_nodes = request.max_nodes = 1 + ask.size % 4; request.ntasks.reset(); break;
    case 3: request.min_nodes = request.max_nodes = std::min(3, ask.size); break;
    case 4: request.sharing = Sharing::exclusive; break;
    case 5: request.gres_per_node = {{"gpu", "", 1 + ask.size % 3}}; break;
    case 6: request.gpus = {{"gpu", "", ask.size}}; request.ntasks.reset(); break;
    case 7: request.gpus_per_task = {{"gpu", "a", 1}}; break;
    case 8: request.ntasks_per_node = 2; break;
    case 9: request.gpus = {{"gpu", "", ask.size}}; request.cpus_per_gpu = 1 + ask.size % 2; request.ntasks.reset(); break;
    case 10: request.min_nodes = 1; request.max_nodes = std::min(4, ask.size); break;
    case 11: request.constraint = "x"; break;
    default: break;
  }
  if (ask.minutes % 3 == 0) request.layout.segment = 2;
  if (ask.memory % 4 == 1) request.mem_per_cpu = Megabytes{100 * (ask.memory % 20)};
  if (ask.memory % 4 == 2) request.mem_per_node = Megabytes{200 * (1 + ask.memory % 20)};
  if (ask.memory % 4 == 3) request.mem_per_node = Megabytes{500};
  return request;
}

/// Everything a run of questions was answered.
std::vector<std::string> answers(const ClusterSpec& spec, const std::vector<Ask>& asks, bool shortcuts) {
  std::vector<std::string> notes, said;
  auto settings = cons_tres::read_settings(spec, Plugin::cons_tres, notes);
  settings.takes_shortcuts = shortcuts;
  ConsTres selection{spec, settings};
  Cluster cluster{spec};
  NodeSet everywhere{spec.nodes.size()};
  everywhere.insert(NodeId{0}, spec.nodes.size());
  std::vector<RunningJob> running;
  std::uint64_t changes = 0;
  const auto tell = [&](const Allocation& allocation) {
    std::string text;
    for (const NodeRun& run : allocation.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
        text += fmt::format(" n{}:{}/{}/{}", n, allocation.takes[run.take].cpus, allocation.takes[run.take].memory,
                            run.devices);
    return text;
  };
  for (std::uint32_t i = 0; i < asks.size(); ++i) {
    const auto demand = selection.resolve(request_of(asks[i]), PartitionId{0});
    if (!demand) {
      said.push_back(demand.error());
      continue;
    }
    const SelectionJob job{JobId{i}, *demand};
    std::string text = selection.feasible(job, cluster, Time{}, nullptr) ? "yes" : "no";
    if (asks[i].what % 3 == 0) {
      WillRunQuery query;
      query.running = running;
      if (asks[i].what % 2 == 0) query.version = changes;
      const auto when = selection.will_run(job, everywhere, cluster, Time{}, query);
      text += when ? fmt::format(" at {}{}", when->start.time_since_epoch().count(), tell(when->allocation)) : " never";
    }
    if (auto start = selection.select(job, everywhere, cluster, Time{}, {})) {
      text += tell(start->allocation);
      RC_ASSERT(start->allocation.nodes >= demand->nodes.min);
      RC_ASSERT(start->allocation.nodes <= demand->nodes.max);
      // Not always min_cpus: offers are no multiples of the CPUs of a task, so that a task may find only some of its own.
      RC_ASSERT(start->allocation.cpus >= start->allocation.nodes);
      const Time end{std::chrono::minutes{asks[i].minutes}};
      // Fails where it takes what is not free.
      const RunningJob begun{JobId{i}, end, std::nullopt, cluster.allocate(std::move(start->allocation))};
      ++changes;
      running.insert(std::upper_bound(running.begin(), running.end(), begun,
                                      [](const auto& a, const auto& b) { return a.end < b.end; }),
                     begun);
    }
    if (asks[i].what % 5 == 4 && !running.empty()) {
      cluster.release(running.front().allocation);
      running.erase(running.begin());
      ++changes;
    }
    said.push_back(std::move(text));
  }
  return said;
}

rc::Gen<Ask> any_ask() {
  return rc::gen::build<Ask>(rc::gen::set(&Ask::size, rc::gen::inRange(1, 14)),
                             rc::gen::set(&Ask::shape, rc::gen::inRange(0, 24)),
                             rc::gen::set(&Ask::memory, rc::gen::inRange(0, 80)),
                             rc::gen::set(&Ask::minutes, rc::gen::inRange(1, 60)),
                             rc::gen::set(&Ask::what, rc::gen::inRange(0, 30)));
}

}  // namespace

TEST_CASE("a selection answers the same with and without its shortcuts, and takes nothing that is not free",
          "[property][selection]") {
  rc::prop("with and without shortcuts", [] {
    const auto nodes = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 48)));
    const auto asks = *rc::gen::container<std::vector<Ask>>(any_ask());
    const int kind = *rc::gen::inRange(0, 420);
    const ClusterSpec spec = cluster_of(nodes, kind, Classes::shared);
    RC_ASSERT(answers(spec, asks, true) == answers(spec, asks, false));
  });
}

TEST_CASE("a selection answers the same whether equal nodes are judged together or each alone",
          "[property][selection]") {
  rc::prop("together or alone", [] {
    const auto nodes = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 48)));
    const auto asks = *rc::gen::container<std::vector<Ask>>(any_ask());
    const int kind = *rc::gen::inRange(0, 420);
    RC_ASSERT(answers(cluster_of(nodes, kind, Classes::shared), asks, true) ==
              answers(cluster_of(nodes, kind, Classes::one_a_node), asks, false));
  });
}

}  // namespace sluice::test
