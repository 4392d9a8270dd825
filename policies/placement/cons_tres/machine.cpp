#include "policies/placement/cons_tres/machine.hpp"

#include <algorithm>

namespace sluice::cons_tres {

void Machine::look_at(const Cluster& cluster, PartitionId partition) {
  cluster_ = &cluster;
  row_of_ = cluster.bucket_rows().data();
  base_ = static_cast<std::uint32_t>(cluster.bucket_slots());
  rows_.clear();
  more_ = &rows_;
  buckets_.clear();
  if (cluster.listed().size() <= most_layers)
    for (const std::uint32_t row : cluster.listed()) buckets_.push_back({row, &cluster.bucket(row).nodes});
  layers_ = buckets_;
  partition_ = partition;
  const auto& cpus = cluster.partition_cpus(partition);
  partition_cpus_ = cpus.empty() ? nullptr : &cpus;
  cores_ = cluster.core_map();
}

void Machine::show(const Cluster& cluster, PartitionId partition, const std::vector<std::uint32_t>& row_of,
                   const std::vector<Row>& more, std::span<const Layer> layers) {
  cluster_ = &cluster;
  row_of_ = row_of.data();
  base_ = static_cast<std::uint32_t>(cluster.bucket_slots());
  more_ = &more;
  layers_ = layers;
  partition_ = partition;
  partition_cpus_ = nullptr;
  cores_ = nullptr;
}

void Machine::imagine(const Cluster& cluster, PartitionId partition) {
  look_at(cluster, partition);
  layers_ = {};
  imagined_ = cluster.bucket_rows();
  row_of_ = imagined_.data();
  if (cores_ != nullptr) {
    imagined_cores_ = *cores_;
    cores_ = &*imagined_cores_;
  }
  if (partition_cpus_ == nullptr) return;
  imagined_cpus_ = *partition_cpus_;
  partition_cpus_ = &imagined_cpus_;
}

void Machine::copy(const Machine& other) {
  cluster_ = other.cluster_;
  imagined_.assign(other.row_of_, other.row_of_ + cluster_->node_count());
  row_of_ = imagined_.data();
  base_ = other.base_;
  rows_ = *other.more_;
  more_ = &rows_;
  layers_ = {};
  partition_ = other.partition_;
  partition_cpus_ = other.partition_cpus_;
  cores_ = other.cores_;
}

/// Where jobs share cores, CPUs come free of those cores that nobody else is on.
Allocation Machine::part_left(std::uint32_t allocation_row, Leaves what) {
  const Allocation& held = cluster_->allocation(allocation_row);
  std::vector<std::int32_t> before;
  const auto for_each_node = [&](const auto& visit) {
    for (const NodeRun& run : held.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) visit(n, held.takes[run.take]);
  };
  if (cores_ != nullptr) {
    for_each_node([&](std::uint32_t n, const Amount&) { before.push_back(cores_->busy(n)); });
    imagined_cores_->remove(allocation_row, held);
  }
  Allocation left;
  left.partition = held.partition;
  std::size_t place = 0;
  for_each_node([&](std::uint32_t n, const Amount& take) {
    Amount amount = take;
    if (what == Leaves::cores) {
      amount.memory = 0;
      amount.gres = {};
    }
    if (cores_ != nullptr) amount.cpus = (before[place++] - cores_->busy(n)) * cores_->threads(n);
    append_node(left, cluster_->spec(), NodeId{n}, amount, 0);
  });
  return left;
}

std::uint32_t Machine::row_after(std::uint32_t from, const Amount& take) {
  Row changed = row(from);
  changed.free = combine(changed.free, Sign::plus, take);
  if (cluster_->shares_gpus(changed.node_class)) share_gpus(changed, take);
  rows_.push_back(changed);
  return base_ + static_cast<std::uint32_t>(rows_.size() - 1);
}

/// Shares are counted of one GPU: a GPU that comes free has all of its own.
void Machine::share_gpus(Row& row, const Amount& take) const {
  const auto& kinds = cluster_->spec().classes[row.node_class.index()].gres;
  const Amount& all = cluster_->capacity(row.node_class);
  bool gpu = false;
  for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k) gpu = gpu || (kinds[k].name == "gpu" && take.gres[k] > 0);
  for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
    if (is_gpu_share(kinds[k].name))
      row.free.gres[k] = gpu ? all.gres[k] : std::min(row.free.gres[k], all.gres[k]);
}

void Machine::leave_partition(const Allocation& allocation) {
  if (partition_cpus_ == nullptr || allocation.partition != partition_) return;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      imagined_cpus_[n] -= allocation.takes[run.take].cpus;
}

bool Machine::is_idle(std::uint32_t node) const {
  const std::uint32_t index = row_of_[node];
  if (index == no_row) return false;
  const Row here = row(index);
  return here.free == cluster_->capacity(here.node_class);
}

}  // namespace sluice::cons_tres
