#pragma once
// Why a job waits: Slurm's pending Reasons. Every "no" of the simulator is one of these.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

/// Source: squeue(1) JOB REASON CODES; job_reason_string of Slurm 22.05. Values from 0x1000 on are limits: see
/// limit_reason().
enum class Reason : std::uint16_t {
  none,                  ///< nothing has looked at the job yet
  priority,              ///< a job before it in the order waits
  resources,             ///< the resources it needs are busy
  dependency,
  dependency_never_satisfied,
  begin_time,
  job_held_user,
  job_held_admin,
  job_array_task_limit,
  bad_constraints,       ///< no node could ever satisfy it
  partition_down,
  partition_inactive,
  partition_node_limit,
  partition_time_limit,
  partition_config,      ///< the request is larger than its partition could ever hold
  req_node_not_avail,
  reservation,
  reservation_deleted,
  licenses,
  max_mem_per_limit,
  invalid_account,
  invalid_qos,
  account_not_allowed,
  qos_not_allowed,
  qos_usage_threshold,
  job_hold_max_requeue,
  cleaning,
};

/// Whose limit it is.
enum class LimitScope : std::uint8_t { qos, association };

/// What is limited. Source: sacctmgr(1).
enum class LimitKind : std::uint8_t {
  grp_tres,
  grp_tres_mins,
  grp_tres_run_mins,
  max_tres_per_job,
  max_tres_per_node,
  max_tres_mins_per_job,
  max_tres_per_user,     ///< of a QOS only, as the next two
  max_tres_per_account,
  min_tres,
  grp_jobs,              ///< from here on no TRES is named
  grp_submit_jobs,
  grp_wall,
  max_wall,
  max_jobs,              ///< of a QOS: per user
  max_jobs_per_account,
  max_submit_jobs,       ///< of a QOS: per user
  max_submit_jobs_per_account,
};

/// The TRES as far as Reasons tell them apart.
enum class TresWord : std::uint8_t { cpu, mem, node, energy, gres, license, bb, billing, unknown };

/// The Reason of a job stopped by a limit. `tres` counts only for kinds that name one.
Reason limit_reason(LimitScope scope, LimitKind kind, TresWord tres = TresWord::unknown);
bool is_limit(Reason reason);
/// Whether it is the partition that does not take the job, busy or not.
bool is_of_partition(Reason reason);
/// Whether a queue that takes the job again makes it void: the partition is up again, or its limits of time and nodes
/// are wide enough. Source: partition_mgr.c, part_policy_job_runnable_state.
bool is_lifted_by_queue(Reason reason);
/// Whether it keeps a job from being considered at all, for as long as it holds: a hold, a dependency, ...
bool is_hindrance(Reason reason);
/// Whether slurmctld forgets the Reason when it tests the job's limits anew, whatever comes of it. It does so with the
/// limits it has had longest: those that name no TRES but jobs or wall time, and some of cpu, mem and node. One about
/// GRES, say, stays until another Reason takes its place. Source: acct_policy.c, acct_policy_job_runnable_state.
bool is_forgotten_when_tested(Reason reason);

/// The word squeue prints, e.g. "Resources" or "QOSMaxCpuPerUserLimit".
std::string_view reason_name(Reason reason);
std::optional<Reason> reason_from_name(std::string_view name);

}  // namespace sluice
