#pragma once
// The nodes that select/linear takes of those that are open to a job.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/settings.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::cons_tres {

/// Best fit among stretches of neighbouring nodes, each of which counts with all CPUs that the job's tasks can use there.
/// Where nodes count differently, and too few CPUs could come of the smallest, the largest nodes are taken instead.
/// O(open nodes), and for each stretch taken, stretches. Source: slurmctld's select_linear.c.
class LinearChoice {
 public:
  LinearChoice(const Demand& demand, NodeCounts counts, const ClusterSpec& cluster, std::span<const Hardware> hardware);

  /// True: `chosen` satisfies the demand. It is changed also where it does not.
  bool choose(const NodeSet& open, NodeSet& chosen);
  /// CPUs with which the node counts.
  std::int64_t cpus_of(std::uint32_t node) const;

 private:
  struct Stretch {
    std::int64_t cpus = 0, nodes = 0;  ///< without required nodes
    std::uint32_t start = 0, end = 0;
    std::optional<std::uint32_t> required;  ///< the first
  };

  bool is_required(NodeId node) const { return demand_.has_required() && demand_.required.contains(node); }
  void find_stretches(const NodeSet& open, NodeSet& chosen);
  bool enough_nodes(std::int64_t nodes) const;
  bool is_sufficient(const Stretch& stretch) const { return stretch.cpus >= rem_cpus_ && enough_nodes(stretch.nodes); }
  const Stretch* best_stretch() const;
  bool is_done() const { return rem_nodes_ <= 0 && rem_cpus_ <= 0; }
  void take(NodeId node, NodeSet& chosen);
  void fill(const Stretch& stretch, NodeSet& chosen);
  void take_largest(const NodeSet& open, NodeSet& chosen);

  const Demand& demand_;
  NodeCounts counts_;
  const ClusterSpec& cluster_;
  std::span<const Hardware> hardware_;
  std::vector<Stretch> stretches_;
  std::int64_t rem_cpus_ = 0, rem_nodes_ = 0, max_nodes_ = 0;
  std::optional<std::int64_t> least_cpus_;  ///< of an open node
  bool nodes_differ_ = false;
};

}  // namespace sluice::cons_tres
