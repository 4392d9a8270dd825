#pragma once
// The cluster as it is now: which resources of which nodes are free, and what running jobs hold.

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/core_map.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// What a node offers to placement: nodes with equal offers are alike to it.
struct NodeOffer {
  NodeClassId node_class;
  Amount free;
  bool operator==(const NodeOffer&) const = default;
};
struct NodeOfferHash {
  std::size_t operator()(const NodeOffer& offer) const noexcept;
};

/// Nodes of one class with equal free resources. Placement judges a bucket once, not each of its nodes.
struct Bucket {
  NodeClassId node_class;
  Amount free;
  std::size_t count = 0;  ///< never 0 for a listed bucket
  NodeSet nodes;
  friend void fields(Archive& archive, Bucket& bucket) { all_fields<4>(archive, bucket); }
};

/// Sums over the nodes that are up.
struct ClusterTotals {
  std::int64_t cpus = 0, memory = 0, gpus = 0, nodes = 0;
  friend void fields(Archive& archive, ClusterTotals& totals) { all_fields<4>(archive, totals); }
};

/// Invariants: every open node is in exactly one bucket, that of its class and free resources; free is never negative; a
/// GPU device is held by at most one job. A node is closed when no job may start on it: it is down or drained; jobs may
/// still run there, and end. allocate and release cost O(nodes of the job).
/// Only the engine's apply changes it.
class Cluster {
 public:
  explicit Cluster(const ClusterSpec& spec);

  const ClusterSpec& spec() const { return *spec_; }
  std::size_t node_count() const { return bucket_of_.size(); }

  /// Rows of buckets with nodes, in no particular but a deterministic order.
  const std::vector<std::uint32_t>& listed() const { return listed_; }
  const Bucket& bucket(std::uint32_t row) const { return buckets_[row]; }
  /// The bucket a node is in; `no_bucket` for a closed one.
  std::uint32_t bucket_of(NodeId node) const { return bucket_of_[node.index()]; }
  static constexpr std::uint32_t no_bucket = std::numeric_limits<std::uint32_t>::max();
  /// bucket_of() of all nodes, and a number above every row of a bucket.
  const std::vector<std::uint32_t>& bucket_rows() const { return bucket_of_; }
  std::size_t bucket_slots() const { return buckets_.size(); }

  const Amount& capacity(NodeClassId node_class) const { return capacity_[node_class.index()]; }
  /// Free GPU devices of a node, bit i for device i. 0 for nodes with more than 64 devices (only counted).
  std::uint64_t free_devices(NodeId node) const { return free_devices_[node.index()]; }
  /// The lowest free devices of the node that make up the GPU part of `take`; of gres/shard or gres/mps the one GPU that
  /// serves it: one that others share already where that has room.
  std::uint64_t choose_devices(NodeId node, const Amount& take) const;

  /// Whether GPUs of the class can be shared: gres/shard, gres/mps. A GPU is then given whole or in shares, never both;
  /// the shares that are free are those of the GPU with most of them, as one GPU serves a job.
  bool shares_gpus(NodeClassId node_class) const { return !shares_[node_class.index()].empty(); }
  bool shares_gpus() const { return has_shared_gpus_; }
  /// Shares in use, by device; empty where GPUs are not shared.
  std::span<const std::int32_t> shares_in_use(NodeId node) const { return shares_used_[node.index()]; }
  /// The kind of a device's shares that are in use.
  std::size_t shared_as(NodeId node, std::size_t device) const { return shared_as_[node.index()][device]; }
  /// Devices of a kind of GPU.
  std::uint64_t devices_of(NodeClassId node_class, std::size_t kind) const;

  /// CPUs that the partition's jobs hold on each node; empty unless the partition has a MaxCPUsPerNode.
  const std::vector<std::int32_t>& partition_cpus(PartitionId partition) const {
    return partition_cpus_[partition.index()];
  }

  /// Of the open nodes.
  const ClusterTotals& total() const { return total_; }
  const ClusterTotals& used() const { return used_; }
  /// What jobs still hold on closed nodes.
  const ClusterTotals& used_on_closed() const { return used_on_closed_; }

  /// Whether a node was ever closed since it was made.
  bool has_lost_nodes() const { return has_lost_nodes_; }
  bool is_open(NodeId node) const { return bucket_of_[node.index()] != no_bucket; }
  /// No job may start on it from now on. The node must be open. O(1) but for the bucket.
  void close(NodeId node);
  /// Jobs may start on it again, on what is free. The node must be closed.
  void open(NodeId node);

  /// Takes what the allocation says, which must be free. Returns its row, valid until release().
  std::uint32_t allocate(Allocation&& allocation);
  const Allocation& allocation(std::uint32_t row) const { return allocations_[row]; }
  /// Gives it back. The allocation stays readable until the next allocate().
  const Allocation& release(std::uint32_t row);
  /// It goes on with a part of its nodes, open or not. `parts` are of its allocation.
  void shrink(std::uint32_t row, Parts&& parts);

  /// From now on cores are told apart, so that jobs may share them: a bucket's free CPUs are then those of cores that
  /// nobody uses. Allocations without cores are given some.
  void tell_cores_apart();
  /// The description's partitions have changed. O(partitions x nodes + allocations).
  void follow_partitions();
  /// The node is of another class with the same hardware. `spec` is its description, which changes too.
  void set_class(NodeId node, NodeClassId node_class, ClusterSpec& spec);
  /// Null where cores are not told apart.
  const CoreMap* core_map() const { return cores_ ? &*cores_ : nullptr; }
  /// The cores of a suspended job are for others until it takes them back, whoever has them then; it keeps the rest.
  void leave_cores(std::uint32_t row);
  void retake_cores(std::uint32_t row);
  /// Another number after every change of what is free.
  std::uint64_t version() const { return version_; }
  /// An empty allocation that reuses the memory of a released one.
  Allocation recycled();

  /// All but what the description says. Rows keep their numbers.
  void fields(Archive& archive);

 private:
  struct DeviceRange {
    std::size_t kind, first, count;
  };

  /// A GRES whose units are parts of GPUs.
  struct SharedKind {
    std::size_t kind = 0;
    std::int32_t per_device = 0;
  };
  enum class What : std::uint8_t { cores_alone, everything };
  /// What of a node changes otherwise than by what is taken.
  struct NodeUse {
    std::int32_t busy_cores = 0;
    Amount free_gres;
  };
  bool takes_as_told() const { return !cores_ && !has_shared_gpus_; }
  std::vector<NodeUse> uses(const Allocation& allocation) const;
  Allocation change(const Allocation& allocation, const std::vector<NodeUse>& before, What what) const;
  std::optional<SharedKind> shared_in(NodeId node, const Amount& take) const;
  Amount free_gres(NodeId node) const;
  void hold_devices(const Allocation& allocation);
  void free_held_devices(const Allocation& allocation);
  void put(std::uint32_t row, What what);
  void take_out(std::uint32_t row, What what);
  void move(const Allocation& allocation, Sign sign);
  void move_nodes(const Allocation& allocation, Sign sign);
  void move_stretch(NodeId first, std::uint32_t count, std::uint32_t from, std::uint32_t to);
  void move_only_node(const Amount& take, Sign sign);
  void move_closed(NodeId node, const Amount& take, Sign sign);
  std::int64_t gpus_in(NodeId node, const Amount& amount) const;
  void add_busy(ClusterTotals& sums, NodeId node, const Amount& free, int direction) const;
  void count_node(NodeId node, const Amount& free, int direction);
  std::uint32_t bucket_for(NodeClassId node_class, const Amount& free);
  void unlist(std::uint32_t row);
  void count_use(const Allocation& allocation, int direction);
  void count_in_partition(const Allocation& allocation, std::int32_t direction);
  template <class Visit>
  void for_each_held(Visit visit) const;

  const ClusterSpec* spec_;
  std::vector<Amount> capacity_;                     ///< by class
  std::vector<std::vector<DeviceRange>> devices_;    ///< by class: device indices of each GPU kind
  std::vector<std::vector<SharedKind>> shares_;      ///< by class
  std::vector<std::vector<std::int32_t>> shares_used_;  ///< by node, by device; empty where GPUs are not shared
  std::vector<std::vector<std::size_t>> shared_as_;  ///< by node, by device: the kind in use
  bool has_shared_gpus_ = false;
  std::vector<Bucket> buckets_;
  std::vector<std::uint32_t> listed_, spare_buckets_, place_in_listed_;
  std::unordered_map<NodeOffer, std::uint32_t, NodeOfferHash> bucket_by_state_;
  std::vector<std::uint32_t> bucket_of_;
  std::vector<Amount> closed_free_;                  ///< by node, of closed ones
  std::vector<std::uint64_t> free_devices_;
  std::vector<std::vector<std::int32_t>> partition_cpus_;  ///< by partition, by node
  std::vector<Allocation> allocations_;
  std::vector<std::uint32_t> spare_allocations_;
  std::optional<CoreMap> cores_;
  ClusterTotals total_, used_, used_on_closed_;
  bool has_lost_nodes_ = false;
  std::uint64_t version_ = 0;
};

}  // namespace sluice
