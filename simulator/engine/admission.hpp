#pragma once
// May it queue? All that is asked at a job's submission, in slurmctld's order.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/accounting/partition_rules.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/accounts.hpp"
#include "simulator/model/job.hpp"

namespace sluice {

/// Why a partition's lists keep a queued job out: the Reason, and what squeue shows in place of its word.
struct Denial {
  Reason reason = Reason::none;
  std::string text;
};

/// Refuses what slurmctld refuses: a partition that takes no jobs, an association or QOS that is not there, a limit of
/// the partition where EnforcePartLimits says so, a limit of QOS and association, a request that fits no node.
/// Source: job_mgr.c, _job_create.
class Admission {
 public:
  /// A request as it was resolved against the cluster.
  struct Asked {
    std::vector<PartitionId> partitions;  ///< the job's own first
    std::string refusal;                  ///< sbatch's message; empty: the request is fine
    bool fits_nowhere = false;            ///< that is because too few nodes could ever hold it
    bool is_tested_last = false;          ///< whether it fits counts only where the partition's limits let it in
  };

  /// `accounts` may be null. All must outlive this.
  Admission(const ClusterSpec& cluster, const JobTable& jobs, Accounts* accounts)
      : cluster_{cluster}, jobs_{jobs}, accounts_{accounts} {
    for (const PartitionSpec& partition : cluster.partitions) states_.push_back(partition.state);
  }

  /// An operator changes the partition.
  void set_state(PartitionId partition, PartitionState state) { states_[partition.index()] = state; }

  /// Why the job is refused; a job that is not is counted as queued.
  std::optional<Refusal> refuses(JobId job, const Asked& asked);
  /// Of a job that was not: the Reason for which it waits whatever runs, if none of the partitions takes it.
  std::optional<Reason> waits_for(JobId job, std::span<const PartitionId> partitions);
  /// The same in one of them: its state, its limits, its lists.
  std::optional<Reason> bars(JobId job, PartitionId partition);
  /// Its sizes alone, whatever the partition's state and MaxTime, which can change.
  std::optional<Reason> keeps_out(JobId job, PartitionId partition);
  /// Its lists alone.
  std::optional<Denial> denies(JobId job, PartitionId partition);

  void fields(Archive& archive) { archive(states_); }

 private:
  bool is_barred(JobId job, std::span<const PartitionId> partitions);
  bool is_closed(PartitionId partition) const {
    const PartitionState state = states_[partition.index()];
    return state == PartitionState::drain || state == PartitionState::inactive;
  }
  accounting::Applicant applicant(JobId job, PartitionId partition);

  const ClusterSpec& cluster_;
  const JobTable& jobs_;
  Accounts* accounts_;
  std::vector<PartitionState> states_;  ///< by partition
};

}  // namespace sluice
