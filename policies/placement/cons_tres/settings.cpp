#include "policies/placement/cons_tres/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "simulator/base/text.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::cons_tres {
namespace {

/// The value of `name=value`, or "" for a bare `name`, in a comma list; nullopt: it is not there.
std::optional<std::string_view> find_parameter(std::string_view list, std::string_view name) {
  for (const auto part : split(list, ',')) {
    const auto word = trim(part);
    const auto equals = word.find('=');
    if (equal_ignoring_case(word.substr(0, equals), name))
      return equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  }
  return std::nullopt;
}

bool has(std::string_view list, std::string_view name) { return find_parameter(list, name).has_value(); }

std::optional<Granularity> granularity_in(std::string_view list) {
  if (has(list, "CR_CPU") || has(list, "CR_CPU_Memory")) return Granularity::cpu;
  if (has(list, "CR_Core") || has(list, "CR_Core_Memory")) return Granularity::core;
  if (has(list, "CR_Socket") || has(list, "CR_Socket_Memory")) return Granularity::socket;
  return std::nullopt;
}

bool counts_memory(std::string_view list) {
  for (const auto* name : {"CR_Memory", "CR_CPU_Memory", "CR_Core_Memory", "CR_Socket_Memory"})
    if (has(list, name)) return true;
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
  settings.topology_optional = has(parameters, "TopoOptional");
  if (plugin == "topology/tree")
    settings.topology = has(parameters, "Dragonfly") ? Topology::dragonfly : Topology::tree;
  else if (plugin != "topology/none" && plugin != "topology/default" && plugin != "topology/flat")
    notes.push_back(fmt::format("TopologyPlugin={} is not modelled: all nodes count as equally near", plugin));
  if (cluster.topology.switches.empty()) settings.topology = Topology::none;
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
void note_what_is_missing(const ClusterSpec& cluster, const Settings& settings, std::vector<std::string>& notes) {
  for (const auto& partition : cluster.partitions) {
    const auto& share = partition.over_subscribe;
    const bool shares = share.mode == OverSubscribe::Mode::yes || share.mode == OverSubscribe::Mode::force;
    if (shares && share.jobs > 1)
      notes.push_back(fmt::format("PartitionName={} OverSubscribe: jobs do not share cores here", partition.name));
  }
  if (cluster.preempt.mode.action == PreemptMode::Action::suspend || cluster.preempt.mode.gang)
    notes.push_back("PreemptMode: no core is used by two jobs in turn, so jobs are not suspended for others");
  constexpr std::string_view unheeded[] = {"CR_Pack_Nodes", "MULTIPLE_SHARING_GRES_PJ", "ENFORCE_BINDING_GRES",
                                           "ONE_TASK_PER_SHARING_GRES", "LL_SHARED_GRES"};
  for (const auto word : unheeded)
    if (has(cluster.select.parameters, word)) notes.push_back(fmt::format("SelectTypeParameters {} has no effect", word));
  const auto& devices = cluster.gres.devices;
  const bool bound = std::any_of(devices.begin(), devices.end(), [](const auto& one) { return !one.cores.empty(); });
  if (bound) notes.push_back("gres.conf Cores: which cores are near a device is not looked at");
  const bool parts = std::any_of(devices.begin(), devices.end(),
                                 [](const auto& one) { return one.name == "mps" || one.name == "shard"; });
  if (parts) notes.push_back("gres/mps, gres/shard: counted a node, whichever GPU they are of");
  const bool threads = std::any_of(cluster.classes.begin(), cluster.classes.end(),
                                   [](const NodeClass& node) { return node.threads_per_core > 1; });
  if (threads && settings.granularity == Granularity::cpu)
    notes.push_back("SelectTypeParameters CR_CPU: a job is charged whole cores");
}

}  // namespace

Settings read_settings(const ClusterSpec& cluster, Plugin plugin, std::vector<std::string>& notes) {
  Settings settings;
  settings.linear = plugin == Plugin::linear;
  const std::string_view list = cluster.select.parameters;
  read_granularity(list, settings);
  settings.least_loaded = has(list, "CR_LLN");
  settings.one_task_per_core = has(list, "CR_ONE_TASK_PER_CORE");
  settings.block_cores = has(list, "CR_CORE_DEFAULT_DIST_BLOCK");
  for (const auto& partition : cluster.partitions)
    settings.of_partition.push_back(
        settings.linear ? Granularity::node : granularity_in(partition.select_parameters).value_or(settings.granularity));
  const std::string_view scheduler = cluster.scheduler.parameters;
  settings.pack_serial_at_end = has(scheduler, "pack_serial_at_end");
  if (const auto wait = find_parameter(scheduler, "max_switch_wait")) {
    int seconds = 0;
    if (std::from_chars(wait->data(), wait->data() + wait->size(), seconds).ec == std::errc{})
      settings.max_switch_wait = std::chrono::seconds{seconds};
  }
  read_topology(cluster, settings, notes);
  note_what_is_missing(cluster, settings, notes);
  return settings;
}

std::vector<Hardware> hardware_of(const ClusterSpec& cluster) {
  std::vector<Hardware> all;
  for (const auto& node_class : cluster.classes) all.push_back(hardware_of(node_class));
  return all;
}

}  // namespace sluice::cons_tres
