#include "simulator/model/core_map.hpp"

#include <algorithm>
#include <utility>

namespace sluice {
namespace {

/// Calls `visit(node, bits)` for each node of the job.
template <class Visit>
void for_each_node(const std::vector<NodeRun>& runs, std::span<const std::uint64_t> bits, std::size_t words,
                   Visit visit) {
  std::size_t place = 0;
  for (const NodeRun& run : runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n, place += words)
      visit(n, bits.subspan(place, words));
}

std::int32_t cores_of(const NodeClass& node) {
  return static_cast<std::int32_t>(std::max<std::int64_t>(1, node.sockets) *
                                   std::max<std::int64_t>(1, node.cores_per_socket));
}

/// The fullest first. slurmctld's own sort is no stable one; what it does with equals is copied.
void sort_rows(std::vector<CoreMap::Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = i + 1; j < rows.size(); ++j)
      if (rows[j].count > rows[i].count) std::swap(rows[i], rows[j]);
}

void put(CoreMap::Row& row, const CoreMap::Job& job) {
  job.cores->add_to(row.cores);
  row.count += job.cores->count();
  row.jobs.push_back(job);
}

CoreMap::Row* first_fit(std::vector<CoreMap::Row>& rows, const JobCores& cores) {
  for (auto& row : rows)
    if (row.jobs.empty() || !cores.overlap(row.cores)) return &row;
  return nullptr;
}

}  // namespace

bool JobCores::overlap(const CoreSet& set) const {
  bool found = false;
  for_each_node(runs, bits, set.words(), [&](std::uint32_t node, std::span<const std::uint64_t> own) {
    const auto others = set.of(node);
    for (std::size_t w = 0; w < own.size(); ++w) found = found || (own[w] & others[w]) != 0;
  });
  return found;
}

void JobCores::add_to(CoreSet& set) const {
  for_each_node(runs, bits, set.words(), [&](std::uint32_t node, std::span<const std::uint64_t> own) {
    for (std::size_t w = 0; w < own.size(); ++w) set.of(node)[w] |= own[w];
  });
}

void JobCores::remove_from(CoreSet& set) const {
  for_each_node(runs, bits, set.words(), [&](std::uint32_t node, std::span<const std::uint64_t> own) {
    for (std::size_t w = 0; w < own.size(); ++w) set.of(node)[w] &= ~own[w];
  });
}

std::int64_t JobCores::count() const {
  std::int64_t sum = 0;
  for (const auto word : bits) sum += std::popcount(word);
  return sum;
}

CoreMap::CoreMap(const ClusterSpec& spec) {
  std::int32_t most = 1;
  for (const auto& node_class : spec.classes) most = std::max(most, cores_of(node_class));
  const std::size_t words = (static_cast<std::size_t>(most) + 63) / 64;
  all_ = busy_ = CoreSet{spec.nodes.size(), words};
  for (std::uint32_t n = 0; n < spec.nodes.size(); ++n) {
    const NodeClass& node_class = spec.class_of(NodeId{n});
    const std::int32_t cores = cores_of(node_class);
    threads_.push_back(std::max(1, static_cast<std::int32_t>(node_class.cpus) / cores));
    for (std::int32_t c = 0; c < cores; ++c) all_.of(n)[static_cast<std::size_t>(c) / 64] |= std::uint64_t{1} << (c % 64);
  }
  has_extra_rows_ = spec.preempt.type == "preempt/qos";
  follow_partitions(spec);
  rows_.resize(spec.partitions.size());
  own_.assign(spec.nodes.size(), 0);
  whole_.assign(spec.nodes.size(), 0);
}

void CoreMap::follow_partitions(const ClusterSpec& spec) {
  most_rows_.clear();
  order_.clear();
  for (std::uint32_t p = 0; p < spec.partitions.size(); ++p) {
    const OverSubscribe& share = spec.partitions[p].over_subscribe;
    const bool shares = share.mode == OverSubscribe::Mode::yes || share.mode == OverSubscribe::Mode::force;
    const std::int64_t jobs = shares ? std::max<std::int64_t>(1, share.jobs) : 1;
    most_rows_.push_back(static_cast<std::size_t>(jobs) + (has_extra_rows_ ? 1 : 0));
    order_.push_back(PartitionId{p});
  }
  std::stable_sort(order_.begin(), order_.end(), [&](PartitionId a, PartitionId b) {
    return spec.partitions[a.index()].priority_tier > spec.partitions[b.index()].priority_tier;
  });
}

void CoreMap::assign(Allocation& allocation) const {
  if (!allocation.cores.empty()) return;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      std::vector<std::uint64_t> own(words());
      std::int32_t missing = (allocation.takes[run.take].cpus + threads_[n] - 1) / threads_[n];
      const auto take = [&](bool busy) {
        for (std::size_t w = 0; w < own.size(); ++w) {
          std::uint64_t left = all_.of(n)[w] & ~own[w] & (busy ? ~std::uint64_t{0} : ~busy_.of(n)[w]);
          for (; left != 0 && missing > 0; left &= left - 1, --missing) own[w] |= left & (~left + 1);
        }
      };
      take(false);
      take(true);
      allocation.cores.insert(allocation.cores.end(), own.begin(), own.end());
    }
}

void CoreMap::count_claims(const JobCores& cores, Claim claim, int direction) {
  if (claim == Claim::shared_cores) return;
  auto& counts = claim == Claim::cores ? own_ : whole_;
  for (const NodeRun& run : cores.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) counts[n] += direction;
}

std::uint64_t CoreMap::first_core(const Allocation& allocation) const {
  if (allocation.runs.empty()) return 0;
  std::uint64_t core = 0;
  while (core < allocation.cores.size() * 64 && (allocation.cores[core / 64] >> (core % 64) & 1) == 0) ++core;
  return allocation.runs.front().first * words() * 64 + core;
}

void CoreMap::add(std::uint32_t row, const Allocation& allocation) {
  Job job{row, first_core(allocation), allocation.claim,
          std::make_shared<JobCores>(JobCores{allocation.runs, allocation.cores})};
  auto& rows = rows_[allocation.partition.index()];
  while (rows.size() < most_rows(allocation.partition)) rows.push_back({CoreSet{threads_.size(), words()}, 0, {}});
  if (rows.size() > 1 && !has_extra_rows_) sort_rows(rows);
  Row* const place = first_fit(rows, *job.cores);
  if (place == nullptr) return;
  put(*place, job);
  count_claims(*job.cores, job.claim, 1);
  job.cores->add_to(busy_);
}

void CoreMap::remove(std::uint32_t row, const Allocation& allocation) {
  for (Row& one : rows_[allocation.partition.index()]) {
    const auto found = std::find_if(one.jobs.begin(), one.jobs.end(), [&](const Job& job) { return job.allocation == row; });
    if (found == one.jobs.end()) continue;
    const Job job = *found;
    one.jobs.erase(found);
    job.cores->remove_from(one.cores);
    one.count -= job.cores->count();
    count_claims(*job.cores, job.claim, -1);
    if (most_rows(allocation.partition) > 1) repack(allocation.partition);
    return recount(*job.cores);
  }
}

void CoreMap::shrink(std::uint32_t row, const Parts& parts) {
  const PartitionId partition = parts.kept.partition;
  const JobCores gone{parts.given_back.runs, parts.given_back.cores};
  for (Row& one : rows_[partition.index()]) {
    const auto found = std::find_if(one.jobs.begin(), one.jobs.end(), [&](const Job& job) { return job.allocation == row; });
    if (found == one.jobs.end()) continue;
    found->first = first_core(parts.kept);
    found->cores = std::make_shared<JobCores>(JobCores{parts.kept.runs, parts.kept.cores});
    gone.remove_from(one.cores);
    one.count -= gone.count();
    count_claims(gone, found->claim, -1);
    if (most_rows(partition) > 1) repack(partition);
    return recount(gone);
  }
}

/// By first core, the smaller jobs first, lays them into as few rows as this finds; if one is left over, all stay as they were.
void CoreMap::repack(PartitionId partition) {
  auto& rows = rows_[partition.index()];
  std::vector<Job> jobs;
  for (const Row& row : rows) jobs.insert(jobs.end(), row.jobs.begin(), row.jobs.end());
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Job& a, const Job& b) { return std::pair{a.first, a.cores->count()} < std::pair{b.first, b.cores->count()}; });
  const std::vector<Row> before = rows;
  for (Row& row : rows) {
    row.cores.clear();
    row.count = 0;
    row.jobs.clear();
  }
  for (const Job& job : jobs) {
    Row* const place = first_fit(rows, *job.cores);
    if (place == nullptr) {
      rows = before;
      return;
    }
    put(*place, job);
    sort_rows(rows);
  }
}

/// Which cores of a job that has gone others are still on.
void CoreMap::recount(const JobCores& cores) {
  cores.remove_from(busy_);
  for (const NodeRun& run : cores.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      for (const auto& rows : rows_)
        for (const Row& row : rows)
          for (std::size_t w = 0; w < words(); ++w) busy_.of(n)[w] |= row.cores.of(n)[w];
}

bool CoreMap::is_busy(std::uint32_t node, PartitionId partition, bool sharing_only, ExtraRow extra) const {
  for (const PartitionId p : order_) {
    const std::size_t unused = has_extra_rows_ && extra == ExtraRow::left_out ? 1 : 0;
    const std::size_t most = most_rows(p) - unused;
    if (sharing_only && (most < 2 || p == partition)) continue;
    const auto& rows = rows_[p.index()];
    for (std::size_t r = 0; r < std::min(most, rows.size()); ++r)
      if (rows[r].cores.count(node) > 0) return true;
  }
  return false;
}

bool CoreMap::admits(std::uint32_t node, Claim claim, PartitionId partition, ExtraRow extra) const {
  if (whole_[node] > 0) return false;
  if (claim == Claim::nodes) return own_[node] == 0 && !is_busy(node, partition, false, extra);
  if (claim == Claim::shared_cores) return own_[node] == 0;
  return !is_busy(node, partition, true, extra);
}

}  // namespace sluice
