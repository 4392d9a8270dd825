#pragma once
// The accounting database as a dump of it says: accounts and users in their tree, QOS, and every limit of theirs.
// Static; usage and counters live elsewhere.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

using AssociationId = Id<struct AssociationTag>;  ///< row of AccountingSpec::associations
using QosId = Id<struct QosTag>;                  ///< row of AccountingSpec::qos

/// A count for each TRES that has one, by Slurm's name in lower case: cpu, mem (MB), node, billing, gres/gpu,
/// gres/gpu:a100, license/x. Of a limit: what is absent is unlimited, 0 allows nothing.
using TresCounts = std::map<std::string, std::int64_t, std::less<>>;

/// The entry of a TRES, or none.
std::optional<std::int64_t> count_of(const TresCounts& counts, std::string_view tres);

/// Limits on all jobs together of an association's sub-tree or of a QOS. Absent: unlimited. Source: sacctmgr(1).
struct GroupLimits {
  TresCounts tres;           ///< GrpTRES
  TresCounts tres_mins;      ///< GrpTRESMins: TRES-minutes used
  TresCounts tres_run_mins;  ///< GrpTRESRunMins: TRES-minutes that running jobs may still use
  std::optional<std::int64_t> jobs, jobs_accrue, submit_jobs;
  std::optional<Duration> wall;  ///< whole minutes
  bool operator==(const GroupLimits&) const = default;
};

/// Limits on each job. Absent: unlimited.
struct JobLimits {
  TresCounts tres;               ///< MaxTRESPerJob
  TresCounts per_node;           ///< MaxTRESPerNode
  TresCounts tres_mins;          ///< MaxTRESMinsPerJob
  std::optional<Duration> wall;  ///< whole minutes
  bool operator==(const JobLimits&) const = default;
};

/// Limits on all jobs together of one user or one account within a QOS. Absent: unlimited.
struct ShareLimits {
  TresCounts tres;
  TresCounts tres_run_mins;  ///< since 24.05
  std::optional<std::int64_t> jobs, jobs_accrue, submit_jobs;
  bool operator==(const ShareLimits&) const = default;
};

/// Which QOS an association may use: a list of its own, or the parent's, changed by what is added and removed.
struct QosAccess {
  std::optional<std::vector<std::string>> own;  ///< absent: the parent's
  std::vector<std::string> added, removed;      ///< `+name` and `-name`
  bool operator==(const QosAccess&) const = default;
};

/// An account, or a user in an account, possibly in one partition only. What is absent of `max`, of its counts and of
/// default_qos is inherited (see effective()); group limits and shares are not.
struct AssociationSpec {
  std::string account;                     ///< names in lower case
  std::string user;                        ///< empty: the account itself
  std::string partition;                   ///< empty: every partition
  std::optional<AssociationId> parent;     ///< absent: the root account
  std::optional<std::int64_t> shares = 1;  ///< Fairshare; absent: `parent`
  std::optional<std::int64_t> priority;
  std::optional<std::string> default_qos;
  QosAccess qos;
  GroupLimits group;
  JobLimits max;
  TresCounts max_tres_run_mins;  ///< MaxTRESRunMins
  std::optional<std::int64_t> max_jobs, max_jobs_accrue, max_submit_jobs, min_prio_threshold;
  std::string description, organization;  ///< of accounts

  bool is_user() const { return !user.empty(); }
  bool operator==(const AssociationSpec&) const = default;
};

/// What is the same in all associations of a user.
struct UserSpec {
  std::string name;
  std::string default_account;
  std::string default_wckey;
  std::string admin_level;               ///< None, Operator, Administrator; empty: None
  std::vector<std::string> coordinates;  ///< accounts
  std::vector<std::string> wckeys;
  bool operator==(const UserSpec&) const = default;
};

/// Source: sacctmgr(1), SPECIFICATIONS FOR QOS FLAGS.
struct QosFlags {
  bool deny_on_limit = false;
  bool enforce_usage_threshold = false;
  bool no_decay = false;
  bool no_reserve = false;
  bool over_part_qos = false;
  bool partition_max_nodes = false;
  bool partition_min_nodes = false;
  bool partition_time_limit = false;
  bool relative = false;  ///< since 23.11
  bool requires_reservation = false;
  bool usage_factor_safe = false;
  bool operator==(const QosFlags&) const = default;
};

/// How jobs of a QOS are preempted.
enum class QosPreemptMode : std::uint8_t { cluster, off, cancel, requeue, suspend, gang };

struct QosSpec {
  std::string name;  ///< in lower case
  std::string description;
  std::int64_t priority = 0;
  double usage_factor = 1;
  std::optional<double> usage_threshold;
  std::optional<double> limit_factor;
  Duration grace_time{};
  std::optional<Duration> preempt_exempt_time;
  std::vector<std::string> preempt;  ///< QOS whose jobs it may preempt
  QosPreemptMode preempt_mode = QosPreemptMode::cluster;
  bool preempt_within = false;  ///< WITHIN: its own jobs too (since 21.08)
  QosFlags flags;
  GroupLimits group;
  JobLimits max;
  ShareLimits per_user, per_account;
  TresCounts min_tres;  ///< MinTRESPerJob
  std::optional<std::int64_t> min_prio_threshold;
  bool operator==(const QosSpec&) const = default;
};

/// Invariants: associations[0] is the root account; a parent stands before its children; (account, user, partition) is
/// unique, and so is a QOS's name.
struct AccountingSpec {
  std::string cluster;  ///< as the dump or the script calls it; may be empty
  std::vector<AssociationSpec> associations;
  std::vector<UserSpec> users;  ///< one for each user that has an association, in the order of the first one
  std::vector<QosSpec> qos;
  /// False when only names of QOS are known (from a dump, which says nothing else of them): a name that is missing
  /// here may exist.
  bool qos_defined = false;
  bool operator==(const AccountingSpec&) const = default;
};

/// A database with nothing in it: the root account with user root, and QOS `normal`. Source: what slurmdbd creates.
AccountingSpec make_accounting();

std::optional<AssociationId> find_account(const AccountingSpec& spec, std::string_view account);
/// Exactly this one; an empty partition is the association for all partitions. O(associations).
std::optional<AssociationId> find_association(const AccountingSpec& spec, std::string_view account,
                                              std::string_view user, std::string_view partition);
std::optional<QosId> find_qos(const AccountingSpec& spec, std::string_view name);

/// The association with all that it inherits filled in: Max limits (each TRES for itself), priority and default QOS of
/// the nearest ancestor that has them. Its QOS list is whole and sorted (`own` is set; added and removed are empty).
/// O(depth). Source: slurmdb's as_mysql_assoc.c; compared with `sacctmgr show assoc` of 22.05.8.
AssociationSpec effective(const AccountingSpec& spec, AssociationId id);

}  // namespace sluice
