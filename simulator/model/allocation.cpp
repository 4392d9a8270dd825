#include "simulator/model/allocation.hpp"

#include <algorithm>

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {
namespace {

std::uint32_t row_of(Allocation& allocation, const Amount& take) {
  auto& takes = allocation.takes;
  if (!allocation.runs.empty() && takes[allocation.runs.back().take] == take) return allocation.runs.back().take;
  const auto known = std::find(takes.begin(), takes.end(), take);
  const auto row = static_cast<std::uint32_t>(known - takes.begin());
  if (known == takes.end()) takes.push_back(take);
  return row;
}

std::int64_t gpus_in(const Amount& take, const NodeClass& node_class) {
  std::int64_t gpus = 0;
  for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds; ++k)
    if (node_class.gres[k].name == "gpu") gpus += take.gres[k];
  return gpus;
}

}  // namespace

Amount combine(const Amount& a, Sign sign, const Amount& b) {
  const int factor = static_cast<int>(sign);
  Amount sum = a;
  sum.cpus += factor * b.cpus;
  sum.memory += factor * b.memory;
  for (std::size_t k = 0; k < max_gres_kinds; ++k) sum.gres[k] += factor * b.gres[k];
  return sum;
}

Amount times(const Amount& piece, std::int64_t n) {
  Amount product = piece;
  product.cpus = static_cast<std::int32_t>(piece.cpus * n);
  product.memory = piece.memory * n;
  for (auto& count : product.gres) count = static_cast<std::int32_t>(count * n);
  return product;
}

std::int64_t pieces_in(const Amount& free, const Amount& wanted, std::int64_t bound) {
  std::int64_t pieces = bound;
  if (wanted.cpus > 0) pieces = std::min<std::int64_t>(pieces, free.cpus / wanted.cpus);
  if (wanted.memory > 0) pieces = std::min(pieces, free.memory / wanted.memory);
  for (std::size_t k = 0; k < max_gres_kinds; ++k)
    if (wanted.gres[k] > 0) pieces = std::min<std::int64_t>(pieces, free.gres[k] / wanted.gres[k]);
  return pieces;
}

bool takes_gres(const Amount& amount) {
  return std::any_of(amount.gres.begin(), amount.gres.end(), [](auto count) { return count > 0; });
}

void mark_nodes(const Allocation& allocation, NodeSet& set) {
  for (const NodeRun& run : allocation.runs) set.insert(NodeId{run.first}, run.count);
}

void append_nodes(Allocation& allocation, const ClusterSpec& cluster, NodeId first, std::uint32_t count,
                  const Amount& take, std::uint64_t devices) {
  const std::uint32_t row = row_of(allocation, take);
  allocation.nodes += count;
  allocation.cpus += std::int64_t{take.cpus} * count;
  allocation.memory += take.memory * count;
  if (takes_gres(take)) allocation.gpus += gpus_in(take, cluster.class_of(first)) * count;
  NodeRun* const last = allocation.runs.empty() ? nullptr : &allocation.runs.back();
  if (last != nullptr && last->first + last->count == first.value && last->take == row && last->devices == devices) {
    last->count += count;
  } else {
    allocation.runs.push_back({first.value, count, row, devices});
  }
}

Parts without(const Allocation& allocation, const ClusterSpec& cluster, const NodeSet& gone) {
  Parts parts;
  for (Allocation* part : {&parts.kept, &parts.given_back}) {
    part->partition = allocation.partition;
    part->claim = allocation.claim;
  }
  const std::size_t words = allocation.nodes > 0 ? allocation.cores.size() / static_cast<std::size_t>(allocation.nodes) : 0;
  auto cores = allocation.cores.begin();
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      Allocation& part = gone.contains(NodeId{n}) ? parts.given_back : parts.kept;
      append_node(part, cluster, NodeId{n}, allocation.takes[run.take], run.devices);
      part.cores.insert(part.cores.end(), cores, cores + static_cast<std::ptrdiff_t>(words));
      cores += static_cast<std::ptrdiff_t>(words);
    }
  return parts;
}

void append_node(Allocation& allocation, const ClusterSpec& cluster, NodeId node, const Amount& take,
                 std::uint64_t devices) {
  append_nodes(allocation, cluster, node, 1, take, devices);
}

}  // namespace sluice
