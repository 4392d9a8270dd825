#pragma once
// The nodes of an allocation as the four text columns of jobs.csv.

#include <string>

#include "simulator/base/hostlist.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::report {

/// Writes nodelist, cpus_per_node, gpu_idx and mem_per_node in Slurm's forms:
///     n[001-004],8(x3)\,2,0-7(x3)\,[0\,2],64000(x4)       (commas inside a field are quoted, here shown as \,)
/// Values stand in nodelist order, equal neighbours as value(xCOUNT). A node's devices are a range, or ranges in
/// brackets where there are gaps ([0,2-3]), or - on a node of which the job has no GPU. The column is empty for a job
/// without GPUs, mem_per_node (MB) for one without memory. Source: squeue(1), scontrol(1) `show job -d`.
class NodeText {
 public:
  explicit NodeText(const ClusterSpec& cluster);

  /// The four fields as CSV text with three commas between them. Nothing at all for a pool, which has no nodes, and
  /// for an empty allocation. O(runs).
  void append_csv(std::string& out, const Allocation& allocation);

 private:
  NodeNames names_;
  bool is_pool_;
  std::string field_;
};

}  // namespace sluice::report
