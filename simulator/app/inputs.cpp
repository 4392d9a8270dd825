#include "simulator/app/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <string_view>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/plugin_parameters.hpp"

namespace sluice::app {
namespace {

constexpr std::string_view pool_prefix = "pool:";
/// The account of jobs that name none, in a database made up from a trace.
constexpr const char* unnamed_account = "trace";

template <class Entry>
const Entry* find_entry(std::span<const Entry* const> entries, const PluginChoice& choice, std::string_view key,
                        std::vector<std::string_view> names, Diagnostics& diags) {
  for (const Entry* entry : entries) {
    if (entry->name == choice.name) return entry;
    names.push_back(entry->name);
  }
  std::string hint = did_you_mean(choice.name, names);
  if (hint.empty()) hint = fmt::format("known are {}", fmt::join(names, ", "));
  diags.error(choice.name_at, fmt::format("{} '{}' is not known", key, choice.name), hint, choice.name_line);
  return nullptr;
}

/// What a policy makes of an option that no Slurm knows. slurmctld passes it over.
enum class Unknown { refused, passed_over };

void warn_of_unknown(const PluginChoice& choice, std::ptrdiff_t at, std::string_view name,
                     std::span<const Option> own, Diagnostics& diags) {
  Location place = choice.parameters_at;
  if (place.column > 0) place.column += static_cast<std::size_t>(at);
  std::vector<std::string_view> known;
  for (const Option& option : own) known.push_back(option.name);
  const std::string hint = equal_ignoring_case(name, "kill_invalid_depend")
                               ? "since 19.05 it is an option of DependencyParameters"
                               : did_you_mean(name, known);
  diags.warning(place, fmt::format("{} 22.05 has no option '{}' and passes it over", choice.name, name), hint,
                choice.parameters_line);
}

/// What a policy shall read of its parameters key: options that belong to Slurm's own plugins are blanked out, so that
/// all others keep their columns, and said to be without effect.
std::string own_parameters(const PluginChoice& choice, std::span<const std::string_view> slurms, std::string_view policy,
                           std::span<const Option> own, Unknown unknown, Diagnostics& diags) {
  std::string text = choice.parameters;
  std::vector<std::string_view> foreign;
  for (const std::string_view part : split_parameters(choice.parameters)) {
    const auto at = part.data() - choice.parameters.data();
    const std::string_view name = trim(part.substr(0, part.find('=')));
    const auto is_it = [&](std::string_view known) { return equal_ignoring_case(known, name); };
    const bool is_own = std::any_of(own.begin(), own.end(), [&](const Option& option) { return is_it(option.name); });
    if (is_own || name.empty()) continue;
    const bool is_slurms = std::any_of(slurms.begin(), slurms.end(), is_it);
    if (!is_slurms && unknown == Unknown::refused) continue;
    if (is_slurms)
      foreign.push_back(name);
    else
      warn_of_unknown(choice, name.data() - choice.parameters.data(), name, own, diags);
    std::fill_n(text.begin() + at, part.size(), ' ');
  }
  if (!foreign.empty())
    diags.warning(choice.parameters_at, fmt::format("{} does not act on {}", policy, fmt::join(foreign, ", ")), {},
                  choice.parameters_line);
  return text;
}

template <class Entry>
auto make_policy(std::span<const Entry* const> entries, const PluginChoice& choice, std::string_view key,
                 std::span<const std::string_view> slurms, const ClusterSpec& cluster, Diagnostics& diags,
                 std::vector<std::string_view> others = {}, Unknown unknown = Unknown::refused) {
  using Result = decltype(std::declval<Entry>().make(std::declval<const Options&>(), cluster));
  const Entry* entry = find_entry(entries, choice, key, std::move(others), diags);
  if (entry == nullptr) return Result{};
  const std::string parameters = own_parameters(choice, slurms, entry->name, entry->options, unknown, diags);
  const auto options = parse_options(parameters, entry->options, entry->name, cluster, choice.parameters_at,
                                     choice.parameters_line, diags);
  return options ? entry->make(*options, cluster) : Result{};
}

template <class Entry>
std::vector<std::string_view> names_of(std::span<const Entry* const> entries) {
  std::vector<std::string_view> names;
  for (const Entry* entry : entries) names.push_back(entry->name);
  return names;
}

template <class Entry>
const Entry* named(std::span<const Entry* const> entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry* entry) { return entry->name == name; });
  return found == entries.end() ? nullptr : *found;
}

/// slurmctld's loops choose nodes with one of Slurm's select plugins.
void choose_loops(ClusterSpec& cluster, const Policies& policies, PolicySet& set, Diagnostics& diags) {
  // slurmctld looks at limits every 30 s since its start (PERIODIC_TIMEOUT).
  set.clockwork.check_period = std::chrono::seconds{30};
  set.clockwork.first_check = Time{} - cluster.controller.uptime;
  set.loops = make_policy(policies.loops(), cluster.scheduler, "SchedulerType", conf::scheduler_parameters(), cluster,
                          diags, {}, Unknown::passed_over);
  if (cluster.preempt.type != "preempt/none") {
    const PreemptionEntry* preempt = named(policies.preemptions(), cluster.preempt.type);
    if (preempt != nullptr)
      set.preemption = preempt->make(cluster);
    else
      diags.error({"PreemptType", 0, 0}, fmt::format("PreemptType '{}' is not known", cluster.preempt.type),
                  fmt::format("known are preempt/none, {}", fmt::join(names_of(policies.preemptions()), ", ")));
  }
  const SelectionEntry* select = named(policies.selections(), cluster.select.name);
  if (select == nullptr) {
    diags.error(cluster.select.name_at,
                fmt::format("{} chooses nodes with one of Slurm's select plugins, not with {}", cluster.scheduler.name,
                            cluster.select.name),
                fmt::format("known are {}", fmt::join(names_of(policies.selections()), ", ")),
                cluster.select.name_line);
    return;
  }
  std::vector<std::string> notes;
  set.selection = select->make(cluster, notes);
  for (const std::string& note : notes)
    diags.warning(cluster.select.parameters_at, note, {}, cluster.select.parameters_line);
}

/// A research scheduler places pieces of jobs by itself; of Slurm's select plugins only the name is there then.
void choose_scheduler(ClusterSpec& cluster, const Policies& policies, PolicySet& set, Diagnostics& diags) {
  if (named(policies.selections(), cluster.select.name) != nullptr || cluster.select.name == "select/cons_res") {
    diags.warning(cluster.select.name_at,
                  fmt::format("{} does not work with SelectType={}: nodes are chosen by select/first_fit",
                              cluster.scheduler.name, cluster.select.name),
                  "choose one with --set SelectType=... (see `sluice policies`)", cluster.select.name_line);
    cluster.select.name = "select/first_fit";
    cluster.select.parameters.clear();
  }
  set.scheduler = make_policy(policies.schedulers(), cluster.scheduler, "SchedulerType", conf::scheduler_parameters(),
                              cluster, diags, names_of(policies.loops()));
  set.placement = make_policy(policies.placements(), cluster.select, "SelectType", conf::select_parameters(), cluster,
                              diags);
}

std::optional<ClusterSpec> open_pool(std::string_view text, const std::vector<conf::Override>& sets,
                                     Diagnostics& diags) {
  const std::string_view number = text.substr(pool_prefix.size());
  std::int64_t slots = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), slots);
  if (error != std::errc{} || end != number.data() + number.size() || slots < 1 ||
      slots > std::numeric_limits<std::int32_t>::max()) {
    diags.error({"--cluster", 1, pool_prefix.size() + 1}, fmt::format("pool wants a number of slots, got '{}'", number),
                "write pool:N with N from 1 to 2147483647", text);
    return std::nullopt;
  }
  ClusterSpec pool = make_pool(slots);
  const std::size_t errors = diags.errors();
  conf::apply_overrides(pool, sets, diags);
  return diags.errors() == errors ? std::optional{std::move(pool)} : std::nullopt;
}

}  // namespace

std::optional<std::string> read_whole(const std::string& file, Diagnostics& diags) {
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (stream.is_open() && !stream.bad()) return text;
  diags.error({file}, "cannot be read");
  return std::nullopt;
}

std::vector<conf::Override> read_overrides(const std::vector<std::string>& texts, Diagnostics& diags) {
  std::vector<conf::Override> sets;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      diags.error({"--set", 1, 1}, fmt::format("'{}' is no Key=Value", text),
                  "write a slurm.conf key, e.g. --set SchedulerType=sched/easy", text);
      continue;
    }
    sets.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return sets;
}

std::optional<ClusterSpec> open_cluster(const std::string& text, const std::vector<conf::Override>& sets,
                                        Diagnostics& diags) {
  if (text.starts_with(pool_prefix)) return open_pool(text, sets, diags);
  return conf::load_cluster(text, sets, diags);
}

std::optional<PolicySet> choose_policies(ClusterSpec& cluster, const Policies& policies, Diagnostics& diags) {
  PolicySet set;
  if (named(policies.loops(), cluster.scheduler.name) != nullptr)
    choose_loops(cluster, policies, set, diags);
  else
    choose_scheduler(cluster, policies, set, diags);
  set.priority = make_policy(policies.priorities(), cluster.priority, "PriorityType", {}, cluster, diags);
  const bool decides = set.loops ? set.selection != nullptr : set.scheduler && set.placement;
  if (!decides || !set.priority) return std::nullopt;
  if (!policies.limits().empty()) set.limits = policies.limits().back();
  return set;
}

bool needs_accounting(const ClusterSpec& cluster, const PolicySet& policies) {
  return policies.priority->uses_accounting() || cluster.accounting_settings.enforce.associations;
}

AccountingSpec accounting_of(const Workload& workload) {
  AccountingSpec spec = make_accounting();
  std::map<std::string, AssociationId> accounts;
  std::map<std::pair<std::string, std::string>, AssociationId> users;
  const auto add = [&spec](std::string account, std::string user, AssociationId parent) {
    AssociationSpec own;
    own.account = std::move(account);
    own.user = std::move(user);
    own.parent = parent;
    spec.associations.push_back(std::move(own));
    return AssociationId{static_cast<std::uint32_t>(spec.associations.size() - 1)};
  };
  for (const JobSpec& job : workload.jobs) {
    std::string account = to_lower(workload.accounts.text(job.account));
    const std::string user = to_lower(workload.users.text(job.user));
    if (account.empty()) account = unnamed_account;
    if (users.contains({account, user})) continue;
    if (!accounts.contains(account)) accounts[account] = add(account, {}, AssociationId{0});
    users[{account, user}] = add(account, user, accounts[account]);
    spec.users.push_back({user, account, {}, {}, {}, {}});
  }
  return spec;
}

}  // namespace sluice::app
