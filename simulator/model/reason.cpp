#include "simulator/model/reason.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace sluice {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 27> plain_names{{
    {Reason::none, "None"},
    {Reason::priority, "Priority"},
    {Reason::resources, "Resources"},
    {Reason::dependency, "Dependency"},
    {Reason::dependency_never_satisfied, "DependencyNeverSatisfied"},
    {Reason::begin_time, "BeginTime"},
    {Reason::job_held_user, "JobHeldUser"},
    {Reason::job_held_admin, "JobHeldAdmin"},
    {Reason::job_array_task_limit, "JobArrayTaskLimit"},
    {Reason::bad_constraints, "BadConstraints"},
    {Reason::partition_down, "PartitionDown"},
    {Reason::partition_inactive, "PartitionInactive"},
    {Reason::partition_node_limit, "PartitionNodeLimit"},
    {Reason::partition_time_limit, "PartitionTimeLimit"},
    {Reason::partition_config, "PartitionConfig"},
    {Reason::req_node_not_avail, "ReqNodeNotAvail"},
    {Reason::reservation, "Reservation"},
    {Reason::reservation_deleted, "ReservationDeleted"},
    {Reason::licenses, "Licenses"},
    {Reason::max_mem_per_limit, "MaxMemPerLimit"},
    {Reason::invalid_account, "InvalidAccount"},
    {Reason::invalid_qos, "InvalidQOS"},
    {Reason::account_not_allowed, "AccountNotAllowed"},
    {Reason::qos_not_allowed, "QOSNotAllowed"},
    {Reason::qos_usage_threshold, "QOSUsageThreshold"},
    {Reason::job_hold_max_requeue, "JobHoldMaxRequeue"},
    {Reason::cleaning, "Cleaning"},
}};

constexpr std::uint16_t limit_base = 0x1000;
constexpr std::size_t scopes = 2, kinds = 17, words = 9;

constexpr std::size_t row_of(LimitScope scope, LimitKind kind, TresWord tres) {
  return (static_cast<std::size_t>(scope) * kinds + static_cast<std::size_t>(kind)) * words +
         static_cast<std::size_t>(tres);
}

/// How a TRES is called in names like QOSMaxMemoryPerUser. Associations say Mem where QOS say Memory, most of the time.
std::string_view word(TresWord tres, LimitScope scope) {
  switch (tres) {
    case TresWord::cpu: return "Cpu";
    case TresWord::mem: return scope == LimitScope::qos ? "Memory" : "Mem";
    case TresWord::node: return "Node";
    case TresWord::energy: return "Energy";
    case TresWord::gres: return "GRES";
    case TresWord::license: return "License";
    case TresWord::bb: return "BB";
    case TresWord::billing: return "Billing";
    case TresWord::unknown: return "Unknown";
  }
  return "Unknown";
}

std::string group_name(std::string_view prefix, TresWord tres, LimitScope scope) {
  if (tres == TresWord::mem) return fmt::format("{}GrpMemLimit", prefix);
  const bool says_limit = tres == TresWord::cpu || tres == TresWord::node;
  return fmt::format("{}Grp{}{}", prefix, word(tres, scope), says_limit ? "Limit" : "");
}

std::string minutes_name(std::string_view prefix, TresWord tres, LimitScope scope, std::string_view minutes) {
  if (tres == TresWord::cpu) return fmt::format("{}GrpCPU{}Limit", prefix, minutes);
  return fmt::format("{}Grp{}{}", prefix, word(tres, scope), minutes);
}

std::string per_job_name(std::string_view prefix, TresWord tres, LimitScope scope, std::string_view of) {
  const bool says_limit = tres == TresWord::cpu || (tres == TresWord::node && of.find("Minutes") == std::string_view::npos);
  return fmt::format("{}Max{}{}{}", prefix, word(tres, scope), of, says_limit ? "Limit" : "");
}

/// Source: job_reason_string of 22.05, its one slip of the pen (AssocMaxBBMinutesPerJob for a QOS) included.
std::string limit_name(LimitScope scope, LimitKind kind, TresWord tres) {
  const bool qos = scope == LimitScope::qos;
  const std::string_view prefix = qos ? "QOS" : "Assoc";
  switch (kind) {
    case LimitKind::grp_tres: return group_name(prefix, tres, scope);
    case LimitKind::grp_tres_mins: return minutes_name(prefix, tres, scope, "Minutes");
    case LimitKind::grp_tres_run_mins: return minutes_name(prefix, tres, scope, "RunMinutes");
    case LimitKind::max_tres_per_job: return per_job_name(prefix, tres, scope, "PerJob");
    case LimitKind::max_tres_per_node: return fmt::format("{}Max{}PerNode", prefix, word(tres, scope));
    case LimitKind::max_tres_mins_per_job:
      return per_job_name(tres == TresWord::bb ? "Assoc" : prefix, tres, scope, "MinutesPerJob");
    case LimitKind::max_tres_per_user: return per_job_name(prefix, tres, scope, "PerUser");
    case LimitKind::max_tres_per_account: return fmt::format("Max{}PerAccount", word(tres, scope));
    case LimitKind::min_tres: return tres == TresWord::cpu ? "QOSMinCpuNotSatisfied" : fmt::format("QOSMin{}", word(tres, scope));
    case LimitKind::grp_jobs: return fmt::format("{}GrpJobsLimit", prefix);
    case LimitKind::grp_submit_jobs: return fmt::format("{}GrpSubmitJobsLimit", prefix);
    case LimitKind::grp_wall: return fmt::format("{}GrpWallLimit", prefix);
    case LimitKind::max_wall: return fmt::format("{}MaxWallDurationPerJobLimit", prefix);
    case LimitKind::max_jobs: return qos ? "QOSMaxJobsPerUserLimit" : "AssocMaxJobsLimit";
    case LimitKind::max_jobs_per_account: return "MaxJobsPerAccount";
    case LimitKind::max_submit_jobs: return qos ? "QOSMaxSubmitJobPerUserLimit" : "AssocMaxSubmitJobLimit";
    case LimitKind::max_submit_jobs_per_account: return "MaxSubmitJobsPerAccount";
  }
  return "None";
}

/// Built once, never changed.
const std::array<std::string, scopes * kinds * words>& limit_names() {
  static const auto names = [] {
    std::array<std::string, scopes * kinds * words> all;
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = limit_name(static_cast<LimitScope>(i / words / kinds), static_cast<LimitKind>(i / words % kinds),
                          static_cast<TresWord>(i % words));
    return all;
  }();
  return names;
}

}  // namespace

Reason limit_reason(LimitScope scope, LimitKind kind, TresWord tres) {
  if (kind >= LimitKind::grp_jobs) tres = TresWord::cpu;  // one Reason, whatever the TRES
  return static_cast<Reason>(limit_base + row_of(scope, kind, tres));
}

bool is_hindrance(Reason reason) {
  switch (reason) {
    case Reason::dependency:
    case Reason::dependency_never_satisfied:
    case Reason::begin_time:
    case Reason::job_held_user:
    case Reason::job_held_admin:
    case Reason::job_array_task_limit:
    case Reason::reservation_deleted:
    case Reason::job_hold_max_requeue: return true;
    default: return false;
  }
}

bool is_limit(Reason reason) { return static_cast<std::uint16_t>(reason) >= limit_base; }

bool is_of_partition(Reason reason) {
  switch (reason) {
    case Reason::partition_down:
    case Reason::partition_inactive:
    case Reason::partition_node_limit:
    case Reason::partition_time_limit:
    case Reason::partition_config:
    case Reason::account_not_allowed:
    case Reason::qos_not_allowed: return true;
    default: return false;
  }
}

bool is_lifted_by_queue(Reason reason) {
  return reason == Reason::partition_down || reason == Reason::partition_inactive ||
         reason == Reason::partition_node_limit || reason == Reason::partition_time_limit ||
         reason == Reason::qos_usage_threshold;
}

bool is_forgotten_when_tested(Reason reason) {
  if (!is_limit(reason)) return false;
  const std::size_t row = static_cast<std::uint16_t>(reason) - limit_base;
  const auto scope = static_cast<LimitScope>(row / words / kinds);
  const auto tres = static_cast<TresWord>(row % words);
  const bool cpu = tres == TresWord::cpu, node = tres == TresWord::node;
  switch (static_cast<LimitKind>(row / words % kinds)) {
    case LimitKind::grp_tres: return cpu || node || tres == TresWord::mem;
    case LimitKind::max_tres_per_job:
    case LimitKind::max_tres_per_user: return cpu || node;
    case LimitKind::grp_tres_mins:
    case LimitKind::grp_tres_run_mins:
    case LimitKind::max_tres_mins_per_job: return cpu;
    case LimitKind::min_tres: return cpu && scope == LimitScope::qos;
    case LimitKind::grp_jobs:
    case LimitKind::grp_submit_jobs:
    case LimitKind::grp_wall:
    case LimitKind::max_wall:
    case LimitKind::max_jobs:
    case LimitKind::max_submit_jobs: return true;
    case LimitKind::max_tres_per_node:
    case LimitKind::max_tres_per_account:
    case LimitKind::max_jobs_per_account:
    case LimitKind::max_submit_jobs_per_account: return false;
  }
  return false;
}

std::string_view reason_name(Reason reason) {
  if (is_limit(reason)) return limit_names()[static_cast<std::uint16_t>(reason) - limit_base];
  for (const auto& [value, name] : plain_names)
    if (value == reason) return name;
  return "None";
}

std::optional<Reason> reason_from_name(std::string_view name) {
  for (const auto& [value, text] : plain_names)
    if (text == name) return value;
  const auto& names = limit_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Reason>(limit_base + i);
  return std::nullopt;
}

}  // namespace sluice
