#include "simulator/model/cluster.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {
namespace {

constexpr std::size_t max_devices = 64;

std::uint64_t device_bits(std::size_t first, std::size_t count) {
  return (count == max_devices ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << first;
}

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

std::size_t NodeOfferHash::operator()(const NodeOffer& offer) const noexcept {
  std::uint64_t hash = offer.node_class.value;
  const auto add = [&hash](std::int64_t value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32;
  };
  add(offer.free.cpus);
  add(offer.free.memory);
  for (std::size_t k = 0; k < max_gres_kinds; ++k)
    if (offer.free.gres[k] != 0) add(offer.free.gres[k] + (static_cast<std::int64_t>(k) << 32U));
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
  for (std::size_t c = 0; c < spec.classes.size(); ++c) {
    auto& shared = shares_.emplace_back();
    const auto gpus = static_cast<std::int32_t>(gpus_of(spec.classes[c]));
    if (devices_[c].empty() || gpus == 0) continue;
    for (std::size_t k = 0; k < spec.classes[c].gres.size() && k < max_gres_kinds; ++k) {
      const auto& gres = spec.classes[c].gres[k];
      if (!is_gpu_share(gres.name)) continue;
      shared.push_back({k, static_cast<std::int32_t>(gres.count) / gpus});
      capacity_[c].gres[k] = shared.back().per_device;
      has_shared_gpus_ = true;
    }
  }
  shares_used_.resize(spec.nodes.size());
  shared_as_.resize(spec.nodes.size());
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
    if (shares_gpus(node_class)) {
      shares_used_[n].assign(devices, 0);
      shared_as_[n].assign(devices, 0);
    }
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
  ++version_;
  const Amount& free = closed_free_[node.index()];
  const std::uint32_t row = bucket_for(spec_->nodes[node.index()].node_class, free);
  buckets_[row].nodes.insert(node);
  ++buckets_[row].count;
  bucket_of_[node.index()] = row;
  count_node(node, free, 1);
}

void Cluster::close(NodeId node) {
  SLUICE_CHECK(is_open(node), "node {} is closed twice", spec_->nodes[node.index()].name);
  ++version_;
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
  // The node's share is not in the sums of open nodes: what it loses or gets is counted against those.
  const int direction = sign == Sign::plus ? 1 : -1;
  used_.cpus += direction * take.cpus;
  used_.memory += direction * take.memory;
  used_.gpus += direction * gpus_in(node, take);
}

std::uint64_t Cluster::devices_of(NodeClassId node_class, std::size_t kind) const {
  for (const auto& range : devices_[node_class.index()])
    if (range.kind == kind) return device_bits(range.first, range.count);
  return 0;
}

std::uint64_t Cluster::choose_devices(NodeId node, const Amount& take) const {
  std::uint64_t chosen = 0;
  for (const auto& range : devices_[spec_->nodes[node.index()].node_class.index()]) {
    std::uint64_t candidates = free_devices_[node.index()] & device_bits(range.first, range.count);
    for (std::int32_t i = 0; i < take.gres[range.kind] && candidates != 0; ++i, candidates &= candidates - 1)
      chosen |= candidates & (~candidates + 1);
  }
  if (const auto shared = shared_in(node, take)) {
    const std::int32_t wanted = take.gres[shared->kind];
    const auto& used = shares_used_[node.index()];
    std::optional<std::size_t> fresh;
    for (std::size_t d = 0; d < used.size(); ++d) {
      const bool is_free = (free_devices_[node.index()] >> d & 1) != 0;
      if (is_free && !fresh && wanted <= shared->per_device) fresh = d;
      if (used[d] > 0 && shared_as_[node.index()][d] == shared->kind && used[d] + wanted <= shared->per_device)
        return chosen | std::uint64_t{1} << d;
    }
    if (fresh) chosen |= std::uint64_t{1} << *fresh;
  }
  return chosen;
}

std::optional<Cluster::SharedKind> Cluster::shared_in(NodeId node, const Amount& take) const {
  for (const SharedKind& shared : shares_[spec_->nodes[node.index()].node_class.index()])
    if (take.gres[shared.kind] > 0) return shared;
  return std::nullopt;
}

/// GPUs that nobody uses, and of shares as many as one GPU has left; other GRES are 0.
Amount Cluster::free_gres(NodeId node) const {
  Amount free;
  const NodeClassId node_class = spec_->nodes[node.index()].node_class;
  if (!shares_gpus(node_class)) return free;
  const std::uint64_t devices = free_devices_[node.index()];
  for (const auto& range : devices_[node_class.index()])
    for (std::size_t d = range.first; d < range.first + range.count; ++d)
      free.gres[range.kind] += static_cast<std::int32_t>(devices >> d & 1);
  for (const SharedKind& shared : shares_[node_class.index()])
    for (std::size_t d = 0; d < shares_used_[node.index()].size(); ++d) {
      const std::int32_t used = shares_used_[node.index()][d];
      const bool is_whole = (devices >> d & 1) == 0 && used == 0;
      if (is_whole || (used > 0 && shared_as_[node.index()][d] != shared.kind)) continue;
      free.gres[shared.kind] = std::max(free.gres[shared.kind], shared.per_device - used);
    }
  return free;
}

std::uint32_t Cluster::bucket_for(NodeClassId node_class, const Amount& free) {
  const auto [found, is_new] = bucket_by_state_.try_emplace(NodeOffer{node_class, free}, 0U);
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
  bucket_by_state_.erase(NodeOffer{buckets_[row].node_class, buckets_[row].free});
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
  ++version_;
  if (bucket_of_.size() > 1) return move_nodes(allocation, sign);
  for (const NodeRun& run : allocation.runs) {
    const Amount& take = allocation.takes[run.take];
    if (is_open(NodeId{0}))
      move_only_node(take, sign);
    else
      move_closed(NodeId{0}, take, sign);
  }
}

/// What jobs are charged: of a core that they share, more than there is.
void Cluster::count_use(const Allocation& allocation, int direction) {
  used_.cpus += direction * allocation.cpus;
  used_.memory += direction * allocation.memory;
  used_.gpus += direction * allocation.gpus;
  if (bucket_of_.size() == 1) used_.nodes = used_.cpus > 0 ? 1 : 0;
}

void Cluster::count_in_partition(const Allocation& allocation, std::int32_t direction) {
  if (allocation.partition.index() >= partition_cpus_.size()) return;
  auto& cpus = partition_cpus_[allocation.partition.index()];
  if (cpus.empty()) return;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      cpus[n] += direction * allocation.takes[run.take].cpus;
}

/// Rows of allocations that jobs hold.
template <class Visit>
void Cluster::for_each_held(Visit visit) const {
  std::vector<bool> is_spare(allocations_.size());
  for (const auto row : spare_allocations_) is_spare[row] = true;
  for (std::uint32_t row = 0; row < allocations_.size(); ++row)
    if (!is_spare[row]) visit(row);
}

void Cluster::tell_cores_apart() {
  if (cores_) return;
  cores_.emplace(*spec_);
  for_each_held([this](std::uint32_t row) {
    cores_->assign(allocations_[row]);
    cores_->add(row, allocations_[row]);
  });
}

void Cluster::follow_partitions() {
  ++version_;
  if (cores_) cores_->follow_partitions(*spec_);
  std::vector<bool> is_new(spec_->partitions.size());
  for (std::size_t p = 0; p < is_new.size(); ++p) {
    auto& cpus = partition_cpus_[p];
    const bool counts = spec_->partitions[p].max_cpus_per_node.has_value();
    is_new[p] = counts && cpus.empty();
    if (is_new[p]) cpus.assign(spec_->nodes.size(), 0);
    if (!counts) cpus.clear();
  }
  for_each_held([&](std::uint32_t row) {
    if (is_new[allocations_[row].partition.index()]) count_in_partition(allocations_[row], 1);
  });
}

void Cluster::set_class(NodeId node, NodeClassId node_class, ClusterSpec& spec) {
  SLUICE_CHECK(&spec == spec_ && capacity(node_class) == capacity(spec.nodes[node.index()].node_class),
               "node {} becomes one of other hardware", spec.nodes[node.index()].name);
  const bool was_open = is_open(node), has_lost_nodes = has_lost_nodes_;
  if (was_open) close(node);
  spec.nodes[node.index()].node_class = node_class;
  if (was_open) open(node);
  has_lost_nodes_ = has_lost_nodes;
}

std::vector<Cluster::NodeUse> Cluster::uses(const Allocation& allocation) const {
  std::vector<NodeUse> all;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      all.push_back({cores_ ? cores_->busy(n) : 0, free_gres(NodeId{n})});
  return all;
}

/// What becomes of the free resources of the allocation's nodes: CPUs only of cores that nobody else is on, shares of GPUs
/// as they can be had from one.
Allocation Cluster::change(const Allocation& allocation, const std::vector<NodeUse>& before, What what) const {
  Allocation changed;
  std::size_t place = 0;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n, ++place) {
      Amount amount;
      if (what == What::everything) amount = allocation.takes[run.take];
      if (cores_) amount.cpus = std::abs(cores_->busy(n) - before[place].busy_cores) * cores_->threads(n);
      if (what == What::everything && shares_gpus(spec_->nodes[n].node_class)) {
        const Amount after = free_gres(NodeId{n});
        const auto& kinds = spec_->class_of(NodeId{n}).gres;
        for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
          if (kinds[k].name == "gpu" || is_gpu_share(kinds[k].name))
            amount.gres[k] = std::abs(after.gres[k] - before[place].free_gres.gres[k]);
      }
      append_node(changed, *spec_, NodeId{n}, amount, 0);
    }
  return changed;
}

/// The allocation of this row takes what is its own. A suspended job goes on where its nodes have closed since, too.
void Cluster::put(std::uint32_t row, What what) {
  const Allocation& allocation = allocations_[row];
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; what == What::everything && n < run.first + run.count; ++n)
      SLUICE_CHECK(is_open(NodeId{n}), "a job starts on {}, which is closed", spec_->nodes[n].name);
  if (takes_as_told()) {
    hold_devices(allocation);
    move(allocation, Sign::minus);
    return count_use(allocation, 1);
  }
  const auto before = uses(allocation);
  if (cores_) cores_->add(row, allocation);
  if (what == What::everything) hold_devices(allocation);
  move(change(allocation, before, what), Sign::minus);
  if (what == What::everything) count_use(allocation, 1);
}

void Cluster::take_out(std::uint32_t row, What what) {
  const Allocation& allocation = allocations_[row];
  if (takes_as_told()) {
    free_held_devices(allocation);
    move(allocation, Sign::plus);
    return count_use(allocation, -1);
  }
  const auto before = uses(allocation);
  if (cores_) cores_->remove(row, allocation);
  if (what == What::everything) free_held_devices(allocation);
  move(change(allocation, before, what), Sign::plus);
  if (what == What::everything) count_use(allocation, -1);
}

void Cluster::hold_devices(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs) {
    if (run.devices == 0) continue;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      const auto shared = shared_in(NodeId{n}, allocation.takes[run.take]);
      if (shared) {
        const auto device = static_cast<std::size_t>(std::countr_zero(run.devices));
        shares_used_[n][device] += allocation.takes[run.take].gres[shared->kind];
        shared_as_[n][device] = shared->kind;
        SLUICE_CHECK(shares_used_[n][device] <= shared->per_device, "a GPU of {} is over-shared", spec_->nodes[n].name);
      } else {
        SLUICE_CHECK((free_devices_[n] & run.devices) == run.devices, "a GPU of {} is held twice",
                     spec_->nodes[n].name);
      }
      free_devices_[n] &= ~run.devices;
    }
  }
}

void Cluster::free_held_devices(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs) {
    if (run.devices == 0) continue;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      if (const auto shared = shared_in(NodeId{n}, allocation.takes[run.take])) {
        auto& used = shares_used_[n][static_cast<std::size_t>(std::countr_zero(run.devices))];
        used -= allocation.takes[run.take].gres[shared->kind];
        if (used > 0) continue;
      }
      free_devices_[n] |= run.devices;
    }
  }
}

void Cluster::leave_cores(std::uint32_t row) {
  tell_cores_apart();
  take_out(row, What::cores_alone);
}

void Cluster::retake_cores(std::uint32_t row) { put(row, What::cores_alone); }

std::uint32_t Cluster::allocate(Allocation&& allocation) {
  if (spare_allocations_.empty()) {
    spare_allocations_.push_back(static_cast<std::uint32_t>(allocations_.size()));
    allocations_.emplace_back();
  }
  const std::uint32_t row = spare_allocations_.back();
  spare_allocations_.pop_back();
  allocations_[row] = std::move(allocation);
  if (cores_) cores_->assign(allocations_[row]);
  put(row, What::everything);
  count_in_partition(allocations_[row], 1);
  return row;
}

const Allocation& Cluster::release(std::uint32_t row) {
  const Allocation& allocation = allocations_[row];
  take_out(row, What::everything);
  count_in_partition(allocation, -1);
  spare_allocations_.push_back(row);
  return allocation;
}

void Cluster::shrink(std::uint32_t row, Parts&& parts) {
  const Allocation& gone = parts.given_back;
  SLUICE_CHECK(parts.kept.nodes > 0, "nothing is left of an allocation of {} nodes", gone.nodes);
  count_in_partition(gone, -1);
  if (takes_as_told()) {
    free_held_devices(gone);
    move(gone, Sign::plus);
  } else {
    const auto before = uses(gone);
    if (cores_) cores_->shrink(row, parts);
    free_held_devices(gone);
    move(change(gone, before, What::everything), Sign::plus);
  }
  count_use(gone, -1);
  allocations_[row] = std::move(parts.kept);
}

Allocation Cluster::recycled() {
  if (spare_allocations_.empty()) return {};
  Allocation allocation = std::move(allocations_[spare_allocations_.back()]);
  allocation.runs.clear();
  allocation.takes.clear();
  allocation.cores.clear();
  allocation.claim = Claim::cores;
  allocation.nodes = allocation.cpus = allocation.memory = allocation.gpus = 0;
  return allocation;
}

void Cluster::fields(Archive& archive) {
  archive(buckets_, listed_, spare_buckets_, place_in_listed_, bucket_of_, closed_free_, free_devices_, partition_cpus_);
  archive(allocations_, spare_allocations_, total_, used_, used_on_closed_, has_lost_nodes_);
  archive(shares_used_, shared_as_);
  bool tells_cores_apart = cores_.has_value();
  archive(tells_cores_apart);
  if (archive.is_loading()) cores_.reset();
  if (tells_cores_apart && !cores_) cores_.emplace(*spec_);
  if (cores_) archive(*cores_);
  if (!archive.is_loading()) return;
  ++version_;
  bucket_by_state_.clear();
  if (bucket_of_.size() == 1) return;  // an only node changes its bucket in place
  for (const std::uint32_t row : listed_) bucket_by_state_[{buckets_[row].node_class, buckets_[row].free}] = row;
}

}  // namespace sluice
