#include "simulator/conf/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "simulator/base/array_tasks.hpp"
#include "simulator/base/parameters.hpp"
#include "simulator/base/size.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/cluster_fields.hpp"
#include "simulator/conf/tres_text.hpp"

// Source: slurm.conf(5), read_config.c, 22.05.

namespace sluice::conf {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t infinite32 = 0xffffffff;

std::int64_t number(const Entry& entry) { return number_of(&entry).value_or(infinite32); }
Duration seconds(const Entry& entry) { return std::chrono::seconds{number(entry)}; }
/// INFINITE has no length.
Duration minutes(const Entry& entry) { return minutes_of(&entry).value_or(Duration{}); }

std::optional<Duration> limit_in_minutes(const Entry& entry) {
  const auto count = number_of(&entry);
  return count ? std::optional<Duration>{std::chrono::minutes{*count}} : std::nullopt;
}

/// Calls `visit(part, at)` with each part of a comma-separated text that is not blank, and where it begins in the text.
template <class Visit>
void for_each_part(std::string_view text, const Visit& visit) {
  std::size_t begin = 0;
  for (const auto part : split(text, ',')) {
    if (!trim(part).empty()) visit(part, begin);
    begin += part.size() + 1;
  }
}

struct FlagName {
  std::string_view name;
  bool PriorityFlags::*flag;
};
constexpr FlagName priority_flags[] = {
    {"ACCRUE_ALWAYS", &PriorityFlags::accrue_always},
    {"CALCULATE_RUNNING", &PriorityFlags::calculate_running},
    {"DEPTH_OBLIVIOUS", &PriorityFlags::depth_oblivious},
    {"INCR_ONLY", &PriorityFlags::incr_only},
    {"MAX_TRES", &PriorityFlags::max_tres},
    {"NO_FAIR_TREE", &PriorityFlags::no_fair_tree},
    {"NO_NORMAL_ALL", &PriorityFlags::no_normal_all},
    {"NO_NORMAL_ASSOC", &PriorityFlags::no_normal_assoc},
    {"NO_NORMAL_PART", &PriorityFlags::no_normal_part},
    {"NO_NORMAL_QOS", &PriorityFlags::no_normal_qos},
    {"NO_NORMAL_TRES", &PriorityFlags::no_normal_tres},
    {"SMALL_RELATIVE_TO_TIME", &PriorityFlags::small_relative_to_time},
};

void set_priority_flags(PriorityFlags& flags, const Entry& entry, Diagnostics& diags) {
  flags = {};
  for_each_part(entry.value, [&](std::string_view part, std::size_t at) {
    const auto same = [&](const FlagName& flag) { return equal_ignoring_case(flag.name, trim(part)); };
    const auto found = std::find_if(std::begin(priority_flags), std::end(priority_flags), same);
    if (found != std::end(priority_flags)) {
      flags.*(found->flag) = true;
    } else if (!equal_ignoring_case(trim(part), "FAIR_TREE")) {
      std::vector<std::string_view> names;
      for (const auto& flag : priority_flags) names.push_back(flag.name);
      warning_at(diags, entry.value_spot(at), fmt::format("PriorityFlags has no '{}' in 22.05; it is ignored", part),
                 did_you_mean(trim(part), names));
    }
  });
}

/// One token of AccountingStorageEnforce with what it implies; false when there is no such token.
bool add_enforcement(Enforcement& enforce, std::string_view word) {
  if (word == "none" || word == "0" || word == "nojobs" || word == "nosteps") return true;
  const bool all = word == "all";
  const bool safe = all || word == "safe";
  const bool limits = safe || word == "limits" || word == "limit" || word == "2";
  const bool qos = all || word == "qos";
  const bool wckeys = all || word == "wckeys" || word == "wckey";
  const bool associations = limits || qos || wckeys || word == "associations" || word == "association" || word == "1";
  enforce.associations |= associations;
  enforce.limits |= limits;
  enforce.qos |= qos;
  enforce.safe |= safe;
  enforce.wckeys |= wckeys;
  return associations;
}

void set_enforcement(Enforcement& enforce, const Entry& entry, Diagnostics& diags) {
  constexpr std::string_view words[] = {"associations", "limits", "qos", "safe", "wckeys", "nojobs", "nosteps", "all"};
  enforce = {};
  for_each_part(entry.value, [&](std::string_view part, std::size_t at) {
    const auto word = to_lower(trim(part));
    if (add_enforcement(enforce, word)) return;
    auto hint = did_you_mean(word, words);
    if (hint.empty()) hint = "known are associations, limits, qos, safe, wckeys, nojobs, nosteps, all";
    error_at(diags, entry.value_spot(at), fmt::format("AccountingStorageEnforce has no '{}'", part), std::move(hint));
  });
}

void set_tres(std::vector<std::string>& tres, const Entry& entry, Diagnostics& diags) {
  tres = AccountingSettings{}.tres;
  for_each_part(entry.value, [&](std::string_view part, std::size_t at) {
    const auto name = to_lower(trim(part));
    if (std::find(tres.begin(), tres.end(), name) != tres.end()) return;
    if (is_tres_name(name) || name.starts_with("ic/") || name.starts_with("fs/")) {
      tres.push_back(name);
    } else {
      error_at(diags, entry.value_spot(at), fmt::format("'{}' is no TRES", trim(part)),
               "write gres/NAME, gres/NAME:TYPE, license/NAME or bb/NAME");
    }
  });
}

void set_licenses(Licenses& licenses, const Entry& entry, Diagnostics& diags) {
  licenses.clear();
  auto text = entry.value;
  std::replace(text.begin(), text.end(), ';', ',');
  for_each_part(text, [&](std::string_view part, std::size_t at) {
    const auto sign = part.find_first_of(":*");
    const auto count =
        sign == std::string_view::npos ? std::optional<std::int64_t>{1} : parse_count(part.substr(sign + 1));
    if (count) {
      licenses[std::string{trim(part.substr(0, sign))}] += *count;
    } else {
      error_at(diags, entry.value_spot(at), fmt::format("Licenses wants name:count, got '{}'", part));
    }
  });
}

void set_requeue_delay(Duration& delay, const Entry& entry) {
  constexpr std::string_view option = "cred_expire=";
  const auto at = to_lower(entry.value).find(option);
  if (at == std::string::npos) return;
  const auto rest = std::string_view{entry.value}.substr(at + option.size());
  if (const auto count = parse_count(rest.substr(0, rest.find(',')))) delay = std::chrono::seconds{*count};
}

/// "0.25" as a length of time; nullopt for anything but a decimal number that is not negative.
std::optional<Duration> parse_seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0) || value > 1e9) return std::nullopt;
  return Duration{std::llround(value * 1000)};
}

std::optional<Duration> own_seconds(const Entry& entry, Diagnostics& diags) {
  const auto length = parse_seconds(trim(entry.value));
  if (!length) error_at(diags, entry.value_spot(0), fmt::format("{} wants seconds, got '{}'", entry.key, entry.value));
  return length;
}

/// Those of SlurmctldParameters.
void set_power_parameters(PowerSettings& power, std::string_view list) {
  const auto seconds = [list](std::string_view name, Duration& into) {
    if (const auto count = find_count(list, name)) into = std::chrono::seconds{*count};
  };
  seconds("power_save_interval", power.interval);
  seconds("power_save_min_interval", power.min_interval);
  power.is_idle_when_down = has_parameter(list, "idle_on_node_suspend");
}

bool names_program(const Entry& entry) {
  const auto word = trim(entry.value);
  return !word.empty() && !equal_ignoring_case(word, "(null)");
}

std::optional<LatencyRange> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto low = parse_seconds(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : parse_seconds(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return LatencyRange{*low, *high};
}

/// Calls `set(name, value)` with each part of "name=value,..."; where it refuses one, an error says what was wanted.
template <class Set>
void for_each_assignment(const Entry& entry, Diagnostics& diags, std::string_view noun, const char* hint,
                         const Set& set) {
  for_each_part(entry.value, [&](std::string_view part, std::size_t at) {
    const auto equals = std::min(part.find('='), part.size());
    const auto value = trim(part.substr(std::min(equals + 1, part.size())));
    if (!set(trim(part.substr(0, equals)), value))
      error_at(diags, entry.value_spot(at), fmt::format("'{}' is no {}", part, noun), hint);
  });
}

LatencyRange* latency_named(ControllerSettings& settings, std::string_view name) {
  if (name == "launch") return &settings.launch;
  if (name == "clean") return &settings.clean;
  return name == "wake" ? &settings.wake : nullptr;
}

void set_latency(ControllerSettings& settings, const Entry& entry, Diagnostics& diags) {
  constexpr auto hint =
      "write launch=, clean= or wake=LOW-HIGH in seconds, e.g. SluiceLatency=clean=0.1-1,wake=0-0.2";
  for_each_assignment(entry, diags, "latency", hint, [&](std::string_view name, std::string_view value) {
    LatencyRange* latency = latency_named(settings, name);
    const auto range = parse_range(value);
    if (latency != nullptr && range) *latency = *range;
    return latency != nullptr && range;
  });
}

Duration* cost_named(ControllerSettings& settings, std::string_view name) {
  if (name == "job") return &settings.decision_cost.job;
  return name == "pass" ? &settings.decision_cost.pass : nullptr;
}

void set_decision_cost(ControllerSettings& settings, const Entry& entry, Diagnostics& diags) {
  constexpr auto hint = "write job= or pass=SECONDS, e.g. SluiceDecisionCost=job=0.002,pass=0.05";
  for_each_assignment(entry, diags, "cost of a decision", hint, [&](std::string_view name, std::string_view value) {
    Duration* cost = cost_named(settings, name);
    const auto length = parse_seconds(value);
    if (cost != nullptr && length) *cost = *length;
    return cost != nullptr && length;
  });
}

EnforcePartLimits enforce_part_limits(std::string_view word) {
  if (equal_ignoring_case(word, "ALL")) return EnforcePartLimits::all;
  const bool any = equal_ignoring_case(word, "ANY") || parse_boolean(word).value_or(false);
  return any ? EnforcePartLimits::any : EnforcePartLimits::no;
}

/// `1-3,142`. Source: job_mgr.c, _make_requeue_array.
std::vector<std::int16_t> exit_codes(const Entry& entry, Diagnostics& diags) {
  constexpr std::int64_t most = 256;
  std::vector<std::int16_t> codes;
  std::size_t begin = 0;
  for (const auto part : split(entry.value, ',')) {
    const auto at = begin;
    begin += part.size() + 1;
    const auto range = parse_task_range(trim(part));
    if (!range || range->first < 0 || range->last > most) {
      error_at(diags, entry.value_spot(at), fmt::format("{} wants exit codes, got '{}'", entry.key, part),
               "write e.g. 1-9,142");
      return {};
    }
    for (auto code = range->first; code <= range->last; ++code) codes.push_back(static_cast<std::int16_t>(code));
  }
  return codes;
}

UsageReset usage_reset(std::string_view word) {
  constexpr std::string_view words[] = {"NONE", "NOW", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY"};
  for (std::size_t i = 0; i < std::size(words); ++i)
    if (equal_ignoring_case(word, words[i])) return static_cast<UsageReset>(i);
  return UsageReset::none;
}

struct Setter {
  std::string_view key;
  void (*set)(ClusterSpec&, const Entry&, Diagnostics&);
};

using C = ClusterSpec;
using E = Entry;
using D = Diagnostics;

constexpr Setter setters[] = {
    {"AccountingStorageEnforce", [](C& c, const E& e, D& d) { set_enforcement(c.accounting_settings.enforce, e, d); }},
    {"AccountingStorageTRES", [](C& c, const E& e, D& d) { set_tres(c.accounting_settings.tres, e, d); }},
    {"AccountingStorageType", [](C& c, const E& e, D&) { c.accounting_settings.storage = to_lower(e.value); }},
    {"AuthInfo", [](C& c, const E& e, D&) { set_requeue_delay(c.job_settings.requeue_delay, e); }},
    {"CompleteWait", [](C& c, const E& e, D&) { c.times.complete_wait = seconds(e); }},
    {"DefCPUPerGPU", [](C& c, const E& e, D&) { c.job_defaults.cpus_per_gpu = number_of(&e).value_or(0); }},
    {"DefMemPerCPU", [](C& c, const E& e, D&) { c.job_defaults.mem_per_cpu = memory_of(&e); }},
    {"DefMemPerGPU", [](C& c, const E& e, D&) { c.job_defaults.mem_per_gpu = memory_of(&e); }},
    {"DefMemPerNode", [](C& c, const E& e, D&) { c.job_defaults.mem_per_node = memory_of(&e); }},
    {"DependencyParameters", [](C& c, const E& e, D&) { c.job_settings.dependency_parameters = e.value; }},
    {"EnforcePartLimits",
     [](C& c, const E& e, D&) { c.job_settings.enforce_part_limits = enforce_part_limits(e.value); }},
    {"FairShareDampeningFactor", [](C& c, const E& e, D&) { c.multifactor.fairshare_dampening = number(e); }},
    {"FirstJobId", [](C& c, const E& e, D&) { c.job_settings.first_job_id = number(e); }},
    {"GresTypes", [](C& c, const E& e, D&) { c.gres_types = read_names(e.value); }},
    {"InactiveLimit", [](C& c, const E& e, D&) { c.times.inactive_limit = seconds(e); }},
    {"JobRequeue", [](C& c, const E& e, D&) { c.job_settings.requeue = number(e) != 0; }},
    {"JobSubmitPlugins", [](C& c, const E& e, D&) { c.job_settings.submit_plugins = e.value; }},
    {"KillWait", [](C& c, const E& e, D&) { c.times.kill_wait = seconds(e); }},
    {"Licenses", [](C& c, const E& e, D& d) { set_licenses(c.licenses, e, d); }},
    {"MaxArraySize", [](C& c, const E& e, D&) { c.job_settings.max_array_size = number(e); }},
    {"MaxJobCount", [](C& c, const E& e, D&) { c.job_settings.max_job_count = number(e); }},
    {"MaxJobId", [](C& c, const E& e, D&) { c.job_settings.max_job_id = number(e); }},
    {"MaxMemPerCPU", [](C& c, const E& e, D&) { c.job_defaults.max_mem_per_cpu = memory_of(&e); }},
    {"MaxMemPerNode", [](C& c, const E& e, D&) { c.job_defaults.max_mem_per_node = memory_of(&e); }},
    {"MaxTasksPerNode", [](C& c, const E& e, D&) { c.job_settings.max_tasks_per_node = number(e); }},
    {"MessageTimeout", [](C& c, const E& e, D&) { c.times.message_timeout = seconds(e); }},
    {"MinJobAge", [](C& c, const E& e, D&) { c.times.min_job_age = seconds(e); }},
    {"OverTimeLimit", [](C& c, const E& e, D&) { c.times.over_time_limit = limit_in_minutes(e); }},
    {"PreemptExemptTime",
     [](C& c, const E& e, D&) {
       c.preempt.exempt_time = parse_time(e.value).value_or(TimeLimit{}).length.value_or(Duration{});
     }},
    {"PreemptMode", [](C& c, const E& e, D& d) { c.preempt.mode = read_preempt_mode(e, d).value_or(c.preempt.mode); }},
    {"PreemptType", [](C& c, const E& e, D&) { c.preempt.type = to_lower(e.value); }},
    {"PriorityCalcPeriod", [](C& c, const E& e, D&) { c.multifactor.calc_period = minutes(e); }},
    {"PriorityDecayHalfLife", [](C& c, const E& e, D&) { c.multifactor.decay_half_life = minutes(e); }},
    {"PriorityFavorSmall", [](C& c, const E& e, D&) { c.multifactor.favor_small = is_yes(&e); }},
    {"PriorityFlags", [](C& c, const E& e, D& d) { set_priority_flags(c.multifactor.flags, e, d); }},
    {"PriorityMaxAge", [](C& c, const E& e, D&) { c.multifactor.max_age = minutes(e); }},
    {"PriorityUsageResetPeriod", [](C& c, const E& e, D&) { c.multifactor.usage_reset = usage_reset(e.value); }},
    {"PriorityWeightAge", [](C& c, const E& e, D&) { c.multifactor.weight_age = number(e); }},
    {"PriorityWeightAssoc", [](C& c, const E& e, D&) { c.multifactor.weight_assoc = number(e); }},
    {"PriorityWeightFairshare", [](C& c, const E& e, D&) { c.multifactor.weight_fairshare = number(e); }},
    {"PriorityWeightJobSize", [](C& c, const E& e, D&) { c.multifactor.weight_job_size = number(e); }},
    {"PriorityWeightPartition", [](C& c, const E& e, D&) { c.multifactor.weight_partition = number(e); }},
    {"PriorityWeightQOS", [](C& c, const E& e, D&) { c.multifactor.weight_qos = number(e); }},
    {"PriorityWeightTRES", [](C& c, const E& e, D& d) { c.multifactor.weight_tres = read_tres_weights(e, d); }},
    {"RequeueExit", [](C& c, const E& e, D& d) { c.job_settings.requeue_exit = exit_codes(e, d); }},
    {"RequeueExitHold", [](C& c, const E& e, D& d) { c.job_settings.requeue_exit_hold = exit_codes(e, d); }},
    {"ResvOverRun", [](C& c, const E& e, D&) { c.times.reservation_over_run = limit_in_minutes(e); }},
    {"ResumeProgram", [](C& c, const E& e, D&) { c.power.has_resume_program = names_program(e); }},
    {"ResumeRate", [](C& c, const E& e, D&) { c.power.resume_rate = number(e); }},
    {"ResumeTimeout", [](C& c, const E& e, D&) { c.power.resume_timeout = seconds(e); }},
    {"ReturnToService", [](C& c, const E& e, D&) { c.times.return_to_service = number(e); }},
    {"SchedulerTimeSlice", [](C& c, const E& e, D&) { c.preempt.time_slice = seconds(e); }},
    {"SluiceBootTime", [](C& c, const E& e, D& d) { c.power.boot = own_seconds(e, d); }},
    {"SluiceControllerUptime",
     [](C& c, const E& e, D& d) { c.controller.uptime = own_seconds(e, d).value_or(c.controller.uptime); }},
    {"SluiceDecisionCost", [](C& c, const E& e, D& d) { set_decision_cost(c.controller, e, d); }},
    {"SluiceLatency", [](C& c, const E& e, D& d) { set_latency(c.controller, e, d); }},
    {"SlurmctldParameters", [](C& c, const E& e, D&) { set_power_parameters(c.power, e.value); }},
    {"SlurmdTimeout", [](C& c, const E& e, D&) { c.times.slurmd_timeout = seconds(e); }},
    {"SuspendProgram", [](C& c, const E& e, D&) { c.power.has_suspend_program = names_program(e); }},
    {"SuspendRate", [](C& c, const E& e, D&) { c.power.suspend_rate = number(e); }},
    {"SuspendTime", [](C& c, const E& e, D& d) { c.power.suspend_time = read_suspend_time(e, d); }},
    {"SuspendTimeout", [](C& c, const E& e, D&) { c.power.suspend_timeout = seconds(e); }},
    {"TopologyParam", [](C& c, const E& e, D&) { c.topology_parameters = e.value; }},
    {"TopologyPlugin", [](C& c, const E& e, D&) { c.topology_plugin = to_lower(e.value); }},
};

}  // namespace

std::optional<Duration> read_suspend_time(const Entry& entry, Diagnostics& diags) {
  const auto word = trim(entry.value);
  const bool is_never = equal_ignoring_case(word, "INFINITE") || equal_ignoring_case(word, "NONE") || word == "-1";
  return is_never ? std::nullopt : own_seconds(entry, diags);
}

std::optional<PreemptMode> read_preempt_mode(const Entry& entry, Diagnostics& diags) {
  using Action = PreemptMode::Action;
  PreemptMode mode;
  for (const auto part : split(entry.value, ',')) {
    const auto word = to_lower(trim(part));
    if (word == "off" || word.empty())
      mode.action = Action::off;
    else if (word == "cancel")
      mode.action = Action::cancel;
    else if (word == "requeue")
      mode.action = Action::requeue;
    else if (word == "suspend")
      mode.action = Action::suspend;
    else if (word == "gang")
      mode.gang = true;
    else if (word == "within")
      mode.within = true;
    else {
      error_at(diags, entry.value_spot(), fmt::format("PreemptMode has no '{}'", part),
               "known are OFF, CANCEL, REQUEUE, SUSPEND, GANG, WITHIN");
      return std::nullopt;
    }
  }
  return mode;
}

std::string preempt_mode_text(const PreemptMode& mode) {
  constexpr std::string_view words[] = {"OFF", "CANCEL", "REQUEUE", "SUSPEND"};
  std::string out{words[static_cast<std::size_t>(mode.action)]};
  if (mode.gang) out = mode.action == PreemptMode::Action::off ? "GANG" : out + ",GANG";
  if (mode.within) out += ",WITHIN";
  return out;
}

std::optional<Megabytes> memory_of(const Entry* entry) {
  if (entry == nullptr) return std::nullopt;
  return Megabytes{number_of(entry).value_or(0)};
}

void apply_setting(ClusterSpec& spec, const Field& field, Diagnostics& diags) {
  for (const auto& setter : setters)
    if (setter.key == field.key->name) setter.set(spec, field.entry, diags);
}

}  // namespace sluice::conf
