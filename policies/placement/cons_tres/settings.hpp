#pragma once
// What a cluster's configuration tells its select plugin, read once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::cons_tres {

/// What is given to a job as a whole: CR_CPU, CR_Core, CR_Socket. `node`: CPUs are not counted at all (CR_Memory alone).
enum class Granularity : std::uint8_t { cpu, core, socket, node };

enum class Topology : std::uint8_t { none, tree, dragonfly, block };

/// Source: slurm.conf(5) SelectTypeParameters, TopologyPlugin, TopologyParam, SchedulerParameters.
struct Settings {
  Granularity granularity = Granularity::core;
  std::vector<Granularity> of_partition;  ///< SelectTypeParameters of the partition, else the cluster's
  bool memory = true;
  bool least_loaded = false;
  bool one_task_per_core = false;
  bool block_cores = false;
  bool pack_serial_at_end = false;
  bool linear = false;
  bool busy_nodes_later = false;  ///< bf_busy_nodes: tests of the future prefer nodes in use
  std::optional<Duration> window_linear;  ///< bf_window_linear: the search for a start widens by this instead of doubling
  std::int64_t preempt_reorder_count = 1;
  bool preempt_strict_order = false;
  bool shares_cores = false;     ///< jobs may have cores in common: OverSubscribe, PreemptMode SUSPEND or GANG
  bool sees_cores = false;       ///< it matters which cores are free: devices near sockets, tasks that share no core
  bool binds_devices = false;    ///< ENFORCE_BINDING_GRES: unless a job says disable-binding
  bool gang = false;
  bool preempts_by_partition = false, preempts_by_qos = false;
  Topology topology = Topology::none;
  bool topology_optional = false;
  std::chrono::seconds max_switch_wait{300};
  /// Evaluations are left out whose answer is known from sums. Off only to prove that answers are the same.
  bool takes_shortcuts = true;
};

enum class Plugin : std::uint8_t { cons_tres, linear };

Settings read_settings(const ClusterSpec& cluster, Plugin plugin, std::vector<std::string>& notes);

/// One class of nodes as the plugin counts it.
struct Hardware {
  std::int32_t sockets = 1, cores_per_socket = 1;
  std::int32_t threads = 1;        ///< of a core, as far as they are CPUs
  std::int32_t cpus = 1;           ///< all of them
  std::int32_t withheld_cpus = 0;  ///< CoreSpecCount, CpuSpecList
  std::int64_t memory = 0;         ///< MB for jobs
  std::uint64_t weight = 1;

  std::int32_t usable_cores() const { return (cpus - withheld_cpus) / threads; }
  /// Whole cores among `free_cpus` CPUs that the cluster counts as free.
  std::int32_t free_cores(std::int32_t free_cpus) const {
    return free_cpus > withheld_cpus ? (free_cpus - withheld_cpus) / threads : 0;
  }
};

std::vector<Hardware> hardware_of(const ClusterSpec& cluster);

}  // namespace sluice::cons_tres
