#include "simulator/conf/partition_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/settings.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

using Scene = PartitionScene;

/// Nodes= of a partition: hosts, node sets, ALL.
void set_nodes(PartitionSpec& out, const Entry& entry, const Scene& scene) {
  out.nodes.clear();
  const auto items = split_hostlist(entry.value);
  if (!items) return;  // reported when the value was checked
  for (const auto& item : *items) {
    if (equal_ignoring_case(item.text, "ALL"))
      for (std::uint32_t n = 0; n < scene.spec.nodes.size(); ++n) out.nodes.push_back(NodeId{n});
    else if (const auto set = scene.sets.find(item.text); set != scene.sets.end())
      out.nodes.insert(out.nodes.end(), set->second.begin(), set->second.end());
    else
      scene.index.append_item(out.nodes, entry, item.text, item.position, scene.diags);
  }
  sort_unique(out.nodes);
}

void set_state(PartitionSpec& out, const Entry& entry, const Scene&) {
  constexpr std::pair<std::string_view, PartitionState> words[] = {{"UP", PartitionState::up},
                                                                   {"DOWN", PartitionState::down},
                                                                   {"DRAIN", PartitionState::drain},
                                                                   {"INACTIVE", PartitionState::inactive}};
  for (const auto& [word, state] : words)
    if (equal_ignoring_case(entry.value, word)) out.state = state;
}

void set_both_priorities(PartitionSpec& out, const Entry& entry, const Scene&) {
  if (const auto both = number_of(&entry)) out.priority_job_factor = out.priority_tier = *both;
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

void set_sharing(PartitionSpec& out, const Entry& entry, const Scene& scene) {
  const auto sharing = parse_over_subscribe(entry.value);
  if (!sharing) {
    error_at(scene.diags, entry.value_spot(),
             fmt::format("OverSubscribe wants NO, EXCLUSIVE, YES[:n] or FORCE[:n], got '{}'", entry.value));
    return;
  }
  out.over_subscribe = *sharing;
  out.always_exclusive = sharing->mode == OverSubscribe::Mode::exclusive;
}

enum class Case : std::uint8_t { kept, lowered };

/// Allow*: ALL, or nothing, lets everybody in.
template <AccessList PartitionSpec::*list, Case letters>
void set_allowed(PartitionSpec& out, const Entry& entry, const Scene&) {
  auto names = letters == Case::lowered ? read_lower_names(entry.value) : read_names(entry.value);
  const bool all = equal_ignoring_case(entry.value, "ALL") || names.empty();
  (out.*list).allow = all ? std::nullopt : std::optional{std::move(names)};
}

template <AccessList PartitionSpec::*list>
void set_denied(PartitionSpec& out, const Entry& entry, const Scene&) {
  (out.*list).deny = read_lower_names(entry.value);
}

template <std::optional<Megabytes> JobDefaults::*what>
void set_memory(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.defaults.*what = memory_of(&entry);
}

template <std::optional<Duration> PartitionSpec::*what>
void set_minutes(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.*what = minutes_of(&entry);
}

template <std::optional<std::int64_t> PartitionSpec::*what>
void set_bound(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.*what = number_of(&entry);
}

template <std::int64_t PartitionSpec::*what, std::int64_t unlimited>
void set_number(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.*what = number_of(&entry).value_or(unlimited);
}

template <bool PartitionSpec::*what>
void set_flag(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.*what = is_yes(&entry);
}

template <std::string PartitionSpec::*what>
void set_text(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.*what = entry.value;
}

void set_qos(PartitionSpec& out, const Entry& entry, const Scene&) { out.qos = to_lower(entry.value); }

void set_alternate(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.alternate = equal_ignoring_case(entry.value, "NONE") ? std::string{} : entry.value;
}

void set_cpus_per_gpu(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.defaults.cpus_per_gpu = number_of(&entry).value_or(0);
}

void set_preempt_mode(PartitionSpec& out, const Entry& entry, const Scene& scene) {
  out.preempt_mode = read_preempt_mode(entry, scene.diags);
}

void set_grace_time(PartitionSpec& out, const Entry& entry, const Scene&) {
  out.grace_time = std::chrono::seconds{number_of(&entry).value_or(0)};
}

void set_over_time_limit(PartitionSpec& out, const Entry& entry, const Scene&) {
  const auto count = number_of(&entry);
  out.over_time_limit = count ? std::optional<Duration>{std::chrono::minutes{*count}} : std::optional<Duration>{};
}

void set_billing_weights(PartitionSpec& out, const Entry& entry, const Scene& scene) {
  out.billing_weights = read_tres_weights(entry, scene.diags);
}

template <std::optional<Duration> PartitionPower::*what>
void set_seconds(PartitionSpec& out, const Entry& entry, const Scene&) {
  const auto count = number_of(&entry);
  out.power.*what = count ? std::optional<Duration>{std::chrono::seconds{*count}} : std::nullopt;
}

void set_suspend_time(PartitionSpec& out, const Entry& entry, const Scene& scene) {
  out.power.suspend_time = read_suspend_time(entry, scene.diags);
}

/// A key that has no place of its own in a PartitionSpec; these stand in alphabetical order.
void set_other(PartitionSpec& out, const Entry& entry, const Scene&) {
  const std::string name{find_key(Scope::partition, entry.key)->name};
  const auto place = std::lower_bound(out.other.begin(), out.other.end(), name,
                                      [](const Setting& one, const std::string& key) { return one.first < key; });
  if (place != out.other.end() && place->first == name)
    place->second = entry.value;
  else
    out.other.insert(place, {name, entry.value});
}

using P = PartitionSpec;
using J = JobDefaults;
constexpr auto own = PartitionField::Lines::own;

/// In 22.05 a few keys come from the line itself only. Source: read_config.c.
constexpr PartitionField table[] = {
    {"Nodes", set_nodes},
    {"Default", set_flag<&P::is_default>},
    {"State", set_state},
    {"MaxTime", set_minutes<&P::max_time>},
    {"DefaultTime", set_minutes<&P::default_time>},
    {"MinNodes", set_number<&P::min_nodes, 0>},
    {"MaxNodes", set_bound<&P::max_nodes>},
    {"PriorityJobFactor", set_number<&P::priority_job_factor, 1>},
    {"PriorityTier", set_number<&P::priority_tier, 1>},
    {"Priority", set_both_priorities},
    {"AllowAccounts", set_allowed<&P::accounts, Case::lowered>},
    {"DenyAccounts", set_denied<&P::accounts>},
    {"AllowQos", set_allowed<&P::qos_access, Case::lowered>},
    {"DenyQos", set_denied<&P::qos_access>},
    {"AllowGroups", set_allowed<&P::groups, Case::kept>},
    {"DefCpuPerGPU", set_cpus_per_gpu},
    {"DefMemPerCPU", set_memory<&J::mem_per_cpu>},
    {"DefMemPerGPU", set_memory<&J::mem_per_gpu>},
    {"DefMemPerNode", set_memory<&J::mem_per_node>},
    {"MaxMemPerCPU", set_memory<&J::max_mem_per_cpu>},
    {"MaxMemPerNode", set_memory<&J::max_mem_per_node>},
    {"QOS", set_qos},
    {"Alternate", set_alternate},
    {"MaxCPUsPerNode", set_bound<&P::max_cpus_per_node>},
    {"OverSubscribe", set_sharing, "Shared"},
    {"PreemptMode", set_preempt_mode},
    {"GraceTime", set_grace_time},
    {"OverTimeLimit", set_over_time_limit},
    {"LLN", set_flag<&P::least_loaded_nodes>},
    {"ExclusiveUser", set_flag<&P::exclusive_user>, {}, own},
    {"ReqResv", set_flag<&P::requires_reservation>},
    {"RootOnly", set_flag<&P::root_only>},
    {"SelectTypeParameters", set_text<&P::select_parameters>, {}, own},
    {"TRESBillingWeights", set_billing_weights},
    {"AllocNodes", set_other},
    {"CpuBind", set_other},
    {"DisableRootJobs", set_other, {}, own},
    {"Exclusive", set_other},
    {"ExclusiveTopo", set_other},
    {"Hidden", set_other},
    {"MaxCPUsPerSocket", set_other},
    {"PowerDownOnIdle", set_other},
    {"ResumeTimeout", set_seconds<&PartitionPower::resume_timeout>},
    {"SuspendTime", set_suspend_time, {}, own},
    {"SuspendTimeout", set_seconds<&PartitionPower::suspend_timeout>},
    {"Topology", set_other},
};

}  // namespace

std::span<const PartitionField> partition_fields() { return table; }

const PartitionField* find_partition_field(std::string_view key) {
  for (const PartitionField& field : table)
    if (equal_ignoring_case(field.key, key) || (!field.old_key.empty() && equal_ignoring_case(field.old_key, key)))
      return &field;
  return nullptr;
}

}  // namespace sluice::conf
