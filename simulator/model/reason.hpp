#pragma once
// Why a job waits: Slurm's pending Reasons. Every "no" of the simulator is one of these.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

/// Source: squeue(1) JOB REASON CODES; job_reason_string of Slurm 22.05. Grows with what is modelled.
enum class Reason : std::uint16_t {
  none,                  ///< nothing has looked at the job yet
  priority,              ///< a job before it in the order waits
  resources,             ///< the resources it needs are busy
  dependency,
  dependency_never_satisfied,
  begin_time,
  job_held_user,
  job_held_admin,
  bad_constraints,       ///< no node could ever satisfy it
  partition_down,
  partition_inactive,
  partition_node_limit,
  partition_time_limit,
  partition_config,      ///< the request is larger than its partition could ever hold
  req_node_not_avail,
  reservation,
};

/// The word squeue prints, e.g. "Resources".
std::string_view reason_name(Reason reason);
std::optional<Reason> reason_from_name(std::string_view name);

}  // namespace sluice
