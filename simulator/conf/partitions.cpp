#include "simulator/conf/partitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/nodes.hpp"
#include "simulator/conf/partition_fields.hpp"

namespace sluice::conf {
namespace {

std::vector<NodeId> every_node(const ClusterSpec& spec) {
  std::vector<NodeId> nodes(spec.nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = NodeId{static_cast<std::uint32_t>(i)};
  return nodes;
}

/// A DefaultTime above MaxTime counts for nothing.
void check_default_time(PartitionSpec& out, const Record& record, Diagnostics& diags) {
  if (!out.max_time || !out.default_time || *out.default_time <= *out.max_time) return;
  const auto* own = record.own("DefaultTime") != nullptr ? record.own("DefaultTime") : record.own("MaxTime");
  const auto& shown = own != nullptr ? *own : *record.find("DefaultTime");
  warning_at(diags, shown.value_spot(),
             fmt::format("partition {}: DefaultTime={} is more than MaxTime={} and is ignored", out.name,
                         record.find("DefaultTime")->value, record.find("MaxTime")->value));
  out.default_time.reset();
}

void note_sharing(const PartitionSpec& partition, std::vector<std::string>& unmodelled, const Record& record) {
  using Mode = OverSubscribe::Mode;
  const Mode mode = partition.over_subscribe.mode;
  if (mode != Mode::yes && mode != Mode::force) return;
  const auto note = "OverSubscribe=" + record.find("OverSubscribe", "Shared")->value;
  if (std::find(unmodelled.begin(), unmodelled.end(), note) == unmodelled.end()) unmodelled.push_back(note);
}

void check_access(const PartitionSpec& partition, const Record& record, Diagnostics& diags) {
  for (const auto* what : {"Accounts", "Qos"}) {
    const auto& list = *what == 'A' ? partition.accounts : partition.qos_access;
    if (!list.allow || list.deny.empty()) continue;
    warning_at(diags, record.find(fmt::format("Deny{}", what))->value_spot(),
               fmt::format("partition {}: Deny{} is ignored, as Allow{} is given too", partition.name, what, what));
  }
}

const Entry* entry_of(const PartitionField& field, const Record& record) {
  if (field.lines == PartitionField::Lines::own) return record.own(field.key);
  return field.old_key.empty() ? record.find(field.key) : record.find(field.key, field.old_key);
}

PartitionSpec read_partition(const Record& record, const PartitionScene& scene) {
  PartitionSpec out;
  out.name = record.own("PartitionName")->value;
  for (const PartitionField& field : partition_fields())
    if (const auto* entry = entry_of(field, record)) field.set(out, *entry, scene);
  check_default_time(out, record, scene.diags);
  check_access(out, record, scene.diags);
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
    auto partition = read_partition(record, {spec, index, sets, diags});
    note_sharing(partition, spec.unmodelled, record);
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
