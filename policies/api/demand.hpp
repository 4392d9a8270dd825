#pragma once
// A job's request resolved against one partition of one cluster, as Slurm's select plugins see it.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// How many nodes: at least `min`, at most `max`; `wanted` is what the choice of nodes aims at.
/// Source: slurmctld's node_scheduler.c; sbatch(1) --nodes.
struct NodeCounts {
  static constexpr std::int64_t no_max = 500000;
  std::int64_t min = 1;
  std::int64_t wanted = 1;
  std::int64_t max = no_max;
  bool operator==(const NodeCounts&) const = default;
};

/// Memory asked for, MB. Of `per_node`, 0 is all memory of the node.
struct MemoryDemand {
  enum class Unit : std::uint8_t { per_node, per_cpu, per_gpu };
  Unit unit = Unit::per_node;
  std::int64_t amount = 0;
  bool operator==(const MemoryDemand&) const = default;
};

/// One GRES of a request. Absent counts are 0. An empty type accepts any.
struct GresDemand {
  std::string name, type;
  std::int64_t per_node = 0;
  std::int64_t per_socket = 0;
  std::int64_t per_task = 0;
  std::int64_t total = 0;             ///< of the job: --gpus
  std::int64_t cpus_per_gpu = 0;      ///< --cpus-per-gpu
  std::int64_t default_cpus_per_gpu = 0;  ///< DefCpuPerGPU, where the job gave neither --cpus-per-gpu nor --cpus-per-task
  std::int64_t memory_per_gpu = 0;    ///< MB
  std::int64_t ntasks_per_gpu = 0;
  bool operator==(const GresDemand&) const = default;
};

/// Whether others may be on the job's nodes.
enum class NodeUse : std::uint8_t {
  shared,  ///< other jobs may use the cores that this one does not
  user,    ///< the same, but only jobs of the same user (--exclusive=user)
  whole,   ///< all CPUs and GRES of each node are the job's
};

/// One way to meet a constraint: every node lies in `nodes`, and each count is met by the nodes chosen.
/// Without [] or * in the constraint there is exactly one alternative and it has no counts.
struct FeatureAlternative {
  struct AtLeast {
    NodeSet nodes;
    std::int64_t count = 1;
    bool operator==(const AtLeast&) const = default;
  };
  NodeSet nodes;
  std::vector<AtLeast> counts;
  bool operator==(const FeatureAlternative&) const = default;
};

/// Everything that decides where a job may run, with the partition's defaults and bounds applied. Equal requests in one
/// partition have equal demands, so that one object can serve them all. Made by Selection::resolve.
struct Demand {
  PartitionId partition;
  NodeCounts nodes;

  std::int64_t asked_min_nodes = 1;         ///< by the job, whatever the partition says
  std::int64_t asked_max_nodes = 0;         ///< 0: not given

  std::int64_t min_cpus = 1;                ///< tasks x cpus per task, and at least one a node
  std::optional<std::int64_t> max_cpus;
  std::int64_t ntasks = 0;                  ///< --ntasks, or what implies it; 0: not given, and so are those below
  std::int64_t cpus_per_task = 1;
  std::int64_t ntasks_per_node = 0;
  std::int64_t ntasks_per_socket = 0;
  std::int64_t ntasks_per_core = 0;
  std::int64_t threads_per_core = 0;        ///< --threads-per-core, --hint=nomultithread (1)
  std::int64_t sockets_per_node = 0;        ///< -B and its long forms
  std::int64_t cores_per_socket = 0;
  std::int64_t core_spec = 0;               ///< --core-spec: cores of each node left to the system
  std::int64_t min_cpus_per_node = 1;       ///< --mincpus, and what memory bounds and tasks per node imply

  MemoryDemand memory;
  std::vector<GresDemand> gres;             ///< in the order of the request
  std::int64_t gres_cpus_per_node = 0;      ///< CPUs that the GRES of a node, and of the whole job, need at least
  std::int64_t gres_cpus_of_job = 0;
  bool enforce_gres_binding = false;        ///< --gres-flags=enforce-binding

  NodeUse use = NodeUse::shared;
  Claim claim = Claim::cores;               ///< as partition and job allow others beside it
  bool overcommit = false;                  ///< one CPU a node suffices

  NodeSet required;                         ///< --nodelist: all of them are taken
  NodeSet excluded;                         ///< --exclude
  /// Nodes of the partition that meet the constraint and the minima of one node (CPUs, memory, --tmp, sockets, cores,
  /// threads) with everything free; --exclude is not applied.
  NodeSet matching;
  NodeSet eligible;                         ///< those of `matching` that also have the GRES, less `excluded`
  std::vector<FeatureAlternative> alternatives;  ///< tried in this order; never empty

  bool contiguous = false;
  bool spread = false;                      ///< --spread-job
  bool block_cores = false;                 ///< cores are filled socket by socket
  std::optional<std::int64_t> switches;     ///< --switches: leaves wanted
  std::optional<Duration> switch_wait;      ///< absent: max_switch_wait
  std::optional<std::int64_t> segment;      ///< --segment: nodes of each piece that has to lie in one block

  bool has_required() const { return !required.is_empty(); }
  bool is_whole() const { return use == NodeUse::whole; }
  bool operator==(const Demand&) const = default;
};

}  // namespace sluice
