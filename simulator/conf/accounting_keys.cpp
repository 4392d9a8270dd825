#include "simulator/conf/accounting_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

using A = AssociationSpec;
using Q = QosSpec;
using Tres = TresCounts&;
using Number = std::optional<std::int64_t>&;
using Length = std::optional<Duration>&;

const LimitKey<A> association_table[] = {
    {"GrpTRESMins", "", [](A& a) -> Tres { return a.group.tres_mins; }},
    {"GrpTRESRunMins", "", [](A& a) -> Tres { return a.group.tres_run_mins; }},
    {"GrpTRES", "", [](A& a) -> Tres { return a.group.tres; }},
    {"GrpJobs", "", [](A& a) -> Number { return a.group.jobs; }},
    {"GrpJobsAccrue", "", [](A& a) -> Number { return a.group.jobs_accrue; }},
    {"GrpSubmitJobs", "GrpSubmit", [](A& a) -> Number { return a.group.submit_jobs; }},
    {"GrpWall", "GrpWallDuration", [](A& a) -> Length { return a.group.wall; }},
    {"MaxTRESMinsPerJob", "MaxTRESMins", [](A& a) -> Tres { return a.max.tres_mins; }},
    {"MaxTRESRunMins", "", [](A& a) -> Tres { return a.max_tres_run_mins; }},
    {"MaxTRESPerJob", "MaxTRES", [](A& a) -> Tres { return a.max.tres; }},
    {"MaxTRESPerNode", "", [](A& a) -> Tres { return a.max.per_node; }},
    {"MaxJobs", "", [](A& a) -> Number { return a.max_jobs; }},
    {"MaxJobsAccrue", "", [](A& a) -> Number { return a.max_jobs_accrue; }},
    {"MaxSubmitJobs", "MaxSubmit", [](A& a) -> Number { return a.max_submit_jobs; }},
    {"MaxWallDurationPerJob", "MaxWall|MaxWallDuration", [](A& a) -> Length { return a.max.wall; }},
    {"MinPrioThreshold", "MinPrioThres", [](A& a) -> Number { return a.min_prio_threshold; }},
    {"Priority", "", [](A& a) -> Number { return a.priority; }},
};

const LimitKey<Q> qos_table[] = {
    {"GrpTRES", "", [](Q& q) -> Tres { return q.group.tres; }},
    {"GrpTRESMins", "", [](Q& q) -> Tres { return q.group.tres_mins; }},
    {"GrpTRESRunMins", "", [](Q& q) -> Tres { return q.group.tres_run_mins; }},
    {"GrpJobs", "", [](Q& q) -> Number { return q.group.jobs; }},
    {"GrpSubmit", "GrpSubmitJobs", [](Q& q) -> Number { return q.group.submit_jobs; }},
    {"GrpWall", "GrpWallDuration", [](Q& q) -> Length { return q.group.wall; }},
    {"MaxTRES", "MaxTRESPerJob", [](Q& q) -> Tres { return q.max.tres; }},
    {"MaxTRESPerNode", "", [](Q& q) -> Tres { return q.max.per_node; }},
    {"MaxTRESMins", "MaxTRESMinsPerJob", [](Q& q) -> Tres { return q.max.tres_mins; }},
    {"MaxWall", "MaxWallDurationPerJob|MaxWallDuration", [](Q& q) -> Length { return q.max.wall; }},
    {"MaxTRESPU", "MaxTRESPerUser", [](Q& q) -> Tres { return q.per_user.tres; }},
    {"MaxJobsPU", "MaxJobsPerUser", [](Q& q) -> Number { return q.per_user.jobs; }},
    {"MaxSubmitPU", "MaxSubmitJobsPerUser|MaxSubmitJobsPU|MaxSubmitPerUser",
     [](Q& q) -> Number { return q.per_user.submit_jobs; }},
    {"MaxTRESPA", "MaxTRESPerAccount", [](Q& q) -> Tres { return q.per_account.tres; }},
    {"MaxJobsPA", "MaxJobsPerAccount", [](Q& q) -> Number { return q.per_account.jobs; }},
    {"MaxSubmitPA", "MaxSubmitJobsPerAccount|MaxSubmitJobsPA|MaxSubmitPerAccount",
     [](Q& q) -> Number { return q.per_account.submit_jobs; }},
    {"MinTRES", "MinTRESPerJob", [](Q& q) -> Tres { return q.min_tres; }},
    {"GrpJobsAccrue", "", [](Q& q) -> Number { return q.group.jobs_accrue; }},
    {"MaxJobsAccruePU", "MaxJobsAccruePerUser", [](Q& q) -> Number { return q.per_user.jobs_accrue; }},
    {"MaxJobsAccruePA", "MaxJobsAccruePerAccount", [](Q& q) -> Number { return q.per_account.jobs_accrue; }},
    {"MaxTRESRunMinsPU", "MaxTRESRunMinsPerUser", [](Q& q) -> Tres { return q.per_user.tres_run_mins; }},
    {"MaxTRESRunMinsPA", "MaxTRESRunMinsPerAccount", [](Q& q) -> Tres { return q.per_account.tres_run_mins; }},
    {"MinPrioThres", "MinPrioThreshold", [](Q& q) -> Number { return q.min_prio_threshold; }},
};

/// Names from before TRES: `GrpCPUs=8` is GrpTRES=cpu=8.
struct OldName {
  std::string_view name, key, tres;
};
constexpr OldName old_names[] = {
    {"GrpCPUs", "GrpTRES", "cpu"},
    {"GrpMem", "GrpTRES", "mem"},
    {"GrpNodes", "GrpTRES", "node"},
    {"GrpCPUMins", "GrpTRESMins", "cpu"},
    {"GrpCPURunMins", "GrpTRESRunMins", "cpu"},
    {"MaxCPUs", "MaxTRES", "cpu"},
    {"MaxCPUsPerJob", "MaxTRES", "cpu"},
    {"MaxNodes", "MaxTRES", "node"},
    {"MaxNodesPerJob", "MaxTRES", "node"},
    {"MaxCPUMins", "MaxTRESMins", "cpu"},
    {"MaxCPUMinsPerJob", "MaxTRESMins", "cpu"},
    {"MaxCPUsPerUser", "MaxTRESPerUser", "cpu"},
    {"MaxNodesPerUser", "MaxTRESPerUser", "node"},
    {"MinCPUs", "MinTRES", "cpu"},
};

struct FlagName {
  std::string_view name;
  bool QosFlags::*flag;
};
constexpr FlagName flag_names[] = {
    {"DenyOnLimit", &QosFlags::deny_on_limit},
    {"EnforceUsageThreshold", &QosFlags::enforce_usage_threshold},
    {"NoDecay", &QosFlags::no_decay},
    {"NoReserve", &QosFlags::no_reserve},
    {"OverPartQOS", &QosFlags::over_part_qos},
    {"PartitionMaxNodes", &QosFlags::partition_max_nodes},
    {"PartitionMinNodes", &QosFlags::partition_min_nodes},
    {"PartitionTimeLimit", &QosFlags::partition_time_limit},
    {"Relative", &QosFlags::relative},
    {"RequiresReservation", &QosFlags::requires_reservation},
    {"UsageFactorSafe", &QosFlags::usage_factor_safe},
};

constexpr std::string_view preempt_modes[] = {"cluster", "OFF", "CANCEL", "REQUEUE", "SUSPEND", "GANG"};
constexpr std::size_t shortest = 4;  // letters of a name that is cut short

bool is_start_of(std::string_view text, std::string_view name) {
  return text.size() >= shortest && text.size() < name.size() && equal_ignoring_case(text, name.substr(0, text.size()));
}

bool has_name(std::string_view name, std::string_view aliases, std::string_view text) {
  if (equal_ignoring_case(name, text)) return true;
  for (const auto alias : split(aliases, '|'))
    if (!alias.empty() && equal_ignoring_case(alias, text)) return true;
  return false;
}

/// By its name, else by what only one name starts with.
template <class Record>
const LimitKey<Record>* find_limit(std::span<const LimitKey<Record>> table, std::string_view text) {
  for (const auto& key : table)
    if (has_name(key.name, key.aliases, text)) return &key;
  const LimitKey<Record>* found = nullptr;
  for (const auto& key : table) {
    bool starts = is_start_of(text, key.name);
    for (const auto alias : split(key.aliases, '|')) starts = starts || is_start_of(text, alias);
    if (!starts) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

bool clears(std::string_view value) { return value.empty() || value == "-1"; }

void refuse(const Entry& entry, std::string_view wanted, std::string hint, Diagnostics& diags) {
  error_at(diags, entry.value_spot(), fmt::format("{} wants {}, got '{}'", entry.key, wanted, entry.value),
           std::move(hint));
}

void read_value(TresCounts& place, const Entry& entry, Diagnostics& diags) {
  if (clears(entry.value)) return place.clear();
  read_tres_counts(place, entry, diags);
}

void read_value(std::optional<std::int64_t>& place, const Entry& entry, Diagnostics& diags) {
  if (clears(entry.value)) return place.reset();
  std::int64_t number = 0;
  const auto* last = entry.value.data() + entry.value.size();
  const auto [end, error] = std::from_chars(entry.value.data(), last, number);
  if (error == std::errc{} && end == last && number >= 0 && number <= std::numeric_limits<std::uint32_t>::max()) {
    place = number;
  } else {
    refuse(entry, "a whole number", "-1 is no limit", diags);
  }
}

void read_value(std::optional<Duration>& place, const Entry& entry, Diagnostics& diags) {
  if (clears(entry.value)) return place.reset();
  const auto time = parse_time(entry.value);
  if (!time) return refuse(entry, "a time", "write minutes, HH:MM:SS, D-HH:MM:SS or -1", diags);
  place = time->length ? std::optional{round_up_to_minute(*time->length)} : std::nullopt;
}

template <class Record>
bool set_limit_of(std::span<const LimitKey<Record>> table, Record& record, const Assignment& given,
                  Diagnostics& diags) {
  auto entry = given.entry;
  for (const auto& old : old_names) {
    if (!equal_ignoring_case(old.name, entry.key)) continue;
    entry.key = old.key;
    entry.value = fmt::format("{}={}", old.tres, clears(entry.value) ? "-1" : entry.value);
    entry.value_begin = given.entry.value_begin - std::min(given.entry.value_begin, old.tres.size() + 1);
  }
  const auto* key = find_limit(table, entry.key);
  if (key == nullptr) return false;
  std::visit([&](const auto place) { read_value(place(record), entry, diags); }, key->place);
  return true;
}

std::string value_text(const TresCounts& counts) { return tres_text(counts); }
std::string value_text(const std::optional<std::int64_t>& number) { return number ? fmt::to_string(*number) : ""; }
std::string value_text(const std::optional<Duration>& length) { return length ? time_text(*length) : ""; }

void insert_name(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::lower_bound(names.begin(), names.end(), name);
  if (at == names.end() || *at != name) names.insert(at, name);
}

void erase_name(std::vector<std::string>& names, const std::string& name) {
  names.erase(std::remove(names.begin(), names.end(), name), names.end());
}

/// One name of a QOS list, which its own sign or the assignment's adds, removes or sets.
void change_access(QosAccess& access, const std::string& name, Operator op) {
  if (op == Operator::add) {
    erase_name(access.removed, name);
    insert_name(access.own ? *access.own : access.added, name);
  } else if (op == Operator::remove) {
    erase_name(access.added, name);
    if (access.own)
      erase_name(*access.own, name);
    else
      insert_name(access.removed, name);
    if (access.own && access.own->empty()) access.own.reset();  // an empty list is none: the parent's counts
  } else {
    if (!access.own) access.own.emplace();
    insert_name(*access.own, name);
  }
}

bool is_known(const std::string& name, const std::vector<std::string>* known, const Entry& entry, std::size_t at,
              Diagnostics& diags) {
  if (known == nullptr || std::find(known->begin(), known->end(), name) != known->end()) return true;
  const std::vector<std::string_view> names(known->begin(), known->end());
  error_at(diags, entry.value_spot(at), fmt::format("no QOS is called '{}'", name), did_you_mean(name, names));
  return false;
}

void set_access(QosAccess& access, const Assignment& given, const std::vector<std::string>* known, Diagnostics& diags) {
  if (clears(given.entry.value)) {
    access = {};
    return;
  }
  std::size_t begin = 0;
  bool fresh = given.op == Operator::set;
  for (const auto part : split(given.entry.value, ',')) {
    const auto at = begin;
    begin += part.size() + 1;
    auto name = to_lower(trim(part));
    if (name.empty()) continue;
    auto op = given.op;
    if (name.front() == '+' || name.front() == '-') {
      op = name.front() == '+' ? Operator::add : Operator::remove;
      name.erase(0, 1);
    }
    if (fresh && op == Operator::set) access = {};
    fresh = fresh && op != Operator::set;
    if (is_known(name, known, given.entry, at, diags)) change_access(access, name, op);
  }
}

void set_shares(std::optional<std::int64_t>& shares, const Entry& entry, Diagnostics& diags) {
  constexpr std::string_view parent_number = "2147483647";  // how a dump writes it
  if (equal_ignoring_case(entry.value, "parent") || entry.value == parent_number) return shares.reset();
  std::optional<std::int64_t> number;
  read_value(number, entry, diags);
  shares = number.value_or(1);
}

void set_flags(QosFlags& flags, const Assignment& given, Diagnostics& diags) {
  if (given.op == Operator::set) flags = {};
  if (clears(given.entry.value)) return;
  std::size_t begin = 0;
  for (const auto part : split(given.entry.value, ',')) {
    const auto at = begin;
    begin += part.size() + 1;
    const auto same = [&](const FlagName& flag) { return equal_ignoring_case(flag.name, trim(part)); };
    const auto found = std::find_if(std::begin(flag_names), std::end(flag_names), same);
    if (found != std::end(flag_names)) {
      flags.*(found->flag) = given.op != Operator::remove;
    } else if (!trim(part).empty()) {
      std::vector<std::string_view> names;
      for (const auto& flag : flag_names) names.push_back(flag.name);
      error_at(diags, given.entry.value_spot(at), fmt::format("no QOS flag is called '{}'", trim(part)),
               did_you_mean(trim(part), names));
    }
  }
}

void set_preempt(std::vector<std::string>& preempt, const Assignment& given) {
  if (given.op == Operator::set) preempt.clear();
  if (clears(given.entry.value)) return;
  for (const auto& name : read_lower_names(given.entry.value)) {
    if (given.op == Operator::remove)
      erase_name(preempt, name);
    else
      insert_name(preempt, name);
  }
}

void set_preempt_mode(QosSpec& qos, const Entry& entry, Diagnostics& diags) {
  qos.preempt_mode = QosPreemptMode::cluster;
  qos.preempt_within = false;
  for (const auto part : split(entry.value, ',')) {
    if (part.empty()) continue;
    const auto same = [&](std::string_view word) { return equal_ignoring_case(word, part); };
    const auto found = std::find_if(std::begin(preempt_modes), std::end(preempt_modes), same);
    if (equal_ignoring_case(part, "WITHIN")) {
      qos.preempt_within = true;
    } else if (found != std::end(preempt_modes)) {
      qos.preempt_mode = static_cast<QosPreemptMode>(found - std::begin(preempt_modes));
    } else {
      refuse(entry, "cluster, CANCEL, REQUEUE, SUSPEND or WITHIN", {}, diags);
    }
  }
}

/// A bare number is seconds, unlike in other times.
void set_grace(Duration& grace, const Entry& entry, Diagnostics& diags) {
  const bool bare = !entry.value.empty() && std::all_of(entry.value.begin(), entry.value.end(), is_digit);
  const auto time = parse_time(bare ? "0:" + entry.value : entry.value);
  if (clears(entry.value)) {
    grace = Duration{};
  } else if (time && time->length) {
    grace = *time->length;
  } else {
    refuse(entry, "seconds", {}, diags);
  }
}

void set_exempt_time(std::optional<Duration>& exempt, const Entry& entry, Diagnostics& diags) {
  if (clears(entry.value)) return exempt.reset();
  const auto time = parse_time(entry.value);
  if (!time) return refuse(entry, "a time", "write minutes, HH:MM:SS, D-HH:MM:SS or -1", diags);
  exempt = time->length;
}

std::optional<double> read_factor(const Entry& entry, Diagnostics& diags) {
  if (clears(entry.value)) return std::nullopt;
  double number = 0;
  const auto* last = entry.value.data() + entry.value.size();
  const auto [end, error] = std::from_chars(entry.value.data(), last, number);
  if (error == std::errc{} && end == last && number >= 0) return number;
  refuse(entry, "a number", {}, diags);
  return std::nullopt;
}

void set_description(QosSpec& qos, const Entry& entry, Diagnostics& diags) {
  qos.description = trim(entry.value);
  if (entry.value.find('|') == std::string::npos) return;
  std::replace(qos.description.begin(), qos.description.end(), '|', '/');
  warning_at(diags, entry.value_spot(), "a bar parts the columns of sacctmgr's tables: the description gets / for |");
}

/// Keys of a QOS that are no limits.
struct QosKey {
  std::string_view name, aliases;
  void (*set)(QosSpec&, const Assignment&, Diagnostics&);
};
const QosKey qos_keys[] = {
    {"Name", "", [](Q&, const Assignment&, Diagnostics&) {}},
    {"ID", "WithClusters|WOLimits", [](Q&, const Assignment&, Diagnostics&) {}},
    {"Description", "Descr", [](Q& q, const Assignment& a, Diagnostics& d) { set_description(q, a.entry, d); }},
    {"Flags", "", [](Q& q, const Assignment& a, Diagnostics& d) { set_flags(q.flags, a, d); }},
    {"GraceTime", "", [](Q& q, const Assignment& a, Diagnostics& d) { set_grace(q.grace_time, a.entry, d); }},
    {"LimitFactor", "", [](Q& q, const Assignment& a, Diagnostics& d) { q.limit_factor = read_factor(a.entry, d); }},
    {"Preempt", "", [](Q& q, const Assignment& a, Diagnostics&) { set_preempt(q.preempt, a); }},
    {"PreemptExemptTime", "",
     [](Q& q, const Assignment& a, Diagnostics& d) { set_exempt_time(q.preempt_exempt_time, a.entry, d); }},
    {"PreemptMode", "", [](Q& q, const Assignment& a, Diagnostics& d) { set_preempt_mode(q, a.entry, d); }},
    {"Priority", "",
     [](Q& q, const Assignment& a, Diagnostics& d) {
       std::optional<std::int64_t> number;
       read_value(number, a.entry, d);
       q.priority = number.value_or(0);
     }},
    {"UsageFactor", "",
     [](Q& q, const Assignment& a, Diagnostics& d) { q.usage_factor = read_factor(a.entry, d).value_or(1); }},
    {"UsageThres", "UsageThreshold",
     [](Q& q, const Assignment& a, Diagnostics& d) { q.usage_threshold = read_factor(a.entry, d); }},
};

template <class Record>
void add_names(std::span<const LimitKey<Record>> table, std::vector<std::string_view>& names) {
  for (const auto& key : table) {
    names.push_back(key.name);
    for (const auto alias : split(key.aliases, '|'))
      if (!alias.empty()) names.push_back(alias);
  }
}

}  // namespace

std::span<const LimitKey<AssociationSpec>> association_limits() { return association_table; }
std::span<const LimitKey<QosSpec>> qos_limits() { return qos_table; }

bool set_limit(AssociationSpec& record, const Assignment& given, Diagnostics& diags) {
  return set_limit_of(association_limits(), record, given, diags);
}
bool set_limit(QosSpec& record, const Assignment& given, Diagnostics& diags) {
  return set_limit_of(qos_limits(), record, given, diags);
}

bool set_association_key(AssociationSpec& record, const Assignment& given, const std::vector<std::string>* known_qos,
                         Diagnostics& diags) {
  const auto& entry = given.entry;
  if (has_name("Fairshare", "Share|Shares|FairShares", entry.key) || is_start_of(entry.key, "Fairshare")) {
    set_shares(record.shares, entry, diags);
  } else if (has_name("QOS", "QosLevel|QosLevels", entry.key)) {
    set_access(record.qos, given, known_qos, diags);
  } else if (has_name("DefaultQOS", "DefQOS", entry.key)) {
    const auto name = to_lower(entry.value);
    if (clears(name)) {
      record.default_qos.reset();
    } else if (is_known(name, known_qos, entry, 0, diags)) {
      record.default_qos = name;
    }
  } else {
    return set_limit(record, given, diags);
  }
  return true;
}

bool set_qos_key(QosSpec& record, const Assignment& given, Diagnostics& diags) {
  for (const auto& key : qos_keys) {
    if (!has_name(key.name, key.aliases, given.entry.key)) continue;
    key.set(record, given, diags);
    return true;
  }
  return set_limit(record, given, diags);
}

bool can_be_qos_name(std::string_view name) {
  return !name.starts_with('#') && name.find('|') == std::string_view::npos;
}

void report_bad_qos_name(const Spot& spot, std::string_view name, Diagnostics& diags) {
  error_at(diags, spot, fmt::format("no QOS can be called '{}'", name),
           "a bar parts the columns of sacctmgr's tables, # begins a comment");
}

template <class Record>
std::string limit_text(const LimitKey<Record>& key, const Record& record) {
  auto copy = record;  // the places give mutable access
  return std::visit([&](const auto place) { return value_text(place(copy)); }, key.place);
}
template std::string limit_text(const LimitKey<AssociationSpec>&, const AssociationSpec&);
template std::string limit_text(const LimitKey<QosSpec>&, const QosSpec&);

void report_unknown_association_key(const Entry& entry, Diagnostics& diags) {
  std::vector<std::string_view> names{"Fairshare",  "QOS",       "DefaultQOS",  "DefaultAccount",
                                      "AdminLevel", "Partition", "Description", "Organization",
                                      "Account",    "Parent",    "Cluster",     "Coordinator"};
  add_names(association_limits(), names);
  error_at(diags, entry.key_spot(), fmt::format("unrecognized key '{}'", entry.key), did_you_mean(entry.key, names));
}

void report_unknown_qos_key(const Entry& entry, Diagnostics& diags) {
  std::vector<std::string_view> names;
  for (const auto& key : qos_keys) names.push_back(key.name);
  add_names(qos_limits(), names);
  error_at(diags, entry.key_spot(), fmt::format("unrecognized key '{}'", entry.key), did_you_mean(entry.key, names));
}

std::string flags_text(const QosFlags& flags) {
  std::string out;
  for (const auto& flag : flag_names)
    if (flags.*(flag.flag)) out += fmt::format("{}{}", out.empty() ? "" : ",", flag.name);
  return out;
}

std::string preempt_mode_text(const QosSpec& qos) {
  std::string out{preempt_modes[static_cast<std::size_t>(qos.preempt_mode)]};
  return qos.preempt_within ? out + ",WITHIN" : out;
}

}  // namespace sluice::conf
