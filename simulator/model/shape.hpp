#pragma once
// A job's request resolved against one cluster: how many equal pieces of which nodes. Jobs with equal requests share
// a shape, so that what is true of one (it does not fit now) is known of all.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/base/ids.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"
#include "simulator/model/request.hpp"

namespace sluice {

inline constexpr std::int64_t no_bound = std::numeric_limits<std::int64_t>::max();

/// `units` equal pieces; one node holds at most `max_per_node` of them.
struct TaskGroup {
  std::int64_t units = 1;
  std::int64_t max_per_node = no_bound;
  /// What one piece takes of a node of each class; nullopt where that class can never hold one.
  std::vector<std::optional<Amount>> per_class;
  bool operator==(const TaskGroup&) const = default;
};

/// A partition the job may run in and the nodes of it that meet its constraints.
struct Place {
  PartitionId partition;
  NodeSet eligible;
  bool everywhere = false;  ///< eligible is every node of the cluster
};

/// Invariants: groups are nested (each later group's piece fits wherever an earlier one's does) and use distinct nodes;
/// with more than one group max_per_node is 1. places is not empty.
struct Shape {
  std::vector<TaskGroup> groups;
  std::vector<Place> places;  ///< tried in this order
  std::int64_t cpus = 0;      ///< totals, for orders such as priority/largest; what a whole node adds is not counted
  std::int64_t gpus = 0;
  std::int64_t memory = 0;    ///< MB, on the first class of nodes that it can run on
  std::int64_t nodes = 0;     ///< least number of nodes it can run on
  /// One group of single CPUs without memory or GRES that may lie anywhere: counting free CPUs answers everything.
  bool counts_cpus_only = false;
};

/// How a request without an exact layout is laid out (until Slurm's own selection decides):
///  - `--gpus=N` alone: whole nodes' worth of GPUs, then one node with the rest (the fewest nodes);
///  - `--nodes=N` with tasks or GPUs: spread evenly, the first nodes taking one more;
///  - tasks alone: anywhere, task by task.
/// The error is Slurm's submission message. O(nodes). Source: sbatch(1).
tl::expected<Shape, std::string> resolve(const JobRequest& request, const ClusterSpec& cluster);

/// The partitions that a request names, in its order; the default one if it names none. The error is Slurm's submission
/// message, also when one of them does not exist. O(names x partitions).
tl::expected<std::vector<PartitionId>, std::string> partitions_of(const JobRequest& request, const ClusterSpec& cluster);

/// Those of them that exist: a job that waits loses one that is deleted. Source: job_mgr.c, kill_job_by_part_name.
std::vector<PartitionId> existing_partitions_of(const JobRequest& request, const ClusterSpec& cluster);

/// Everything a node of the class has to give to jobs.
Amount capacity_of(const NodeClass& node_class);

}  // namespace sluice
