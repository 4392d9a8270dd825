#pragma once
// Who is being stopped for whom under slurmctld's loops.

#include <chrono>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policies/api/preemption.hpp"
#include "policies/api/selection.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/het_jobs.hpp"
#include "simulator/engine/live_records.hpp"
#include "simulator/engine/live_reservations.hpp"
#include "simulator/engine/state.hpp"

namespace sluice {

/// Asks the preemption policy about running jobs, and keeps who has been told to go, when, and for whom.
class Preemptions {
 public:
  /// `policy` may be null: nobody is stopped. All outlive it.
  Preemptions(State& state, Apply& apply, const LiveRecords& records, const LiveReservations& reservations,
              const ClusterSpec& cluster, const Preemption* policy);

  /// Partitions have other nodes or tiers than before.
  void follow_configuration() { reach_.assign(reach_.size(), {}); }
  bool is_on() const { return policy_ != nullptr; }
  const Preemption* policy() const { return policy_; }
  /// A pending job in one of its partitions.
  PreemptParty party(JobId job, PartitionId partition) const;
  bool may_be_preempted(JobId started) const;
  /// What becomes of it when others need its place.
  PreemptMode::Action action_on(JobId started) const {
    return policy_ != nullptr ? policy_->action(running_party(started)) : PreemptMode::Action::suspend;
  }
  /// Those of `running` that the job may stop for nodes of its partition, in the order in which that is to be tried.
  std::vector<Preemptable> candidates(JobId job, PartitionId partition, const NodeSet& nodes,
                                      std::span<const RunningJob> running, Time now) const;

  /// With what goes with them: all that runs of heterogeneous jobs.
  std::vector<JobId> with_components(const std::vector<JobId>& victims) const;
  /// Victims are told to go for the job. False: some were told a moment ago.
  bool tell(JobId job, const std::vector<JobId>& victims, Time now);
  /// When a victim with grace has to be gone; nullopt: it was not told.
  std::optional<Time> grace_ends(JobId running) const;
  /// It needs nobody to go any more.
  void forget(JobId job) { told_for_.erase(job); }
  void ended(JobId job) { graces_.erase(job); }

  /// Victims that have been told to go since, and when their grace is over.
  std::vector<std::pair<JobId, Time>> take_graced() { return std::exchange(fresh_graced_, {}); }
  /// Those that were told to go without grace go, after the pass that told them.
  void stop_victims(Time now);
  /// A victim goes now.
  void end_grace(JobId job, Time now);

  void fields(Archive& archive) { archive(going_, told_for_, graces_, fresh_graced_); }

 private:
  PreemptParty running_party(JobId job) const;
  bool is_going(JobId job) const;
  /// Whether jobs of that partition and QOS may preempt any on their nodes at all, whoever runs: most ask in vain.
  bool has_reach(const PreemptParty& job) const;
  bool find_reach(const PreemptParty& job) const;
  /// Who asks, and the nodes that are lent to others until it does; may be null.
  struct Asker {
    PreemptParty party;
    const NodeSet* lent = nullptr;
  };
  bool borrows(JobId running, const NodeSet* lent) const;
  bool may_go(const Asker& own, JobId job, Time now) const;
  bool may_go_with_all(const Asker& own, JobId job, Time now) const;
  std::vector<JobId> running_components(JobId job) const;
  const Allocation& allocation_of(JobId running) const;

  State& state_;
  Apply& apply_;
  const LiveRecords& records_;
  const LiveReservations& reservations_;
  const ClusterSpec& cluster_;
  const Preemption* policy_;
  bool youngest_first_ = false;  ///< preempt_youngest_first
  std::size_t qos_count_ = 0;
  mutable std::vector<std::optional<bool>> reach_;  ///< by partition, and in it by QOS, first none; fills itself as it is asked
  std::vector<std::pair<JobId, PreemptMode::Action>> going_;    ///< victims that go after this pass
  std::unordered_map<JobId, std::chrono::seconds> told_for_;    ///< when others were last told to go for a job
  std::unordered_map<JobId, Time> graces_;                      ///< of running victims: when they have to be gone
  std::vector<std::pair<JobId, Time>> fresh_graced_;
};

}  // namespace sluice
