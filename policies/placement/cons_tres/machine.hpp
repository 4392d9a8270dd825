#pragma once
// The nodes' free resources, as they are or as they will be when some running jobs are gone.

#include <cstdint>
#include <vector>

#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice::cons_tres {

/// Nodes of one class with equal free resources share a row, so that what such a node can offer is worked out once.
/// As they are, rows are the cluster's buckets and nothing is copied; imagine() costs a copy of one number a node,
/// remove() O(nodes of the job).
class Machine {
 public:
  struct Row {
    NodeClassId node_class;
    Amount free;
  };
  static constexpr std::uint32_t no_row = Cluster::no_bucket;

  /// The cluster as it is, which must not change while this is in use.
  void look_at(const Cluster& cluster);
  /// A copy to remove jobs from.
  void imagine(const Cluster& cluster);
  void remove(const Allocation& allocation);

  const Cluster& cluster() const { return *cluster_; }
  std::uint32_t row_of(std::uint32_t node) const { return row_of_[node]; }
  Row row(std::uint32_t index) const {
    if (index >= base_) return rows_[index - base_];
    const Bucket& bucket = cluster_->bucket(index);
    return {bucket.node_class, bucket.free};
  }
  std::size_t row_slots() const { return base_ + rows_.size(); }
  bool is_idle(std::uint32_t node) const;

 private:
  std::uint32_t row_after(std::uint32_t from, const Amount& take);

  const Cluster* cluster_ = nullptr;
  const std::uint32_t* row_of_ = nullptr;
  std::uint32_t base_ = 0;
  std::vector<std::uint32_t> imagined_;
  std::vector<Row> rows_;
};

}  // namespace sluice::cons_tres
