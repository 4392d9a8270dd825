#pragma once
// The live books of a simulation: for whom each job runs, what it is charged, its fair share, and whether limits let it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/limits.hpp"
#include "policies/api/priority.hpp"
#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/billing.hpp"
#include "simulator/accounting/classic_fair_share.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

/// Follows the jobs of one simulation. Only made where the cluster has accounting data; without it nothing is counted and
/// nothing limited. Times are floored to whole seconds, as slurmctld keeps them.
///
/// submit and end are O(depth of the tree), start and end also O(TRES + nodes of the job), a pass O(running + tree).
class Accounts {
 public:
  /// `cluster.accounting` must be there. `limits` may be null: nothing is limited.
  Accounts(const ClusterSpec& cluster, const Workload& workload, const LimitsEntry* limits);
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// At submission: nullopt, or Slurm's message why the job is refused. A job that is not refused is counted as queued.
  std::optional<std::string> submit(JobId job, PartitionId partition);
  /// A job that was queued has ended, or was taken out of the queue.
  void leave(JobId job);

  /// Before nodes are looked for; nullopt: no limit stands in the way.
  std::optional<Reason> may_be_considered(JobId job) const;
  /// With the nodes chosen.
  std::optional<Reason> may_start(JobId job, const Allocation& where);
  void start(JobId job, const Allocation& where, Time now);
  void end(JobId job, const Allocation& where, Time now);

  /// Decays all usage, charges running jobs and computes fair shares. The first pass only does the latter.
  void pass(Time now);

  /// Fills what accounting knows into a view for priorities.
  void describe(JobId job, PendingJob& view);
  /// The same for a record of slurmctld's loops.
  void describe(JobId job, WaitingJob& record) const;

  /// What has been used, for sshare and tests.
  const accounting::AssociationTree& tree() const { return tree_; }
  const accounting::Usage& usage() const { return usage_; }

 private:
  using Seconds = std::chrono::seconds;

  /// The part of a job's books that many jobs share: its user, account, QOS and partition.
  struct Standing {
    std::optional<accounting::Party> party;
    std::string refusal;  ///< Slurm's message; "" when jobs like it may be submitted
    double usage_factor = 1;
    PartitionId partition;
  };
  struct Running {
    JobId job;
    accounting::TresRow tres;
    double billing = 0;
    Seconds start{};
  };

  std::uint32_t standing_of(const JobSpec& spec, PartitionId partition);
  Standing make_standing(const JobSpec& spec, PartitionId partition);
  std::optional<QosId> qos_of(const JobSpec& spec, AssociationId association, std::string& refusal) const;
  const Standing& standing(JobId job) const { return standings_[row_of_job_[job.index()]]; }
  accounting::TresRow allocated(const Allocation& where, const accounting::Billing& billing, double& billed) const;
  accounting::UsingJob using_job(const Running& running) const;
  std::optional<std::chrono::minutes> limit_of(const JobSpec& spec, PartitionId partition) const;
  LimitedJob limited(JobId job) const;
  double fair_share(AssociationId association);

  const ClusterSpec& cluster_;
  const Workload& workload_;
  const AccountingSpec& spec_;
  accounting::TresTable tres_;
  accounting::AssociationTree tree_;
  accounting::Usage usage_;
  accounting::Ledger ledger_;
  std::vector<accounting::Billing> billing_;  ///< by partition
  std::optional<accounting::FairTree> fair_tree_;
  std::optional<accounting::ClassicFairShare> classic_;
  std::unique_ptr<LimitPolicy> limits_;

  std::vector<Standing> standings_;
  std::unordered_map<std::uint64_t, std::uint32_t> standing_by_key_;
  std::vector<std::uint32_t> row_of_job_;
  std::unordered_map<std::uint32_t, accounting::UserId> user_ids_;  ///< by NameId
  std::vector<Running> running_;                       ///< in no particular but a deterministic order
  std::unordered_map<JobId, std::size_t> place_in_running_;
  std::vector<accounting::TresRow> requested_;         ///< by request and first partition; filled when asked for
  std::optional<Seconds> last_pass_;
};

}  // namespace sluice
