#include "simulator/model/cluster.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {
namespace {

constexpr std::size_t max_devices = 64;

bool not_negative(const Amount& a) {
  bool fine = a.cpus >= 0 && a.memory >= 0;
  for (const auto count : a.gres) fine = fine && count >= 0;
  return fine;
}

std::int64_t gpus_of(const NodeClass& node_class) {
  std::int64_t total = 0;
  for (const auto& gres : node_class.gres) total += gres.name == "gpu" ? gres.count : 0;
  return total;
}

}  // namespace

std::size_t Cluster::StateHash::operator()(const StateKey& key) const noexcept {
  std::uint64_t hash = key.node_class.value;
  const auto add = [&hash](std::int64_t value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32;
  };
  add(key.free.cpus);
  add(key.free.memory);
  for (const auto count : key.free.gres) add(count);
  return static_cast<std::size_t>(hash);
}

Cluster::Cluster(const ClusterSpec& spec) : spec_{&spec} {
  for (const auto& node_class : spec.classes) {
    capacity_.push_back(capacity_of(node_class));
    auto& ranges = devices_.emplace_back();
    std::size_t first = 0;
    if (gpus_of(node_class) <= static_cast<std::int64_t>(max_devices))
      for (std::size_t k = 0; k < node_class.gres.size(); ++k)
        if (node_class.gres[k].name == "gpu") {
          const auto count = static_cast<std::size_t>(node_class.gres[k].count);
          ranges.push_back({k, first, count});
          first += count;
        }
  }
  partition_cpus_.resize(spec.partitions.size());
  for (std::size_t p = 0; p < spec.partitions.size(); ++p)
    if (spec.partitions[p].max_cpus_per_node) partition_cpus_[p].assign(spec.nodes.size(), 0);
  bucket_of_.assign(spec.nodes.size(), no_bucket);
  free_devices_.assign(spec.nodes.size(), 0);
  closed_free_.resize(spec.nodes.size());
  for (std::uint32_t n = 0; n < spec.nodes.size(); ++n) {
    const NodeClassId node_class = spec.nodes[n].node_class;
    closed_free_[n] = capacity_[node_class.index()];
    std::size_t devices = 0;
    for (const auto& range : devices_[node_class.index()]) devices += range.count;
    free_devices_[n] = devices == max_devices ? ~std::uint64_t{0} : (std::uint64_t{1} << devices) - 1;
    if (spec.nodes[n].state == NodeState::up) open(NodeId{n});
  }
}

/// Takes a node with these free resources into the sums, or out of them.
void Cluster::count_node(NodeId node, const Amount& free, int direction) {
  const NodeClassId node_class = spec_->nodes[node.index()].node_class;
  const NodeClass& what = spec_->classes[node_class.index()];
  const Amount& all = capacity_[node_class.index()];
  total_.cpus += direction * all.cpus;
  total_.memory += direction * all.memory;
  total_.gpus += direction * gpus_of(what);
  total_.nodes += direction;
  add_busy(used_, node, free, direction);
  add_busy(used_on_closed_, node, free, -direction);
}

/// What is not free of the node.
void Cluster::add_busy(ClusterTotals& sums, NodeId node, const Amount& free, int direction) const {
  const Amount& all = capacity_[spec_->nodes[node.index()].node_class.index()];
  if (free == all) return;
  const Amount busy = combine(all, Sign::minus, free);
  sums.cpus += direction * busy.cpus;
  sums.memory += direction * busy.memory;
  sums.gpus += direction * gpus_in(node, busy);
  sums.nodes += direction;
}

std::int64_t Cluster::gpus_in(NodeId node, const Amount& amount) const {
  const auto& kinds = spec_->class_of(node).gres;
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k) sum += kinds[k].name == "gpu" ? amount.gres[k] : 0;
  return sum;
}

void Cluster::open(NodeId node) {
  SLUICE_CHECK(!is_open(node), "node {} is opened twice", spec_->nodes[node.index()].name);
  const Amount& free = closed_free_[node.index()];
  const std::uint32_t row = bucket_for(spec_->nodes[node.index()].node_class, free);
  buckets_[row].nodes.insert(node);
  ++buckets_[row].count;
  bucket_of_[node.index()] = row;
  count_node(node, free, 1);
}

void Cluster::close(NodeId node) {
  SLUICE_CHECK(is_open(node), "node {} is closed twice", spec_->nodes[node.index()].name);
  const std::uint32_t row = std::exchange(bucket_of_[node.index()], no_bucket);
  has_lost_nodes_ = true;
  closed_free_[node.index()] = buckets_[row].free;
  count_node(node, buckets_[row].free, -1);
  buckets_[row].nodes.erase(node);
  if (bucket_of_.size() == 1) bucket_by_state_.clear();  // an only node changes its bucket in place
  if (--buckets_[row].count == 0) unlist(row);
}

void Cluster::move_closed(NodeId node, const Amount& take, Sign sign) {
  Amount& free = closed_free_[node.index()];
  add_busy(used_on_closed_, node, free, -1);
  free = combine(free, sign, take);
  add_busy(used_on_closed_, node, free, 1);
  SLUICE_CHECK(not_negative(free), "node {} is over-allocated", spec_->nodes[node.index()].name);
  used_.cpus += take.cpus;  // was not in the sums, but the whole allocation is about to be taken out
  used_.memory += take.memory;
  used_.gpus += gpus_in(node, take);
}

std::uint64_t Cluster::choose_devices(NodeId node, const Amount& take) const {
  std::uint64_t chosen = 0;
  for (const auto& range : devices_[spec_->nodes[node.index()].node_class.index()]) {
    const std::uint64_t mask =
        (range.count == max_devices ? ~std::uint64_t{0} : (std::uint64_t{1} << range.count) - 1) << range.first;
    std::uint64_t candidates = free_devices_[node.index()] & mask;
    for (std::int32_t i = 0; i < take.gres[range.kind] && candidates != 0; ++i, candidates &= candidates - 1)
      chosen |= candidates & (~candidates + 1);
  }
  return chosen;
}

std::uint32_t Cluster::bucket_for(NodeClassId node_class, const Amount& free) {
  const auto [found, is_new] = bucket_by_state_.try_emplace(StateKey{node_class, free}, 0U);
  if (!is_new) return found->second;
  if (spare_buckets_.empty()) {
    spare_buckets_.push_back(static_cast<std::uint32_t>(buckets_.size()));
    buckets_.push_back({{}, {}, 0, NodeSet{bucket_of_.size()}});
    place_in_listed_.push_back(0);
  }
  const std::uint32_t row = spare_buckets_.back();
  spare_buckets_.pop_back();
  found->second = row;
  buckets_[row].node_class = node_class;
  buckets_[row].free = free;
  place_in_listed_[row] = static_cast<std::uint32_t>(listed_.size());
  listed_.push_back(row);
  return row;
}

void Cluster::unlist(std::uint32_t row) {
  bucket_by_state_.erase(StateKey{buckets_[row].node_class, buckets_[row].free});
  const std::uint32_t place = place_in_listed_[row];
  listed_[place] = listed_.back();
  place_in_listed_[listed_[place]] = place;
  listed_.pop_back();
  spare_buckets_.push_back(row);
}

void Cluster::move_only_node(const Amount& take, Sign sign) {
  Bucket& only = buckets_[bucket_of_.front()];
  only.free = combine(only.free, sign, take);
  SLUICE_CHECK(not_negative(only.free), "node {} is over-allocated", spec_->nodes.front().name);
}

void Cluster::move_stretch(NodeId first, std::uint32_t count, std::uint32_t from, std::uint32_t to) {
  buckets_[from].nodes.erase(first, count);
  buckets_[to].nodes.insert(first, count);
  buckets_[from].count -= count;
  buckets_[to].count += count;
  std::fill_n(bucket_of_.begin() + first.value, count, to);
  const Amount& all = capacity_[buckets_[to].node_class.index()];
  if (buckets_[from].free == all) used_.nodes += count;
  if (buckets_[to].free == all) used_.nodes -= count;
}

/// Stretches of nodes that leave one bucket for another move together; the bucket to go to is looked up once for as
/// long as bucket and take stay the same.
void Cluster::move_nodes(const Allocation& allocation, Sign sign) {
  std::uint32_t from = no_bucket, to = no_bucket, take = 0;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first, count = 0; n < run.first + run.count; n += count) {
      if (from == no_bucket || bucket_of_[n] != from || run.take != take) {
        from = bucket_of_[n];
        take = run.take;
        if (from == no_bucket) {
          SLUICE_CHECK(sign == Sign::plus, "a job starts on {}, which is closed", spec_->nodes[n].name);
          move_closed(NodeId{n}, allocation.takes[take], sign);
          count = 1;
          continue;
        }
        const Amount free = combine(buckets_[from].free, sign, allocation.takes[take]);
        SLUICE_CHECK(not_negative(free), "node {} is over-allocated", spec_->nodes[n].name);
        to = bucket_for(buckets_[from].node_class, free);
      }
      count = std::min(run.first + run.count - n, buckets_[from].nodes.stretch(NodeId{n}));
      if (to == from) continue;
      move_stretch(NodeId{n}, count, from, to);
      if (buckets_[from].count > 0) continue;
      unlist(from);
      from = no_bucket;
    }
}

void Cluster::move(const Allocation& allocation, Sign sign) {
  if (bucket_of_.size() > 1) return move_nodes(allocation, sign);
  for (const NodeRun& run : allocation.runs) {
    const Amount& take = allocation.takes[run.take];
    if (is_open(NodeId{0}))
      move_only_node(take, sign);
    else
      move_closed(NodeId{0}, take, sign);
  }
}

void Cluster::count_use(const Allocation& allocation, int direction) {
  count_in_partition(allocation, direction);
  used_.cpus += direction * allocation.cpus;
  used_.memory += direction * allocation.memory;
  used_.gpus += direction * allocation.gpus;
}

void Cluster::count_in_partition(const Allocation& allocation, std::int32_t direction) {
  if (allocation.partition.index() >= partition_cpus_.size()) return;
  auto& cpus = partition_cpus_[allocation.partition.index()];
  if (cpus.empty()) return;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      cpus[n] += direction * allocation.takes[run.take].cpus;
}

std::uint32_t Cluster::allocate(Allocation&& allocation) {
  move(allocation, Sign::minus);
  for (const NodeRun& run : allocation.runs) {
    if (run.devices == 0) continue;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      SLUICE_CHECK((free_devices_[n] & run.devices) == run.devices, "a GPU of {} is held twice", spec_->nodes[n].name);
      free_devices_[n] &= ~run.devices;
    }
  }
  count_use(allocation, 1);
  if (bucket_of_.size() == 1) used_.nodes = used_.cpus > 0 ? 1 : 0;
  if (spare_allocations_.empty()) {
    allocations_.push_back(std::move(allocation));
    return static_cast<std::uint32_t>(allocations_.size() - 1);
  }
  const std::uint32_t row = spare_allocations_.back();
  spare_allocations_.pop_back();
  allocations_[row] = std::move(allocation);
  return row;
}

const Allocation& Cluster::release(std::uint32_t row) {
  const Allocation& allocation = allocations_[row];
  move(allocation, Sign::plus);
  for (const NodeRun& run : allocation.runs) {
    if (run.devices == 0) continue;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) free_devices_[n] |= run.devices;
  }
  count_use(allocation, -1);
  if (bucket_of_.size() == 1) used_.nodes = used_.cpus > 0 ? 1 : 0;
  spare_allocations_.push_back(row);
  return allocation;
}

Allocation Cluster::recycled() {
  if (spare_allocations_.empty()) return {};
  Allocation allocation = std::move(allocations_[spare_allocations_.back()]);
  allocation.runs.clear();
  allocation.takes.clear();
  allocation.nodes = allocation.cpus = allocation.memory = allocation.gpus = 0;
  return allocation;
}

void Cluster::fields(Archive& archive) {
  archive(buckets_, listed_, spare_buckets_, place_in_listed_, bucket_of_, closed_free_, free_devices_, partition_cpus_);
  archive(allocations_, spare_allocations_, total_, used_, used_on_closed_, has_lost_nodes_);
  if (!archive.is_loading()) return;
  bucket_by_state_.clear();
  if (bucket_of_.size() == 1) return;  // an only node changes its bucket in place
  for (const std::uint32_t row : listed_) bucket_by_state_[{buckets_[row].node_class, buckets_[row].free}] = row;
}

}  // namespace sluice
