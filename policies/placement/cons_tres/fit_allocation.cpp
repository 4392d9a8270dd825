// What a job gets where a test has found that it fits.

#include <algorithm>
#include <array>
#include <bit>

#include "policies/placement/cons_tres/fit.hpp"

namespace sluice::cons_tres {
namespace {

/// Puts counts on the kinds of the node that match, in their order.
void add_gres(const Demand& demand, const NodeClass& node_class, const Share& share, const Amount& free, Amount& take) {
  for (std::size_t g = 0; g < demand.gres.size(); ++g) {
    std::int64_t missing = share.devices[g];
    for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds && missing > 0; ++k) {
      const auto& kind = node_class.gres[k];
      if (kind.name != demand.gres[g].name || (!demand.gres[g].type.empty() && demand.gres[g].type != kind.type))
        continue;
      const std::int64_t here = std::min<std::int64_t>(missing, free.gres[k] - take.gres[k]);
      take.gres[k] += static_cast<std::int32_t>(here);
      missing -= here;
    }
  }
}

/// GPUs of each kind among these devices, in place of a count of any.
void count_devices(const Cluster& cluster, NodeClassId node_class, std::uint64_t devices, Amount& take) {
  const auto& kinds = cluster.spec().classes[node_class.index()].gres;
  for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
    if (kinds[k].name == "gpu") take.gres[k] = std::popcount(devices & cluster.devices_of(node_class, k));
}

/// All of a node's GPUs leave nothing of them to share.
std::array<std::int32_t, max_gres_kinds> whole_gres(const Machine::Row& row, const Cluster& cluster) {
  auto gres = row.free.gres;
  const auto& kinds = cluster.spec().classes[row.node_class.index()].gres;
  if (cluster.shares_gpus(row.node_class))
    for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
      if (is_gpu_share(kinds[k].name)) gres[k] = 0;
  return gres;
}

}  // namespace

Allocation Fit::allocation(const Test& test, const Machine& machine) const {
  Allocation allocation;
  allocation.partition = test.demand->partition;
  allocation.claim = test.demand->claim;
  if (machine.cores() == nullptr && test.demand->gres.empty() && !test.demand->is_whole()) {
    append_equals(allocation);
    return allocation;
  }
  for (const Share& share : shares_) {
    const Machine::Row row = machine.row(machine.row_of(share.node));
    const NodeClass& node_class = cluster_.class_of(NodeId{share.node});
    Amount take;
    take.cpus = share.cpus;
    take.memory = share.memory;
    if (test.demand->is_whole() && !(settings_.linear && test.demand->claim == Claim::shared_cores))
      take.gres = whole_gres(row, machine.cluster());
    else
      add_gres(*test.demand, node_class, share, row.free, take);
    const bool sees = rooms_.places != nullptr && !test.demand->is_whole();
    const bool has_gpus = std::any_of(test.demand->gres.begin(), test.demand->gres.end(),
                                      [](const GresDemand& wanted) { return wanted.name == "gpu"; });
    if (sees && has_gpus) count_devices(machine.cluster(), row.node_class, share.device_bits, take);
    std::uint64_t devices = sees ? share.device_bits : 0;
    if (test.purpose != Purpose::start)
      devices = 0;
    else if (devices == 0)
      devices = machine.cluster().choose_devices(NodeId{share.node}, take);
    append_node(allocation, cluster_, NodeId{share.node}, take, devices);
    if (machine.cores() != nullptr && test.purpose == Purpose::start) add_cores(allocation, share, *test.demand);
  }
  return allocation;
}

/// Neighbours that give the same are appended together.
void Fit::append_equals(Allocation& allocation) const {
  for (std::size_t first = 0, next = 0; first < shares_.size(); first = next) {
    const Share& share = shares_[first];
    const auto is_next = [&](const Share& other) {
      return other.node == share.node + (next - first) && other.cpus == share.cpus && other.memory == share.memory;
    };
    for (next = first + 1; next < shares_.size() && is_next(shares_[next]);) ++next;
    Amount take;
    take.cpus = share.cpus;
    take.memory = share.memory;
    append_nodes(allocation, cluster_, NodeId{share.node}, static_cast<std::uint32_t>(next - first), take, 0);
  }
}

}  // namespace sluice::cons_tres
