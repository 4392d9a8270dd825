#pragma once
// What a job asks for: the resource options of sbatch, as given. Many jobs share one request, so a workload keeps
// each distinct one once and jobs refer to it by id.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/units.hpp"

namespace sluice {

/// `name[:type]:count`, e.g. gpu:a100:4. An empty type accepts any.
struct GresCount {
  std::string name;
  std::string type;
  std::int64_t count = 0;
  auto operator<=>(const GresCount&) const = default;
};

/// GRES that are parts of GPUs. Source: gres.conf(5), sharing.
inline bool is_gpu_share(std::string_view gres) { return gres == "shard" || gres == "mps"; }

enum class Sharing : std::uint8_t { unspecified, exclusive, exclusive_user, oversubscribe };

/// --gres-flags: whether GRES must, or need not, be near the job's CPUs.
enum class GresBinding : std::uint8_t { preferred, enforce, disable };

/// Options that few jobs have: what lies where inside nodes and among them. Only Slurm's own selection heeds them.
struct LayoutRequest {
  std::optional<std::int64_t> ntasks_per_socket, ntasks_per_core, ntasks_per_gpu;
  std::optional<std::int64_t> min_cpus;                    ///< --mincpus, of a node
  std::optional<Megabytes> tmp;
  std::optional<std::int64_t> sockets_per_node, cores_per_socket, threads_per_core;
  std::optional<std::int64_t> core_spec;
  std::vector<GresCount> gpus_per_socket;
  GresBinding gres_binding = GresBinding::preferred;
  std::optional<std::int64_t> switches;                    ///< --switches=COUNT[@WAIT]
  std::optional<Duration> switch_wait;
  std::optional<std::int64_t> segment;                     ///< --segment: nodes of one piece under topology/block
  std::string prefer;                                      ///< --prefer: tried in place of --constraint first
  bool contiguous = false;
  bool spread = false;                                     ///< --spread-job
  bool use_min_nodes = false;
  bool overcommit = false;
  bool operator==(const LayoutRequest&) const = default;
};

/// The resource side of an sbatch command line. Absent options are nullopt or empty; defaults are the cluster's affair.
/// Texts are in sbatch's forms and are resolved against a cluster when a simulation is set up.
/// Source: sbatch(1).
struct JobRequest {
  std::string partition;  ///< comma list; empty: the default partition

  std::optional<std::int64_t> min_nodes;  ///< --nodes=MIN[-MAX]
  std::optional<std::int64_t> max_nodes;
  std::optional<std::int64_t> ntasks;
  std::optional<std::int64_t> cpus_per_task;
  std::optional<std::int64_t> ntasks_per_node;

  std::optional<Megabytes> mem_per_node;  ///< --mem; 0 means all memory of each node
  std::optional<Megabytes> mem_per_cpu;
  std::optional<Megabytes> mem_per_gpu;

  std::vector<GresCount> gpus;           ///< --gpus: job total
  std::vector<GresCount> gres_per_node;  ///< --gres, --gpus-per-node (as gpu)
  std::vector<GresCount> gpus_per_task;
  std::optional<std::int64_t> cpus_per_gpu;
  /// What a job really needs of each GPU it names, in (0, 1), in traces of clusters that share GPUs. The counts above
  /// are of whole GPUs all the same; absent: all of each. Not an option of sbatch.
  std::optional<double> gpu_share;

  std::string constraint;  ///< --constraint
  std::string nodelist;    ///< --nodelist: these nodes must be among the allocated ones
  std::string exclude;
  Sharing sharing = Sharing::unspecified;
  LayoutRequest layout;

  bool operator==(const JobRequest&) const = default;
};

/// GPUs the request names in total, as far as it can be known without a cluster (0 if none).
std::int64_t requested_gpus(const JobRequest& request);
/// Processors the request names in total: ntasks x cpus-per-task, with sbatch's defaults for what is absent.
std::int64_t requested_cpus(const JobRequest& request);

}  // namespace sluice
