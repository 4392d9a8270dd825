#pragma once
// Which cores are in use, and by how many jobs one above the other: only where jobs may share cores, or leave theirs to
// others while they are suspended. Everywhere else it is enough to count CPUs.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

/// A set of cores of all nodes of a cluster.
class CoreSet {
 public:
  CoreSet() = default;
  CoreSet(std::size_t nodes, std::size_t words) : bits_(nodes * words), words_{words} {}

  std::size_t words() const { return words_; }
  std::span<std::uint64_t> of(std::uint32_t node) { return {bits_.data() + node * words_, words_}; }
  std::span<const std::uint64_t> of(std::uint32_t node) const { return {bits_.data() + node * words_, words_}; }
  std::int32_t count(std::uint32_t node) const {
    std::int32_t sum = 0;
    for (const auto word : of(node)) sum += std::popcount(word);
    return sum;
  }
  friend void fields(Archive& archive, CoreSet& set) { archive(set.bits_, set.words_); }

  void clear() { std::fill(bits_.begin(), bits_.end(), 0); }
  /// All others, and bits of cores that there are not.
  CoreSet others() const {
    CoreSet rest = *this;
    for (auto& word : rest.bits_) word = ~word;
    return rest;
  }
  bool operator==(const CoreSet&) const = default;
  CoreSet& operator|=(const CoreSet& other) {
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
    return *this;
  }
  CoreSet& operator-=(const CoreSet& other) {
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] &= ~other.bits_[i];
    return *this;
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::size_t words_ = 0;
};

/// The cores of one job.
struct JobCores {
  std::vector<NodeRun> runs;
  std::vector<std::uint64_t> bits;  ///< as Allocation::cores

  bool overlap(const CoreSet& set) const;
  void add_to(CoreSet& set) const;
  void remove_from(CoreSet& set) const;
  std::int64_t count() const;
  friend void fields(Archive& archive, JobCores& cores) { all_fields<2>(archive, cores); }
};

/// The jobs of a partition lie in rows: those of one row have no core in common. A partition has as many rows as jobs may
/// share a core there, and one more where a job of a higher QOS may suspend others. A job that finds no row (one that was
/// resumed while others have its cores) is in none: its cores count as free.
/// Source: slurmctld's cons_common part_data.c and job_resources.c.
class CoreMap {
 public:
  struct Job {
    std::uint32_t allocation = 0;  ///< row of the Cluster
    std::uint64_t first = 0;       ///< what rows are packed by
    Claim claim = Claim::cores;
    std::shared_ptr<const JobCores> cores;
    friend void fields(Archive& archive, Job& job) {
      JobCores own = job.cores ? *job.cores : JobCores{};
      archive(job.allocation, job.first, job.claim, own);
      if (archive.is_loading()) job.cores = std::make_shared<JobCores>(std::move(own));
    }
  };
  struct Row {
    CoreSet cores;
    std::int64_t count = 0;
    std::vector<Job> jobs;
    friend void fields(Archive& archive, Row& row) { all_fields<3>(archive, row); }
  };

  explicit CoreMap(const ClusterSpec& spec);
  /// Partitions share cores otherwise than before, or have other tiers. Jobs stay in their rows.
  void follow_partitions(const ClusterSpec& spec);
  void fields(Archive& archive) { archive(busy_, rows_, own_, whole_); }

  std::size_t words() const { return all_.words(); }
  /// Every core there is.
  const CoreSet& all() const { return all_; }
  std::int32_t threads(std::uint32_t node) const { return threads_[node]; }
  /// Cores of the node that some job has a row for.
  std::int32_t busy(std::uint32_t node) const { return busy_.count(node); }
  const CoreSet& busy() const { return busy_; }

  /// Gives cores to an allocation that has none: free ones first, the lowest first.
  void assign(Allocation& allocation) const;
  void add(std::uint32_t row, const Allocation& allocation);
  /// No effect for a job that is in no row.
  void remove(std::uint32_t row, const Allocation& allocation);
  /// The job goes on with a part of its nodes. No effect for one that is in no row.
  void shrink(std::uint32_t row, const Parts& parts);

  /// Rows of the partition, the fullest first; none before its first job. An unused row may have jobs yet.
  const std::vector<Row>& rows(PartitionId partition) const { return rows_[partition.index()]; }
  std::size_t most_rows(PartitionId partition) const { return most_rows_[partition.index()]; }
  /// Partitions by PriorityTier, the highest first.
  const std::vector<PartitionId>& order() const { return order_; }

  enum class ExtraRow : std::uint8_t { left_out, counted };
  /// May a job of this claim and partition be on the node at all, beside those that are there?
  bool admits(std::uint32_t node, Claim claim, PartitionId partition, ExtraRow extra) const;

 private:
  bool is_busy(std::uint32_t node, PartitionId partition, bool sharing_only, ExtraRow extra) const;
  void repack(PartitionId partition);
  std::uint64_t first_core(const Allocation& allocation) const;
  void recount(const JobCores& cores);
  void count_claims(const JobCores& cores, Claim claim, int direction);

  CoreSet all_, busy_;
  std::vector<std::int32_t> threads_;           ///< by node
  std::vector<std::size_t> most_rows_;          ///< by partition
  std::vector<std::vector<Row>> rows_;          ///< by partition
  std::vector<PartitionId> order_;
  bool has_extra_rows_ = false;
  std::vector<std::int32_t> own_, whole_;       ///< by node: jobs that claim cores of their own, and whole nodes
};

}  // namespace sluice
