#include "simulator/conf/cluster_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/text.hpp"
#include "simulator/conf/settings.hpp"

namespace sluice::conf {
namespace {

void set_name(PluginChoice& choice, const Entry& entry) {
  const auto spot = entry.value_spot();
  choice.name = entry.value;
  choice.name_at = spot.at;
  choice.name_line = spot.line;
}

void set_parameters(PluginChoice& choice, const Entry& entry) {
  const auto spot = entry.value_spot();
  choice.parameters = entry.value;
  choice.parameters_at = spot.at;
  choice.parameters_line = spot.line;
}

/// slurmdbd makes the name part of a table's.
void set_cluster_name(ClusterSpec& spec, const Entry& entry, Diagnostics& diags) {
  spec.name = to_lower(entry.value);
  if (spec.name.find_first_of("'\"`|") != std::string::npos)
    error_at(diags, entry.value_spot(), fmt::format("no cluster can be called '{}'", entry.value),
             "write letters, digits, dashes and underscores");
}

bool is_slurm_only(std::string_view name) {
  return std::any_of(std::begin(all_scopes), std::end(all_scopes), [&](Scope scope) {
    const auto* key = find_key(scope, name);
    return key != nullptr && key->support == Support::slurm_only;
  });
}

}  // namespace

void set_default_plugins(ClusterSpec& spec) {
  spec.scheduler.name = "sched/backfill";
  spec.priority.name = "priority/basic";
  spec.select.name = "select/linear";
}

void apply_cluster_field(ClusterSpec& spec, const Field& field, Diagnostics& diags) {
  const auto name = field.key->name;
  if (name == "ClusterName") set_cluster_name(spec, field.entry, diags);
  if (name == "SchedulerType") set_name(spec.scheduler, field.entry);
  if (name == "SchedulerParameters") set_parameters(spec.scheduler, field.entry);
  if (name == "PriorityType") set_name(spec.priority, field.entry);
  if (name == "PriorityParameters") set_parameters(spec.priority, field.entry);
  if (name == "SelectType") set_name(spec.select, field.entry);
  if (name == "SelectTypeParameters") set_parameters(spec.select, field.entry);
  apply_setting(spec, field, diags);
  note_unmodelled(spec, field);
  if (name != "ClusterName") keep_setting(spec, name, field.entry.value);
}

void keep_setting(ClusterSpec& spec, std::string_view key, const std::string& value) {
  const auto same = [&](const Setting& setting) { return setting.first == key; };
  const auto known = std::find_if(spec.settings.begin(), spec.settings.end(), same);
  if (known == spec.settings.end() || key == "SlurmctldHost") {
    spec.settings.emplace_back(key, value);
  } else {
    known->second = value;
  }
}

void note_unmodelled(ClusterSpec& spec, const Field& field) {
  const auto& key = *field.key;
  const bool heeded = key.support != Support::not_modelled && key.support != Support::slurm_only;
  if (heeded || equal_ignoring_case(field.entry.value, key.default_value)) return;
  const auto known = std::find(spec.unmodelled.begin(), spec.unmodelled.end(), key.name);
  if (known == spec.unmodelled.end()) spec.unmodelled.emplace_back(key.name);
}

void drop_heeded(ClusterSpec& spec) {
  const bool runs_slurms_loops = spec.scheduler.name == "sched/backfill" || spec.scheduler.name == "sched/builtin";
  const bool suspends = spec.power.suspend_time || std::any_of(spec.partitions.begin(), spec.partitions.end(),
                                                               [](const PartitionSpec& one) { return one.power.suspends(); });
  std::erase_if(spec.unmodelled, [&](const std::string& name) {
    const bool concerns_power = name.starts_with("Suspend") || name.starts_with("Resume");
    if (concerns_power && !suspends) return true;
    return runs_slurms_loops && is_slurm_only(name);
  });
}

}  // namespace sluice::conf
