#pragma once
// The nodes' free resources, as they are or as they will be when some running jobs are gone.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/core_map.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::cons_tres {

/// The nodes of a row.
struct Layer {
  std::uint32_t row = 0;
  const NodeSet* nodes = nullptr;
};

/// Nodes of one class with equal free resources share a row, so that what such a node can offer is worked out once.
/// As they are, rows are the cluster's buckets and nothing is copied; imagine() costs a copy of one number a node,
/// remove() O(nodes of the job).
class Machine {
 public:
  using Row = NodeOffer;
  static constexpr std::uint32_t no_row = Cluster::no_bucket;
  /// With more rows than that nodes are looked at one by one.
  static constexpr std::size_t most_layers = 64;

  /// The cluster as it is, which must not change while this is in use. `partition`: whose jobs MaxCPUsPerNode is about.
  void look_at(const Cluster& cluster, PartitionId partition);
  /// A state that somebody else keeps: rows by node, those beyond the cluster's buckets, and the nodes of each row.
  void show(const Cluster& cluster, PartitionId partition, const std::vector<std::uint32_t>& row_of,
            const std::vector<Row>& more, std::span<const Layer> layers);
  /// A copy to remove jobs from.
  void imagine(const Cluster& cluster, PartitionId partition);
  /// A copy in which `cpus(node)` CPUs of each of these nodes are free.
  template <class FreeCpus>
  void imagine_cpus(const Machine& other, const NodeSet& nodes, FreeCpus cpus) {
    copy(other);
    std::map<std::pair<std::uint32_t, std::int32_t>, std::uint32_t> known;
    nodes.for_each([&](NodeId node) {
      const std::uint32_t from = imagined_[node.index()];
      if (from == no_row) return;
      const auto [found, is_new] = known.try_emplace({from, cpus(node.value)}, from);
      if (is_new && row(from).free.cpus != found->first.second) {
        Amount more;
        more.cpus = found->first.second - row(from).free.cpus;
        found->second = add_row(after(row(from), more));
      }
      imagined_[node.index()] = found->second;
    });
  }

  /// What a job leaves: all it has, or, when it is suspended, its cores.
  enum class Leaves : std::uint8_t { everything, cores };
  /// `row`: of the cluster's allocations.
  void remove(std::uint32_t row, Leaves what) {
    remove(row, what, [](std::uint32_t, std::uint32_t, std::uint32_t) {});
  }
  /// `moved` is told each node, the row it left and the row it is in now.
  template <class Moved>
  void remove(std::uint32_t allocation_row, Leaves what, Moved moved) {
    if (what == Leaves::everything && !devices_.empty()) leave_devices(cluster_->allocation(allocation_row));
    if (cores_ == nullptr && what == Leaves::everything) return remove(cluster_->allocation(allocation_row), moved);
    remove(part_left(allocation_row, what), moved);
  }

  /// Null where cores are not told apart.
  const CoreMap* cores() const { return cores_; }

  /// GPUs of the node that may be given whole, and shares of this kind that one of them has left. As they are, a GPU is
  /// given whole or in shares; as they will be, the one does not look at the other. Source: slurmctld's gres.c, where a
  /// copy of a node's GRES forgets what shares them.
  std::uint64_t free_gpus(std::uint32_t node) const {
    return devices_.empty() ? cluster_->free_devices(NodeId{node}) : ~devices_[node].held;
  }
  std::int32_t free_shares(std::uint32_t node, std::size_t kind, std::size_t device) const;

  const Cluster& cluster() const { return *cluster_; }
  std::uint32_t row_of(std::uint32_t node) const { return row_of_[node]; }
  Row row(std::uint32_t index) const {
    if (index >= base_) return (*more_)[index - base_];
    const Bucket& bucket = cluster_->bucket(index);
    return {bucket.node_class, bucket.free};
  }
  std::size_t row_slots() const { return base_ + more_->size(); }
  /// All rows that have nodes, in no particular order; empty: that is not known.
  std::span<const Layer> layers() const { return layers_; }
  /// CPUs on the node that jobs of the partition hold; 0 unless the partition has a MaxCPUsPerNode.
  std::int32_t partition_cpus(std::uint32_t node) const {
    return partition_cpus_ != nullptr ? (*partition_cpus_)[node] : 0;
  }
  bool is_idle(std::uint32_t node) const;

 private:
  template <class Moved>
  void remove(const Allocation& allocation, Moved moved) {
    for (const NodeRun& run : allocation.runs) {
      std::uint32_t from = no_row, to = no_row;
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
        if (imagined_[n] == no_row) continue;
        if (imagined_[n] != from || !devices_.empty()) {
          from = imagined_[n];
          to = row_after(from, allocation.takes[run.take], n);
        }
        imagined_[n] = to;
        moved(n, from, to);
      }
    }
    leave_partition(allocation);
  }
  static Row after(Row row, const Amount& take) {
    row.free = combine(row.free, Sign::plus, take);
    return row;
  }
  std::uint32_t add_row(const Row& row) {
    rows_.push_back(row);
    return base_ + static_cast<std::uint32_t>(rows_.size() - 1);
  }
  Allocation part_left(std::uint32_t allocation_row, Leaves what);
  void copy(const Machine& other);
  /// GPUs of a node by their indices.
  struct Devices {
    std::uint64_t held = 0;           ///< whole
    std::vector<std::int32_t> shares; ///< in use, by device; empty where GPUs are not shared
  };
  void imagine_devices();
  void leave_devices(const Allocation& allocation);
  void count_devices(std::uint32_t node, Row& row) const;
  std::uint32_t row_after(std::uint32_t from, const Amount& take, std::uint32_t node);
  void leave_partition(const Allocation& allocation);

  const Cluster* cluster_ = nullptr;
  const std::uint32_t* row_of_ = nullptr;
  std::uint32_t base_ = 0;
  std::vector<std::uint32_t> imagined_;
  std::vector<Devices> devices_;  ///< by node, imagined; empty where they are not told apart
  std::vector<Row> rows_;
  const std::vector<Row>* more_ = &rows_;
  std::vector<Layer> buckets_;
  std::span<const Layer> layers_;
  PartitionId partition_;
  const std::vector<std::int32_t>* partition_cpus_ = nullptr;
  std::vector<std::int32_t> imagined_cpus_;
  const CoreMap* cores_ = nullptr;
  std::optional<CoreMap> imagined_cores_;
};

}  // namespace sluice::cons_tres
