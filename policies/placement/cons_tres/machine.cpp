#include "policies/placement/cons_tres/machine.hpp"

#include <algorithm>
#include <bit>

namespace sluice::cons_tres {

void Machine::look_at(const Cluster& cluster, PartitionId partition) {
  cluster_ = &cluster;
  row_of_ = cluster.bucket_rows().data();
  base_ = static_cast<std::uint32_t>(cluster.bucket_slots());
  rows_.clear();
  devices_.clear();
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
  devices_.clear();
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
  if (cores_ != nullptr || cluster.shares_gpus()) imagine_devices();
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
  devices_ = other.devices_;
}

void Machine::imagine_devices() {
  devices_.resize(imagined_.size());
  for (std::uint32_t n = 0; n < imagined_.size(); ++n) {
    const NodeId node{n};
    const auto shares = cluster_->shares_in_use(node);
    devices_[n] = {~cluster_->free_devices(node), {shares.begin(), shares.end()}};
    for (std::size_t d = 0; d < shares.size(); ++d)
      if (shares[d] > 0) devices_[n].held &= ~(std::uint64_t{1} << d);
    if (shares.empty() || imagined_[n] == no_row) continue;
    Row as_counted = row(imagined_[n]);
    count_devices(n, as_counted);
    if (as_counted.free != row(imagined_[n]).free) imagined_[n] = add_row(as_counted);
  }
}

std::int32_t Machine::free_shares(std::uint32_t node, std::size_t kind, std::size_t device) const {
  const auto used = devices_.empty() ? cluster_->shares_in_use(NodeId{node}) : std::span{devices_[node].shares};
  const Amount& all = cluster_->capacity(cluster_->spec().nodes[node].node_class);
  if (used[device] > 0) return cluster_->shared_as(NodeId{node}, device) == kind ? all.gres[kind] - used[device] : 0;
  return devices_.empty() && (cluster_->free_devices(NodeId{node}) >> device & 1) == 0 ? 0 : all.gres[kind];
}

void Machine::leave_devices(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs) {
    if (run.devices == 0) continue;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      Devices& here = devices_[n];
      const auto& kinds = cluster_->spec().class_of(NodeId{n}).gres;
      bool is_share = false;
      for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds && !here.shares.empty(); ++k) {
        const std::int32_t taken = allocation.takes[run.take].gres[k];
        if (taken == 0 || !is_gpu_share(kinds[k].name)) continue;
        is_share = true;
        here.shares[static_cast<std::size_t>(std::countr_zero(run.devices))] -= taken;
      }
      if (!is_share) here.held &= ~run.devices;
    }
  }
}

/// Free devices of a node whose GPUs can be shared, as many shares of each kind as one of them has left.
void Machine::count_devices(std::uint32_t node, Row& row) const {
  const auto& kinds = cluster_->spec().classes[row.node_class.index()].gres;
  for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k) {
    if (kinds[k].name == "gpu")
      row.free.gres[k] = std::popcount(cluster_->devices_of(row.node_class, k) & free_gpus(node));
    if (!is_gpu_share(kinds[k].name)) continue;
    row.free.gres[k] = 0;
    for (std::size_t d = 0; d < devices_[node].shares.size(); ++d)
      row.free.gres[k] = std::max(row.free.gres[k], free_shares(node, k, d));
  }
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

std::uint32_t Machine::row_after(std::uint32_t from, const Amount& take, std::uint32_t node) {
  Row changed = after(row(from), take);
  if (cluster_->shares_gpus(changed.node_class) && !devices_.empty()) count_devices(node, changed);
  return add_row(changed);
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
