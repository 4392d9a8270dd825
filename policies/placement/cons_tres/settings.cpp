#include "policies/placement/cons_tres/settings.hpp"

#include "policies/placement/cons_tres/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "simulator/base/parameters.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::cons_tres {
namespace {

std::optional<Granularity> granularity_in(std::string_view list) {
  if (has_parameter(list, "CR_CPU") || has_parameter(list, "CR_CPU_Memory")) return Granularity::cpu;
  if (has_parameter(list, "CR_Core") || has_parameter(list, "CR_Core_Memory")) return Granularity::core;
  if (has_parameter(list, "CR_Socket") || has_parameter(list, "CR_Socket_Memory")) return Granularity::socket;
  return std::nullopt;
}

bool counts_memory(std::string_view list) {
  for (const auto* name : {"CR_Memory", "CR_CPU_Memory", "CR_Core_Memory", "CR_Socket_Memory"})
    if (has_parameter(list, name)) return true;
  return false;
}

void read_granularity(std::string_view list, Settings& settings) {
  const auto named = granularity_in(list);
  settings.memory = counts_memory(list);
  if (named) {
    settings.granularity = *named;
  } else if (settings.memory || settings.linear) {
    settings.granularity = Granularity::node;
  } else {
    settings.granularity = Granularity::core;  // the default is CR_Core_Memory
    settings.memory = true;
  }
}

void read_topology(const ClusterSpec& cluster, Settings& settings, std::vector<std::string>& notes) {
  const auto& plugin = cluster.topology_plugin;
  const auto& parameters = cluster.topology_parameters;
  settings.topology_optional = has_parameter(parameters, "TopoOptional");
  if (plugin == "topology/tree")
    settings.topology = has_parameter(parameters, "Dragonfly") ? Topology::dragonfly : Topology::tree;
  else if (plugin == "topology/block")
    settings.topology = Topology::block;
  else if (plugin != "topology/none" && plugin != "topology/default" && plugin != "topology/flat")
    notes.push_back(fmt::format("TopologyPlugin={} is not modelled: all nodes count as equally near", plugin));
  if (cluster.topology.switches.empty() && cluster.topology.blocks.empty()) settings.topology = Topology::none;
}

void read_sharing(const ClusterSpec& cluster, Settings& settings) {
  using Mode = OverSubscribe::Mode;
  const PreemptSettings& preempt = cluster.preempt;
  settings.gang = preempt.mode.gang;
  settings.preempts_by_partition = preempt.type == "preempt/partition_prio";
  settings.preempts_by_qos = preempt.type == "preempt/qos";
  // A part of a core holds all of it, but only the CPUs asked for are charged.
  const auto has_threads = [](const NodeClass& node) { return node.cpus > node.sockets * node.cores_per_socket; };
  const auto is_shared = [](const PartitionSpec& partition) {
    const auto& share = partition.over_subscribe;
    return share.mode == Mode::force || (share.mode == Mode::yes && share.jobs > 1);
  };
  settings.shares_cores =
      settings.gang || preempt.mode.action == PreemptMode::Action::suspend ||
      (settings.granularity == Granularity::cpu && !cluster.partitions.empty() &&
       std::any_of(cluster.classes.begin(), cluster.classes.end(), has_threads)) ||
      std::any_of(cluster.partitions.begin(), cluster.partitions.end(), is_shared);
}

/// "0-1,4" -> 3. What cannot be read counts as nothing.
std::int32_t listed_cpus(std::string_view list) {
  std::int32_t total = 0;
  for (const auto part : split(list, ',')) {
    int low = 0, high = 0;
    const auto* const end = part.data() + part.size();
    const auto first = std::from_chars(part.data(), end, low);
    if (first.ec != std::errc{}) continue;
    high = low;
    if (first.ptr != end && *first.ptr == '-') std::from_chars(first.ptr + 1, end, high);
    total += std::max(0, high - low + 1);
  }
  return total;
}

Hardware hardware_of(const NodeClass& node) {
  Hardware hardware;
  hardware.sockets = static_cast<std::int32_t>(std::max<std::int64_t>(1, node.sockets));
  hardware.cores_per_socket = static_cast<std::int32_t>(std::max<std::int64_t>(1, node.cores_per_socket));
  hardware.cpus = static_cast<std::int32_t>(node.cpus);
  const std::int32_t cores = hardware.sockets * hardware.cores_per_socket;
  hardware.threads = std::max(1, hardware.cpus / cores);
  const std::int32_t withheld = node.core_spec_count > 0
                                    ? static_cast<std::int32_t>(node.core_spec_count) * hardware.threads
                                    : listed_cpus(node.cpu_spec_list);
  hardware.withheld_cpus = std::min(withheld, hardware.cpus);
  hardware.memory = capacity_of(node).memory;
  hardware.weight = static_cast<std::uint64_t>(node.weight);
  return hardware;
}

/// What the cluster asks for and this selection does otherwise.
void note_what_is_missing(const ClusterSpec& cluster, std::vector<std::string>& notes) {
  constexpr std::string_view unheeded[] = {"MULTIPLE_SHARING_GRES_PJ",
                                           "ONE_TASK_PER_SHARING_GRES", "LL_SHARED_GRES"};
  for (const auto word : unheeded)
    if (has_parameter(cluster.select.parameters, word)) notes.push_back(fmt::format("SelectTypeParameters {} has no effect", word));
}

}  // namespace

Settings read_settings(const ClusterSpec& cluster, Plugin plugin, std::vector<std::string>& notes) {
  Settings settings;
  settings.linear = plugin == Plugin::linear;
  const std::string_view list = cluster.select.parameters;
  read_granularity(list, settings);
  settings.least_loaded = has_parameter(list, "CR_LLN");
  settings.one_task_per_core = has_parameter(list, "CR_ONE_TASK_PER_CORE");
  settings.binds_devices = has_parameter(list, "ENFORCE_BINDING_GRES");
  settings.block_cores = has_parameter(list, "CR_CORE_DEFAULT_DIST_BLOCK");
  for (const auto& partition : cluster.partitions)
    settings.of_partition.push_back(
        settings.linear ? Granularity::node : granularity_in(partition.select_parameters).value_or(settings.granularity));
  const std::string_view scheduler = cluster.scheduler.parameters;
  settings.pack_serial_at_end = has_parameter(scheduler, "pack_serial_at_end");
  if (const auto wait = find_count(scheduler, "max_switch_wait")) settings.max_switch_wait = std::chrono::seconds{*wait};
  settings.busy_nodes_later = has_parameter(scheduler, "bf_busy_nodes");
  if (const auto step = find_count(scheduler, "bf_window_linear"); step && *step > 0)
    settings.window_linear = std::chrono::seconds{*step};
  settings.preempt_reorder_count = find_count(scheduler, "preempt_reorder_count").value_or(settings.preempt_reorder_count);
  settings.preempt_strict_order = has_parameter(scheduler, "preempt_strict_order");
  read_topology(cluster, settings, notes);
  read_sharing(cluster, settings);
  const bool counts_cores = !settings.linear && std::none_of(settings.of_partition.begin(), settings.of_partition.end(),
                                                             [](Granularity one) { return one == Granularity::node; });
  settings.sees_cores = counts_cores && (settings.one_task_per_core || Places{cluster, hardware_of(cluster)}.matter());
  note_what_is_missing(cluster, notes);
  return settings;
}

std::vector<Hardware> hardware_of(const ClusterSpec& cluster) {
  std::vector<Hardware> all;
  for (const auto& node_class : cluster.classes) all.push_back(hardware_of(node_class));
  return all;
}

}  // namespace sluice::cons_tres
