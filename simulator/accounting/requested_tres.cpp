#include "simulator/accounting/requested_tres.hpp"

#include <algorithm>
#include <string>

namespace sluice::accounting {
namespace {

void add_gres(TresRow& row, const TresTable& tres, const GresCount& gres, std::int64_t times) {
  const std::string name = "gres/" + gres.name;
  if (const auto id = tres.find(name)) row[id->index()] += gres.count * times;
  if (gres.type.empty()) return;
  if (const auto id = tres.find(name + ":" + gres.type)) row[id->index()] += gres.count * times;
}

std::int64_t tasks_of(const JobRequest& request) {
  if (request.ntasks) return *request.ntasks;
  return request.min_nodes.value_or(1) * request.ntasks_per_node.value_or(1);
}

std::int64_t total_of(const std::vector<GresCount>& list, std::int64_t times) {
  std::int64_t total = 0;
  for (const auto& gres : list) total += gres.name == "gpu" ? gres.count * times : 0;
  return total;
}

std::int64_t gpus_of(const JobRequest& request) {
  const std::int64_t total = total_of(request.gpus, 1);
  if (total > 0) return total;
  return std::max(total_of(request.gres_per_node, requested_size(request).nodes),
                  total_of(request.gpus_per_task, tasks_of(request)));
}

/// The first that is there, of the partition's and the cluster's defaults.
template <class Field>
auto default_of(const PartitionSpec& partition, const ClusterSpec& cluster, Field field) {
  return partition.defaults.*field ? partition.defaults.*field : cluster.job_defaults.*field;
}

std::int64_t memory_of(const JobRequest& request, const PartitionSpec& partition, const ClusterSpec& cluster) {
  const RequestedSize size = requested_size(request);
  if (request.mem_per_node) return request.mem_per_node->value * size.nodes;
  if (request.mem_per_cpu) return request.mem_per_cpu->value * size.cpus;
  if (request.mem_per_gpu) return request.mem_per_gpu->value * gpus_of(request);
  const std::int64_t gpus = gpus_of(request);
  if (const auto each = default_of(partition, cluster, &JobDefaults::mem_per_gpu); each && gpus > 0)
    return each->value * gpus;
  if (const auto each = default_of(partition, cluster, &JobDefaults::mem_per_cpu)) return each->value * size.cpus;
  if (const auto each = default_of(partition, cluster, &JobDefaults::mem_per_node)) return each->value * size.nodes;
  return 0;
}

}  // namespace

RequestedSize requested_size(const JobRequest& request) {
  RequestedSize size;
  size.cpus = tasks_of(request) * request.cpus_per_task.value_or(1);
  if (request.min_nodes)
    size.nodes = *request.min_nodes;
  else if (request.ntasks && request.ntasks_per_node)
    size.nodes = (*request.ntasks + *request.ntasks_per_node - 1) / *request.ntasks_per_node;
  size.cpus = std::max(size.cpus, size.nodes);
  return size;
}

TresRow requested_tres(const JobRequest& request, const PartitionSpec& partition, const ClusterSpec& cluster,
                       const TresTable& tres) {
  TresRow row(tres.size(), 0);
  const RequestedSize size = requested_size(request);
  row[TresTable::cpu.index()] = size.cpus;
  row[TresTable::node.index()] = size.nodes;
  row[TresTable::mem.index()] = memory_of(request, partition, cluster);
  for (const auto& gres : request.gpus) add_gres(row, tres, gres, 1);
  for (const auto& gres : request.gres_per_node) add_gres(row, tres, gres, size.nodes);
  for (const auto& gres : request.gpus_per_task) add_gres(row, tres, gres, tasks_of(request));
  return row;
}

TresRow partition_tres(const PartitionSpec& partition, const ClusterSpec& cluster, const TresTable& tres) {
  TresRow row(tres.size(), 0);
  for (const NodeId node : partition.nodes) {
    const NodeClass& kind = cluster.class_of(node);
    row[TresTable::cpu.index()] += kind.cpus;
    row[TresTable::mem.index()] += kind.real_memory.value;
    row[TresTable::node.index()] += 1;
    for (const auto& gres : kind.gres) add_gres(row, tres, gres, 1);
  }
  for (const auto& [name, count] : cluster.licenses)
    if (const auto id = tres.find("license/" + name)) row[id->index()] = count;
  return row;
}

}  // namespace sluice::accounting
