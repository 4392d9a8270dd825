#include "policies/placement/cons_tres/machine.hpp"

namespace sluice::cons_tres {

void Machine::look_at(const Cluster& cluster, PartitionId partition) {
  cluster_ = &cluster;
  row_of_ = cluster.bucket_rows().data();
  base_ = static_cast<std::uint32_t>(cluster.bucket_slots());
  rows_.clear();
  partition_ = partition;
  const auto& cpus = cluster.partition_cpus(partition);
  partition_cpus_ = cpus.empty() ? nullptr : &cpus;
}

void Machine::imagine(const Cluster& cluster, PartitionId partition) {
  look_at(cluster, partition);
  imagined_ = cluster.bucket_rows();
  row_of_ = imagined_.data();
  if (partition_cpus_ == nullptr) return;
  imagined_cpus_ = *partition_cpus_;
  partition_cpus_ = &imagined_cpus_;
}

std::uint32_t Machine::row_after(std::uint32_t from, const Amount& take) {
  Row changed = row(from);
  changed.free = combine(changed.free, Sign::plus, take);
  rows_.push_back(changed);
  return base_ + static_cast<std::uint32_t>(rows_.size() - 1);
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
