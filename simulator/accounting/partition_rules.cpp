#include "simulator/accounting/partition_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "simulator/accounting/requested_tres.hpp"

namespace sluice::accounting {
namespace {

constexpr std::string_view denied = "Access/permission denied";
constexpr std::string_view bad_group = "User's group not permitted to use this partition";
constexpr std::string_view too_many_cpus = "More processors requested than permitted";
constexpr std::string_view bad_node_count = "Node count specification invalid";
constexpr std::string_view bad_time_limit = "Requested time limit is invalid (missing or exceeds some limit)";
constexpr std::string_view bad_time_min = "Invalid time-min specification (exceeds job's time or other limits)";
constexpr std::string_view bad_account = "Invalid account or account/partition combination specified";
constexpr std::string_view bad_qos = "Invalid qos specification";

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_kept_out(const AccessList& list, std::string_view name) {
  if (list.allow) return name.empty() || !has(*list.allow, name);
  return !name.empty() && has(list.deny, name);
}

std::int64_t cpus_of(const PartitionSpec& partition, const ClusterSpec& cluster) {
  std::int64_t cpus = 0;
  for (const NodeId node : partition.nodes) cpus += cluster.class_of(node).cpus;
  return cpus;
}

bool schedules(const PartitionSpec& partition) {
  return partition.state == PartitionState::up || partition.state == PartitionState::drain;
}

/// Source: partition_mgr.c, validate_group.
bool is_in_no_group(const PartitionSpec& partition, const ClusterSpec& cluster, const Applicant& job) {
  return partition.groups.allow && cluster.groups && job.user != "root" &&
         !cluster.groups->any_has(*partition.groups.allow, job.user);
}

Objection node_count_objection() { return {Reason::partition_node_limit, bad_node_count, false}; }

bool outlasts(const PartitionSpec& partition, Duration time, const Applicant& job) {
  const bool may = job.qos != nullptr && job.qos->flags.partition_time_limit;
  return partition.max_time && time > *partition.max_time && !may;
}

}  // namespace

Applicant applicant(const JobSpec& job, const Workload& workload) {
  const JobRequest& request = workload.request(job.request);
  const JobExtras& extras = workload.extras[job.extras];
  Applicant it;
  it.min_nodes = request.min_nodes;
  it.max_nodes = request.max_nodes;
  if (request.ntasks || request.ntasks_per_node) it.cpus = requested_size(request).cpus;
  it.limit = job.limit.value_or(job.duration);
  it.names_limit = job.limit.has_value();
  it.time_min = extras.time_min;
  it.user = workload.users.text(job.user);
  it.has_reservation = !extras.reservation.empty();
  return it;
}

std::optional<Objection> size_objection(const PartitionSpec& partition, const ClusterSpec& cluster,
                                        const Applicant& job) {
  if (partition.requires_reservation && !job.has_reservation) return Objection{Reason::partition_config, denied, true};
  if (partition.root_only) return Objection{Reason::partition_config, denied, true};
  if (is_in_no_group(partition, cluster, job)) return Objection{Reason::partition_config, bad_group, true};
  if (!schedules(partition) || cluster.is_pool) return std::nullopt;  // a pool counts slots alone
  const auto nodes = static_cast<std::int64_t>(partition.nodes.size());
  // Every node has a CPU at least: mostly they need not be summed up.
  if (job.cpus && ((*job.cpus > nodes && *job.cpus > cpus_of(partition, cluster)) ||
                   (partition.max_cpus_per_node && *job.cpus > *partition.max_cpus_per_node * nodes)))
    return Objection{Reason::partition_config, too_many_cpus, false};
  if (job.min_nodes && *job.min_nodes > nodes) return node_count_objection();
  const bool below = job.min_nodes && *job.min_nodes < partition.min_nodes;
  if (below && !(job.qos != nullptr && job.qos->flags.partition_min_nodes)) return node_count_objection();
  const auto most = job.max_nodes ? job.max_nodes : job.min_nodes;  // sbatch's -N4 sets both
  const bool above = most && partition.max_nodes && *most > *partition.max_nodes;
  if (above && !(job.qos != nullptr && job.qos->flags.partition_max_nodes)) return node_count_objection();
  return std::nullopt;
}

std::optional<Objection> limit_objection(const PartitionSpec& partition, const ClusterSpec& cluster,
                                         const Applicant& job) {
  if (const auto size = size_objection(partition, cluster, job)) return size;
  if (schedules(partition) && outlasts(partition, job.limit, job))
    return Objection{Reason::partition_time_limit, bad_time_limit, false};
  return std::nullopt;
}

std::optional<Objection> access_objection(const PartitionSpec& partition, const Applicant& job) {
  if (is_kept_out(partition.qos_access, job.qos != nullptr ? job.qos->name : std::string_view{}))
    return Objection{Reason::qos_not_allowed, bad_qos, false};
  if (is_kept_out(partition.accounts, job.account)) return Objection{Reason::account_not_allowed, bad_account, false};
  return std::nullopt;
}

std::string access_text(const PartitionSpec& partition, const Applicant& job, Reason reason) {
  const bool is_qos = reason == Reason::qos_not_allowed;
  const AccessList& list = is_qos ? partition.qos_access : partition.accounts;
  const std::string_view name = !is_qos ? job.account : job.qos != nullptr ? std::string_view{job.qos->name} : std::string_view{};
  return fmt::format("Job's {} not permitted to use this partition ({} {} {} {} {})", is_qos ? "QOS" : "account",
                     partition.name, list.allow ? "allows" : "denies", fmt::join(list.allow ? *list.allow : list.deny, ","),
                     list.allow ? "not" : "including", name);
}

std::optional<Objection> refusal(std::span<const PartitionId> partitions, const ClusterSpec& cluster,
                                 const Applicant& job) {
  const EnforcePartLimits enforce = cluster.job_settings.enforce_part_limits;
  std::optional<Objection> last;
  bool any_takes_it = false, all_outlasted = true;
  for (const PartitionId id : partitions) {
    const PartitionSpec& partition = cluster.partitions[id.index()];
    auto objection = limit_objection(partition, cluster, job);
    if (!objection && enforce != EnforcePartLimits::no) {
      // Here the account is looked at before the QOS.
      if (is_kept_out(partition.accounts, job.account))
        objection = Objection{Reason::account_not_allowed, bad_account, false};
      else
        objection = access_objection(partition, job);
    }
    // Of several partitions only those that EnforcePartLimits is about refuse a job for good.
    const bool is_final = objection && objection->is_final && (partitions.size() == 1 || enforce != EnforcePartLimits::no);
    if (objection && (is_final || enforce == EnforcePartLimits::all)) return objection;
    if (objection) last = objection;
    any_takes_it = any_takes_it || !objection;
    all_outlasted = all_outlasted && job.time_min && outlasts(partition, *job.time_min, job);
  }
  if (enforce == EnforcePartLimits::any && !any_takes_it) return last;
  const PartitionSpec& first = cluster.partitions[partitions.front().index()];
  if (!job.names_limit && first.default_time && first.default_time->count() == 0)
    return Objection{Reason::partition_time_limit, bad_time_limit, false};
  const bool may_outlast = job.qos != nullptr && job.qos->flags.partition_time_limit;
  if (job.time_min && (all_outlasted || (job.names_limit && *job.time_min > job.limit && !may_outlast)))
    return Objection{Reason::partition_time_limit, bad_time_min, false};
  return std::nullopt;
}

}  // namespace sluice::accounting
