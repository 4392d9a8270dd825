#pragma once
// Sums over what nodes offer, that tell soon that a job cannot fit.

#include <cstdint>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/row_offers.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::cons_tres {

/// Of a job without GRES. Exact in one direction: where could_fit() says no, no choice of nodes can satisfy the job, as
/// each node gives at most what it offers. Kept up to date while running jobs are removed, one node at a time.
class Survey {
 public:
  explicit Survey(std::int32_t most_cpus) : count_of_(static_cast<std::size_t>(most_cpus) + 1) {}

  /// Counts all of them. Memory is reused. O(candidates).
  void look(const NodeCounts& counts, const NodeSet& candidates, const Machine& machine, RowOffers& offers);
  /// A node has changed rows.
  void change(std::uint32_t node, std::uint32_t from, std::uint32_t to, const Machine& machine, RowOffers& offers);
  /// Enough nodes, and enough CPUs on as many of the largest as are allowed.
  bool could_fit(std::int64_t min_cpus) const;

  /// With all cores free: how many nodes, and the least that one of them offers.
  std::int64_t bare_nodes() const { return bare_nodes_; }
  std::int32_t least_bare() const { return least_bare_; }

 private:
  void add(std::int32_t cpus, std::int64_t nodes) {
    nodes_ += nodes;
    cpus_ += cpus * nodes;
    count_of_[static_cast<std::size_t>(cpus)] += nodes;
  }

  NodeCounts counts_;
  std::int64_t nodes_ = 0, cpus_ = 0, bare_nodes_ = 0;
  std::int32_t least_bare_ = 0;
  std::vector<std::int64_t> count_of_;  ///< nodes by CPUs offered
};

}  // namespace sluice::cons_tres
