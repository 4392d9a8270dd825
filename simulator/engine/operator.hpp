#pragma once
// Carries out operators' commands.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/core/event_queue.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/engine/events.hpp"
#include "simulator/engine/live_records.hpp"
#include "simulator/engine/live_reservations.hpp"
#include "simulator/engine/power_saving.hpp"

namespace sluice {

/// Each command does what it can, job by job, as scontrol does; what slurmctld would refuse for a job is left undone.
/// Source: scontrol(1), scancel(1), node_mgr.c.
class Operator {
 public:
  Operator(State& state, Apply& apply, EventQueue<Event>& events);

  /// Without a keeper no command about reservations may come.
  void keep_reservations(LiveReservations& reservations) { reservations_ = &reservations; }

  /// Without a queue nobody may be moved to its top.
  void keep_queue(LiveRecords& records) { records_ = &records; }

  /// Without power saving commands about power are refused.
  void save_power(PowerSaving& power) { power_ = &power; }

  /// Not of commands that change the cluster's description.
  void execute(const Command& command, Time now);
  const std::vector<RefusedCommand>& refused() const { return refused_; }
  /// Somebody else has refused a command.
  void note_refused(Time at, std::string what, std::string message) {
    refused_.push_back({at, std::move(what), std::move(message)});
  }
  /// slurmctld misses a node.
  void missed(const NodeMissed& event, Time now);

  void fields(Archive& archive) { archive(refused_); }

 private:
  void on(const HoldJobs& command);
  void on(const ReleaseJobs& command);
  void on(const RequeueJobs& command);
  void on(const SuspendJobs& command);
  void on(const ResumeJobs& command);
  void on(const UpdateJobs& command);
  void on(const ThrottleArray& command);
  void on(const CancelJobs& command);
  void on(const UpdateNodes& command);
  void on(const KillNode& command);
  void on(const StartNode& command);
  void on(const UpdatePartition& command);
  void on(const CreateReservation& command);
  void on(const UpdateReservation& command);
  void on(const DeleteReservation& command);
  void on(const StartJob& command);
  void on(const PreemptJob& command);
  void on(const SwitchPower& command);
  void on(const TopJobs& command);
  LiveReservations& reservations();
  void note(const std::optional<std::string>& refusal, std::string what);

  std::vector<JobId> whole_job(JobId job, std::string_view command);
  /// Of holds and releases: the first component stands for all, and with whole_hetjob each of them does.
  std::vector<JobId> meant_by(JobId job) const;
  bool is_known(const Ended& job) const;
  void requeue(JobId job, Hold hold);
  void update(JobId job, const UpdateJobs& command);
  void update_running(JobId job, const UpdateJobs& command);
  std::string update_of(JobId job) const;
  void replace_dependency(JobId job, const NewDependency& next);
  bool set_priority(JobId job, const UpdateJobs& command);
  std::vector<JobId> cancelled_with(JobId job) const;
  bool meets(JobId job, const CancelJobs& command) const;
  void take_down(NodeId node, NodeStatus status);
  void follow_power(NodeId node, UpdateNodes::State state);

  State& state_;
  Apply& apply_;
  EventQueue<Event>& events_;
  const bool keeps_whole_;  ///< SchedulerParameters whole_hetjob; older releases say whole_pack
  LiveReservations* reservations_ = nullptr;
  LiveRecords* records_ = nullptr;
  PowerSaving* power_ = nullptr;
  std::vector<RefusedCommand> refused_;
  Time now_{};
};

}  // namespace sluice
