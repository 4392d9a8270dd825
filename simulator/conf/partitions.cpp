#include "simulator/conf/partitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/nodes.hpp"
#include "simulator/conf/settings.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

std::vector<NodeId> every_node(const ClusterSpec& spec) {
  std::vector<NodeId> nodes(spec.nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = NodeId{static_cast<std::uint32_t>(i)};
  return nodes;
}

/// Nodes= of a partition: hosts, node sets, ALL.
std::vector<NodeId> partition_nodes(const ClusterSpec& spec, const Entry& entry, const NodeIndex& index,
                                    const NodeSets& sets, Diagnostics& diags) {
  std::vector<NodeId> out;
  const auto items = split_hostlist(entry.value);
  if (!items) return out;  // reported when the value was checked
  for (const auto& item : *items) {
    if (equal_ignoring_case(item.text, "ALL")) return every_node(spec);
    if (const auto set = sets.find(item.text); set != sets.end()) {
      out.insert(out.end(), set->second.begin(), set->second.end());
    } else {
      index.append_item(out, entry, item.text, item.position, diags);
    }
  }
  sort_unique(out);
  return out;
}

PartitionState partition_state(const Entry* entry) {
  if (entry == nullptr || equal_ignoring_case(entry->value, "UP")) return PartitionState::up;
  if (equal_ignoring_case(entry->value, "DOWN")) return PartitionState::down;
  if (equal_ignoring_case(entry->value, "DRAIN")) return PartitionState::drain;
  return PartitionState::inactive;
}

void read_times(PartitionSpec& out, const Record& record, Diagnostics& diags) {
  out.max_time = minutes_of(record.find("MaxTime"));
  out.default_time = minutes_of(record.find("DefaultTime"));
  if (!out.max_time || !out.default_time || *out.default_time <= *out.max_time) return;
  const auto* own = record.own("DefaultTime") != nullptr ? record.own("DefaultTime") : record.own("MaxTime");
  const auto& shown = own != nullptr ? *own : *record.find("DefaultTime");
  warning_at(diags, shown.value_spot(),
             fmt::format("partition {}: DefaultTime={} is more than MaxTime={} and is ignored", out.name,
                         record.find("DefaultTime")->value, record.find("MaxTime")->value));
  out.default_time.reset();
}

void read_priority(PartitionSpec& out, const Record& record) {
  out.priority_job_factor = number_of(record.find("PriorityJobFactor")).value_or(1);
  out.priority_tier = number_of(record.find("PriorityTier")).value_or(1);
  if (const auto both = number_of(record.find("Priority"))) out.priority_job_factor = out.priority_tier = *both;
}

/// NO, EXCLUSIVE, YES[:n] or FORCE[:n]; nullopt for anything else.
std::optional<OverSubscribe> parse_over_subscribe(std::string_view text) {
  using Mode = OverSubscribe::Mode;
  const auto colon = text.find(':');
  const auto word = text.substr(0, colon);
  const bool yes = equal_ignoring_case(word, "YES"), force = equal_ignoring_case(word, "FORCE");
  if (!yes && !force) {
    if (equal_ignoring_case(text, "NO")) return OverSubscribe{Mode::no};
    if (equal_ignoring_case(text, "EXCLUSIVE")) return OverSubscribe{Mode::exclusive};
    return std::nullopt;
  }
  OverSubscribe out{yes ? Mode::yes : Mode::force};
  if (colon == std::string_view::npos) return out;
  const auto jobs = parse_number(text.substr(colon + 1), Type::number16);
  if (!jobs) return std::nullopt;
  out.jobs = jobs->value.value_or(std::int64_t{0xffff});
  return out;
}

void read_sharing(PartitionSpec& out, std::vector<std::string>& unmodelled, const Record& record, Diagnostics& diags) {
  const auto* entry = record.find("OverSubscribe", "Shared");
  if (entry == nullptr) return;
  const auto sharing = parse_over_subscribe(entry->value);
  if (!sharing) {
    error_at(diags, entry->value_spot(),
             fmt::format("OverSubscribe wants NO, EXCLUSIVE, YES[:n] or FORCE[:n], got '{}'", entry->value));
    return;
  }
  out.over_subscribe = *sharing;
  out.always_exclusive = sharing->mode == OverSubscribe::Mode::exclusive;
  const bool shares = sharing->mode == OverSubscribe::Mode::yes || sharing->mode == OverSubscribe::Mode::force;
  const auto note = "OverSubscribe=" + entry->value;
  if (shares && std::find(unmodelled.begin(), unmodelled.end(), note) == unmodelled.end()) unmodelled.push_back(note);
}

enum class Case : std::uint8_t { kept, lowered };

/// Allow* and Deny*: ALL lets everybody in.
AccessList read_access(const Entry* allow, const Entry* deny, Case letters) {
  const auto names = [&](const Entry& entry) {
    return letters == Case::lowered ? read_lower_names(entry.value) : read_names(entry.value);
  };
  AccessList out;
  if (allow != nullptr && !equal_ignoring_case(allow->value, "ALL")) out.allow = names(*allow);
  if (out.allow && out.allow->empty()) out.allow.reset();
  if (deny != nullptr) out.deny = names(*deny);
  return out;
}

void read_all_access(PartitionSpec& out, const Record& record, Diagnostics& diags) {
  out.accounts = read_access(record.find("AllowAccounts"), record.find("DenyAccounts"), Case::lowered);
  out.qos_access = read_access(record.find("AllowQos"), record.find("DenyQos"), Case::lowered);
  out.groups = read_access(record.find("AllowGroups"), nullptr, Case::kept);
  for (const auto* what : {"Accounts", "Qos"}) {
    const auto& list = *what == 'A' ? out.accounts : out.qos_access;
    if (!list.allow || list.deny.empty()) continue;
    warning_at(diags, record.find(fmt::format("Deny{}", what))->value_spot(),
               fmt::format("partition {}: Deny{} is ignored, as Allow{} is given too", out.name, what, what));
  }
}

JobDefaults read_job_defaults(const Record& record) {
  JobDefaults out;
  if (const auto* cpus = record.find("DefCpuPerGPU")) out.cpus_per_gpu = number_of(cpus).value_or(0);
  out.mem_per_cpu = memory_of(record.find("DefMemPerCPU"));
  out.mem_per_gpu = memory_of(record.find("DefMemPerGPU"));
  out.mem_per_node = memory_of(record.find("DefMemPerNode"));
  out.max_mem_per_cpu = memory_of(record.find("MaxMemPerCPU"));
  out.max_mem_per_node = memory_of(record.find("MaxMemPerNode"));
  return out;
}

std::string text_of(const Entry* entry) { return entry != nullptr ? entry->value : std::string{}; }

/// What issues of preemption, limits and placement ask of a partition. In 22.05 ExclusiveUser and SelectTypeParameters
/// come from the line itself only. Source: read_config.c.
void read_policies(PartitionSpec& out, const Record& record, Diagnostics& diags) {
  out.qos = to_lower(text_of(record.find("QOS")));
  out.alternate = text_of(record.find("Alternate"));
  out.max_cpus_per_node = number_of(record.find("MaxCPUsPerNode"));
  if (const auto* mode = record.find("PreemptMode")) out.preempt_mode = read_preempt_mode(*mode, diags);
  out.grace_time = std::chrono::seconds{number_of(record.find("GraceTime")).value_or(0)};
  if (const auto* over = record.find("OverTimeLimit")) {
    const auto count = number_of(over);
    out.over_time_limit = count ? std::optional<Duration>{std::chrono::minutes{*count}} : std::optional<Duration>{};
  }
  out.least_loaded_nodes = is_yes(record.find("LLN"));
  out.exclusive_user = is_yes(record.own("ExclusiveUser"));
  out.requires_reservation = is_yes(record.find("ReqResv"));
  out.root_only = is_yes(record.find("RootOnly"));
  out.select_parameters = text_of(record.own("SelectTypeParameters"));
  if (const auto* weights = record.find("TRESBillingWeights")) out.billing_weights = read_tres_weights(*weights, diags);
}

/// Keys that have no place of their own in a PartitionSpec.
std::vector<Setting> read_other(const Record& record) {
  constexpr std::string_view keys[] = {"AllocNodes",    "CpuBind",     "DisableRootJobs",  "Exclusive",
                                       "ExclusiveTopo", "Hidden",      "MaxCPUsPerSocket", "PowerDownOnIdle",
                                       "ResumeTimeout", "SuspendTime", "SuspendTimeout",   "Topology"};
  std::vector<Setting> out;
  for (const auto key : keys) {
    const bool own_only = key == "DisableRootJobs" || key == "SuspendTime";
    if (const auto* entry = own_only ? record.own(key) : record.find(key)) out.emplace_back(key, entry->value);
  }
  return out;
}

PartitionSpec read_partition(const ClusterSpec& spec, const Record& record, const NodeIndex& index,
                             const NodeSets& sets, Diagnostics& diags) {
  PartitionSpec out;
  out.name = record.own("PartitionName")->value;
  if (const auto* nodes = record.find("Nodes")) out.nodes = partition_nodes(spec, *nodes, index, sets, diags);
  out.is_default = is_yes(record.find("Default"));
  out.state = partition_state(record.find("State"));
  read_times(out, record, diags);
  out.min_nodes = number_of(record.find("MinNodes")).value_or(0);
  out.max_nodes = number_of(record.find("MaxNodes"));
  read_priority(out, record);
  read_all_access(out, record, diags);
  out.defaults = read_job_defaults(record);
  read_policies(out, record, diags);
  out.other = read_other(record);
  return out;
}

std::vector<NodeId> nodes_with_feature(const ClusterSpec& spec, const std::string& feature) {
  std::vector<NodeId> out;
  for (const auto node : every_node(spec)) {
    const auto& features = spec.class_of(node).features;
    if (std::find(features.begin(), features.end(), feature) != features.end()) out.push_back(node);
  }
  return out;
}

}  // namespace

NodeSets read_node_sets(const ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index,
                        Diagnostics& diags) {
  NodeSets sets;
  for (const auto& record : records) {
    const auto* name = record.own("NodeSet");
    if (name == nullptr) continue;
    if (index.find(name->value)) {
      error_at(diags, name->value_spot(), fmt::format("'{}' is the name of a node and of a node set", name->value));
      continue;
    }
    std::vector<NodeId> nodes;
    if (const auto* feature = record.find("Feature")) nodes = nodes_with_feature(spec, feature->value);
    if (const auto* list = record.find("Nodes")) {
      const auto more = index.read(*list, diags);
      nodes.insert(nodes.end(), more.begin(), more.end());
    }
    if (record.find("Feature") == nullptr && record.find("Nodes") == nullptr)
      error_at(diags, name->key_spot(), fmt::format("node set '{}' has neither Feature nor Nodes", name->value));
    sort_unique(nodes);
    if (!sets.emplace(name->value, std::move(nodes)).second)
      error_at(diags, name->value_spot(), fmt::format("node set '{}' is defined twice", name->value));
  }
  return sets;
}

void build_partitions(ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index, const NodeSets& sets,
                      Diagnostics& diags) {
  for (const auto& record : records) {
    const auto* name = record.own("PartitionName");
    if (name == nullptr) continue;
    auto partition = read_partition(spec, record, index, sets, diags);
    read_sharing(partition, spec.unmodelled, record, diags);
    if (partition.is_default)
      for (auto& other : spec.partitions) other.is_default = false;
    const auto same = std::find_if(spec.partitions.begin(), spec.partitions.end(),
                                   [&](const PartitionSpec& other) { return other.name == partition.name; });
    if (same == spec.partitions.end()) {
      spec.partitions.push_back(std::move(partition));
    } else {
      warning_at(diags, name->value_spot(),
                 fmt::format("partition '{}' is defined twice; the last line counts", name->value));
      *same = std::move(partition);
    }
  }
}

void apply_down_nodes(ClusterSpec& spec, std::span<const Record> records, const NodeIndex& index, Diagnostics& diags) {
  for (const auto& record : records) {
    const auto* list = record.own("DownNodes");
    if (list == nullptr) continue;
    const auto* state = record.find("State");
    const auto* reason = record.find("Reason");
    for (const auto node : index.read(*list, diags)) {
      spec.nodes[node.index()].state = state ? node_state(state->value) : NodeState::down;
      spec.nodes[node.index()].reason = reason ? reason->value : "Set in slurm.conf";
    }
  }
}

}  // namespace sluice::conf
