#pragma once
// What operators do while a simulation runs: scontrol and scancel with everything resolved to ids.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_links.hpp"
#include "simulator/model/reservation.hpp"

namespace sluice {

struct HoldJobs {
  std::vector<JobId> jobs;
  Hold by = Hold::admin;
};
struct ReleaseJobs {
  std::vector<JobId> jobs;
};
struct RequeueJobs {
  std::vector<JobId> jobs;
  Hold hold = Hold::none;  ///< requeuehold
};
struct SuspendJobs {
  std::vector<JobId> jobs;
};
struct ResumeJobs {
  std::vector<JobId> jobs;
};

/// A request as it is to be for one job: the workload must know it.
struct NewRequest {
  JobId job;
  RequestId request;
};
/// `scontrol update jobid=...`. Absent: not changed. Running jobs take a new time limit only.
struct UpdateJobs {
  std::vector<JobId> jobs;
  std::optional<std::int64_t> nice;
  std::optional<std::uint32_t> priority;  ///< 0 is a hold
  bool compute_priority = false;          ///< priority=-1: what was set by a person no longer counts
  std::optional<Duration> limit;
  std::optional<NameId> qos, account;
  std::vector<NewRequest> requests;
  std::optional<Time> begin;
};
/// `scontrol update jobid=ARRAY arraytaskthrottle=N`; absent: no limit any more.
struct ThrottleArray {
  ArrayId array;
  std::optional<std::int64_t> limit;
};

/// Pending and running jobs that meet all of it; no jobs named: of all jobs.
struct CancelJobs {
  std::optional<std::vector<JobId>> jobs;
  std::optional<NameId> user, account, qos;
  std::optional<PartitionId> partition;
  std::optional<std::string> name;
  enum class State : std::uint8_t { pending, running, suspended };
  std::optional<State> state;
};

/// `scontrol update nodename=... state=...`.
struct UpdateNodes {
  enum class State : std::uint8_t { down, drain, fail, resume, undrain };
  std::vector<NodeId> nodes;
  State state = State::drain;
};
/// `scontrol update nodename=... state=power_up`, power_down, power_down_asap or power_down_force.
struct SwitchPower {
  enum class To : std::uint8_t { down, down_asap, down_force, up };
  std::vector<NodeId> nodes;
  To to = To::down;
};
/// A slurmd dies without a word: SlurmdTimeout later its node is DOWN.
struct KillNode {
  NodeId node;
};
/// It comes back: ReturnToService says whether its node does.
struct StartNode {
  NodeId node;
};
struct UpdatePartition {
  PartitionId partition;
  PartitionState state = PartitionState::up;
};

struct CreateReservation {
  ReservationRequest request;
};
struct UpdateReservation {
  ReservationRequest request;
};
struct DeleteReservation {
  std::string name;
};

/// What nobody decides: a pending job runs there from now on, as it did before anybody looked.
struct StartJob {
  JobId job;
  Allocation where;  ///< free
};

/// Likewise: a running job goes for another one.
struct PreemptJob {
  JobId job;
};

using Command = std::variant<HoldJobs, ReleaseJobs, RequeueJobs, SuspendJobs, ResumeJobs, UpdateJobs, ThrottleArray,
                             CancelJobs, UpdateNodes, KillNode, StartNode, UpdatePartition, CreateReservation,
                             UpdateReservation, DeleteReservation, StartJob, PreemptJob, SwitchPower>;

struct TimedCommand {
  Time at{};
  Command what;
};

/// A command that slurmctld would have refused as a whole, with its message.
struct RefusedCommand {
  Time at{};
  std::string what, message;
  friend void fields(Archive& archive, RefusedCommand& refused) { all_fields<3>(archive, refused); }
};

}  // namespace sluice
