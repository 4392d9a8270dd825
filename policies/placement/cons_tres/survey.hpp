#pragma once
// Sums over what nodes offer, that tell soon that a job cannot fit.

#include <algorithm>
#include <cstdint>
#include <span>
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
  void look(const NodeCounts& counts, const NodeSet& candidates, const Machine& machine, RowOffers& offers,
            std::span<const std::uint64_t> weights) {
    look(counts, candidates, machine, offers, weights, [](std::uint32_t, std::int32_t) {});
  }
  /// `found` is told each node that offers something, ascending, and how many CPUs.
  template <class Found>
  void look(const NodeCounts& counts, const NodeSet& candidates, const Machine& machine, RowOffers& offers,
            std::span<const std::uint64_t> weights, Found found) {
    clear(counts);
    // Neighbours often share a row.
    std::uint32_t last = Machine::no_row;
    std::int32_t bare = 0, now = 0;
    candidates.for_each([&](NodeId node) {
      const std::uint32_t row = machine.row_of(node.value);
      if (row == Machine::no_row) return;
      if (row != last) {
        last = row;
        const bool usable = offers.may_be_used(row, machine);
        bare = usable ? offers.offer(node.value, row, machine, Assume::cores_free).cpus : 0;
        now = usable ? offers.offer(node.value, row, machine, Assume::present).cpus : 0;
      }
      if (bare > 0 && weights[node.index()] <= lightest_) add_bare(weights[node.index()], bare);
      if (now == 0) return;
      add(now, 1);
      found(node.value, now);
    });
  }
  /// The same in parts: after begin(), each row with so many candidates, what each of them offers with all cores free and
  /// as it is, and their sort weight.
  void begin(const NodeCounts& counts) { clear(counts); }
  void add_row(std::int64_t nodes, std::int32_t bare, std::int32_t now, std::uint64_t weight) {
    if (bare > 0 && weight <= lightest_) add_bare(weight, bare, nodes);
    if (now > 0) add(now, nodes);
  }
  /// A node has changed rows.
  void change(std::uint32_t node, std::uint32_t from, std::uint32_t to, const Machine& machine, RowOffers& offers);
  /// Nodes that offer something.
  std::int64_t nodes() const { return nodes_; }
  /// Enough nodes, and enough CPUs on as many of the largest as are allowed.
  bool could_fit(std::int64_t min_cpus) const;

  /// With all cores free: how many nodes of the lowest sort weight, which are taken before others, and the least that one
  /// of them offers.
  std::int64_t bare_nodes() const { return bare_nodes_; }
  std::int32_t least_bare() const { return least_bare_; }

 private:
  void clear(const NodeCounts& counts);
  void add_bare(std::uint64_t weight, std::int32_t cpus, std::int64_t nodes = 1) {
    if (weight < lightest_) {
      lightest_ = weight;
      bare_nodes_ = 0;
      least_bare_ = cpus;
    }
    bare_nodes_ += nodes;
    least_bare_ = std::min(least_bare_, cpus);
  }
  void add(std::int32_t cpus, std::int64_t nodes) {
    nodes_ += nodes;
    cpus_ += cpus * nodes;
    count_of_[static_cast<std::size_t>(cpus)] += nodes;
  }

  NodeCounts counts_;
  std::int64_t nodes_ = 0, cpus_ = 0, bare_nodes_ = 0;
  std::int32_t least_bare_ = 0;
  std::uint64_t lightest_ = 0;
  std::vector<std::int64_t> count_of_;  ///< nodes by CPUs offered
};

}  // namespace sluice::cons_tres
