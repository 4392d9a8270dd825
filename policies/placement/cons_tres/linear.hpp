#pragma once
// select/linear: whole nodes, on which as many jobs may be as OverSubscribe says, whichever partitions they are in.

#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/selection.hpp"

namespace sluice::cons_tres {

/// How many jobs are on a node, and how many of them share it with nobody.
struct NodeLoad {
  std::int32_t jobs = 0, alone = 0;
};

/// It counts jobs on nodes, and of resources only memory (CR_Memory) and GRES. A test of when a job will run looks at the
/// state after the end of each running job, and lets a job onto nodes with one job that shares even where a start does
/// not: then the start fails, and the job is planned at the present moment. Each test costs O(nodes of running jobs).
/// Source: slurmctld's select_linear.c, and _pick_best_nodes() of node_scheduler.c.
class Linear final : public ConsTres {
 public:
  Linear(const ClusterSpec& cluster, Settings settings) : ConsTres{cluster, std::move(settings)} {}

  std::optional<Selected> select(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now,
                                 std::span<const Preemptable> preemptable) override;
  std::optional<WillRun> will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now,
                                  const WillRunQuery& query) override;

 private:
  void count_jobs(std::span<const RunningJob> running, const Cluster& cluster);
  bool leave(std::uint32_t row, const NodeSet& candidates, const Cluster& cluster);
  bool has_room(const Demand& demand, std::uint32_t node, const Machine& machine) const;
  const NodeSet& open_nodes(const Demand& demand, const NodeSet& candidates, const Machine& machine,
                            std::int64_t most_jobs);
  std::vector<NodeSet> node_sets(const Demand& demand, const NodeSet& nodes, bool may_preempt) const;
  bool starts_on(const Fit::Test& test, const NodeSet& nodes, std::span<const RunningJob> running, Allocation& out);
  const NodeSet* nodes_of_mate(const Fit::Test& test, const NodeSet& open, std::span<const RunningJob> running);
  std::optional<Selected> start_after(const Fit::Test& test, const NodeSet& nodes, std::span<const Preemptable> victims);
  std::optional<WillRun> will_run_beside(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                         Time now, const WillRunQuery& query, std::int64_t most_jobs);

  std::vector<NodeLoad> loads_;  ///< by node, in the state that is being looked at
  NodeSet open_, mate_;
};

}  // namespace sluice::cons_tres
