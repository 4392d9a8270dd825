#pragma once
// The live books of a simulation: for whom each job runs, what it is charged, its fair share, and whether limits let it.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/limits.hpp"
#include "policies/api/priority.hpp"
#include "simulator/accounting/accrual.hpp"
#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/billing.hpp"
#include "simulator/accounting/classic_fair_share.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/partition_rules.hpp"
#include "simulator/accounting/start_usage.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"

namespace sluice {

/// Why a job is not taken: what squeue would call it, and what sbatch prints.
struct Refusal {
  Reason reason = Reason::none;
  std::string message;
  friend void fields(Archive& archive, Refusal& refusal) { all_fields<2>(archive, refusal); }
};

/// Follows the jobs of one simulation. Only made where the cluster has accounting data; without it nothing is counted and
/// nothing limited. Times are floored to whole seconds, as slurmctld keeps them.
///
/// submit and end are O(depth of the tree), start and end also O(TRES + nodes of the job), a pass O(running + tree).
class Accounts {
 public:
  /// `cluster.accounting` must be there. `limits` may be null: nothing is limited.
  Accounts(const ClusterSpec& cluster, const JobTable& jobs, const LimitsEntry* limits);
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// For whom a job would run: whether its association and QOS may be had. nullopt: they may.
  std::optional<Refusal> refuses(JobId job, std::span<const PartitionId> partitions);
  /// Limits at submission, in each of the partitions. A job that is not refused is counted as queued.
  std::optional<Refusal> submit(JobId job, std::span<const PartitionId> partitions);
  /// A job that had ended is queued as it was before, whatever the limits.
  void queue_again(JobId job);
  /// A job that was queued has ended, or was taken out of the queue.
  void leave(JobId job);

  /// The job as a partition looks at it.
  accounting::Applicant applicant(JobId job, PartitionId partition);
  /// Before nodes are looked for: UsageThreshold and limits. nullopt: none stands in the way in that partition.
  std::optional<Reason> may_be_considered(JobId job, PartitionId partition);
  /// The same in the job's first partition.
  std::optional<Reason> may_be_considered(JobId job);
  /// With the nodes chosen.
  std::optional<Reason> may_start(JobId job, const Allocation& where);
  /// Of a job that found no nodes: with what it asks for there, and the CPUs of its last placement.
  std::optional<Reason> may_start_there(JobId job, PartitionId partition, std::optional<std::int64_t> cpus);
  /// MinPrioThreshold of the job's QOS or association.
  std::optional<std::int64_t> priority_threshold(JobId job, PartitionId partition);
  void start(JobId job, const Allocation& where, Time now);
  /// Its nodes boot: it is charged nothing until it starts anew, but if it ends before that. Source:
  /// priority_multifactor.c, JOB_POWER_UP_NODE.
  void put_off(JobId job);
  void start_anew(JobId job, Time now);
  void end(JobId job, const Allocation& where, Time now);
  /// It goes on with a part of its nodes, and is billed for those.
  void shrink(JobId job, const Allocation& before, const Allocation& kept, Time now);
  /// It ends, to be pending again: what it is billed stays.
  void requeue(JobId job, const Allocation& where, Time now);

  /// Whether a limit could run out while jobs run, so that overdue() is to be asked every 30 seconds.
  bool watches_running() const { return watches_running_; }
  /// Running jobs whose limits have run out, in order of their start.
  std::vector<JobId> overdue(Time now) const;

  /// Whether the number of jobs that gain age is limited, so that look_at() is to be told.
  bool limits_accrual() const { return accrual_.has_value(); }
  /// A scheduler looks at these pending jobs, in job list order: those that find a place begin to gain age.
  void look_at(std::span<const JobId> pending, Time now);
  /// The job starts, is held, or is no longer eligible: its age begins anew.
  void stop_accruing(JobId job);

  /// Partitions are described otherwise than before. Jobs that run are counted as they were.
  void follow_partitions();

  /// Usage there was before the simulation begins. Before the first pass.
  void begin_with(const accounting::StartUsage& usage);
  /// Decays all usage, charges running jobs and computes fair shares. The first pass only does the latter. Forgets all
  /// usage first where PriorityUsageResetPeriod says so; a trace without a calendar begins at 1970-01-01.
  void pass(Time now);

  /// Fills what accounting knows into a view for priorities, of the job in its first partition.
  void describe(JobId job, PendingJob& view);
  std::optional<QosId> qos(JobId job) const;
  /// What slurmctld's loops have to know of a job; its limit, if it names none and a limit gives it one.
  void describe(JobId job, WaitingJob& record) const;
  /// The same in another of its partitions.
  void describe(JobId job, PartitionId partition, PendingJob& view);

  /// What has been used, for sshare and tests.
  const accounting::AssociationTree& tree() const { return tree_; }
  const accounting::Usage& usage() const { return usage_; }

  void fields(Archive& archive);

 private:
  using Seconds = std::chrono::seconds;

  /// The part of a job's books that many jobs share: its user, account, QOS and partition.
  struct Standing {
    std::optional<accounting::Party> party;
    std::optional<Refusal> refusal;  ///< of jobs like it
    std::string account;             ///< empty: not known
    double usage_factor = 1;
    PartitionId partition;
    std::optional<std::chrono::minutes> limit;  ///< of jobs that name none
    friend void fields(Archive& archive, Standing& standing) { all_fields<6>(archive, standing); }
  };
  struct Running {
    JobId job;
    std::uint32_t standing = 0;
    accounting::TresRow tres;
    double billing = 0;
    Seconds start{};
    bool is_put_off = false;
    Seconds since{};  ///< it holds this
    friend void fields(Archive& archive, Running& running) { all_fields<7>(archive, running); }
  };

  void price_partitions();
  void follow_partition_qos();
  std::optional<QosId> qos_of(PartitionId partition) const;
  std::uint32_t standing_of(const JobSpec& spec, PartitionId partition);
  Standing make_standing(const JobSpec& spec, PartitionId partition);
  std::optional<QosId> qos_of(const JobSpec& spec, AssociationId association, std::optional<Refusal>& refusal) const;
  std::optional<std::chrono::minutes> default_limit(const Standing& standing) const;
  const Standing& standing(JobId job) const { return standings_[row_of_job_[job.index()]]; }
  const Standing& standing(JobId job, PartitionId partition);
  accounting::TresRow allocated(JobId job, const Allocation& where, double& billed) const;
  void add_licenses(JobId job, accounting::TresRow& row) const;
  accounting::UsingJob using_job(const Running& running) const;
  std::optional<std::chrono::minutes> limit_of(JobId job, const Standing& standing) const;
  LimitedJob limited(JobId job, const Standing& standing) const;
  bool misses_usage_threshold(const Standing& standing);
  void reset_if_due(Seconds now);
  void charge_running(Seconds now);
  Running take_out(JobId job);
  Seconds uncharged_from(const Running& running) const;
  double fair_share(AssociationId association);
  const accounting::TresRow& requested(JobId job, PartitionId partition);
  ShareOf share_of(AssociationId association) const;

  const ClusterSpec& cluster_;
  const JobTable& jobs_;
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
  std::vector<std::vector<accounting::TresRow>> requested_;  ///< by partition and request; filled when asked for
  /// Of jobs that want licences which are counted: those, by row of the extras; and all they ask for, by partition, request
  /// and that row.
  std::map<std::uint32_t, std::vector<std::pair<TresId, std::int64_t>>> licenses_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, accounting::TresRow> requested_with_licenses_;
  std::unordered_map<JobId, double> billed_before_;                   ///< of requeued jobs
  std::optional<Seconds> last_pass_, last_reset_;
  bool watches_running_ = false;

  std::optional<accounting::AccrualLimits> accrual_;  ///< absent: nothing limits it
  std::vector<std::optional<Time>> accruing_;         ///< by job; empty unless accrual_
  std::vector<bool> has_place_;                       ///< likewise: it takes a place among those that gain age
};

}  // namespace sluice
