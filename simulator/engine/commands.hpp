#pragma once
// What operators do while a simulation runs: scontrol and scancel with everything resolved to ids.

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
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
/// Likewise its other options: a row of the workload's extras.
struct NewExtras {
  JobId job;
  std::uint32_t extras = 0;
};
/// What a job waits for from now on, in place of what it waited for. None: nothing.
struct NewDependency {
  std::vector<Condition> conditions;  ///< on jobs
  bool any_is_enough = false;
};
/// `scontrol update jobid=...`. Absent: not changed. Running jobs take a new time limit or end, and options that say nothing
/// of what they ask for; other changes of theirs are refused.
struct UpdateJobs {
  std::vector<JobId> jobs;
  std::optional<std::int64_t> nice;
  std::optional<std::uint32_t> priority;  ///< 0 is a hold
  bool compute_priority = false;          ///< priority=-1: what was set by a person no longer counts
  std::optional<Duration> limit;
  std::optional<NameId> qos, account;
  std::vector<NewRequest> requests;
  std::optional<Time> begin;
  std::optional<Duration> longer;         ///< timelimit+=, and -= below 0
  std::optional<Time> end;                ///< of running jobs
  std::vector<NewExtras> extras;
  std::optional<NewDependency> dependency;

  /// Whether it is about what the job asks for, or when it may start: pending jobs only.
  bool is_about_waiting() const { return qos || account || !requests.empty() || begin || dependency; }
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

/// `scontrol create|update partitionname=...` of more than its state: all that it is from then on.
struct ChangePartition {
  PartitionId partition;  ///< one of the cluster's, which may not exist yet
  PartitionSpec as;
  /// Where another partition becomes the default: requests that name none, and what jobs that were submitted with them
  /// have from then on.
  std::vector<std::pair<RequestId, RequestId>> named{};
};
/// Refused while jobs or reservations are in it.
struct DeletePartition {
  PartitionId partition;
};
/// `scontrol update nodename=... weight=... features=...`: of which of the cluster's classes the nodes are from then on.
/// Their hardware is what it was.
struct ChangeNodes {
  std::vector<std::pair<NodeId, NodeClassId>> nodes;
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

/// They are the first of their user's jobs.
struct TopJobs {
  std::vector<JobId> jobs;
};

using Command = std::variant<HoldJobs, ReleaseJobs, RequeueJobs, SuspendJobs, ResumeJobs, UpdateJobs, ThrottleArray,
                             CancelJobs, UpdateNodes, KillNode, StartNode, UpdatePartition, CreateReservation,
                             UpdateReservation, DeleteReservation, StartJob, PreemptJob, SwitchPower,
                             ChangePartition, DeletePartition, ChangeNodes, TopJobs>;

/// Whether it changes the cluster's description.
template <class What>
inline constexpr bool is_cluster_change =
    std::is_same_v<What, ChangePartition> || std::is_same_v<What, DeletePartition> || std::is_same_v<What, ChangeNodes>;
inline bool changes_cluster(const Command& command) {
  return std::visit([]<class What>(const What&) { return is_cluster_change<What>; }, command);
}

struct TimedCommand {
  Time at{};  ///< may be before the simulation's zero
  Command what;
};

/// A command that slurmctld would have refused as a whole, with its message; or what is not modelled of one.
struct RefusedCommand {
  Time at{};
  std::string what, message;
  friend void fields(Archive& archive, RefusedCommand& refused) { all_fields<3>(archive, refused); }
};

}  // namespace sluice
