#pragma once
// Whether a partition takes a job, whoever else is in it: its limits of nodes and time, who may enter, and what
// EnforcePartLimits makes of that at submission.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/reason.hpp"

namespace sluice::accounting {

/// A job at a partition's door. What was not asked for is absent.
struct Applicant {
  std::optional<std::int64_t> min_nodes, max_nodes;
  std::optional<std::int64_t> cpus;
  Duration limit{};  ///< what it is planned with
  bool names_limit = false;
  std::optional<Duration> time_min;
  std::string_view user;
  std::string_view account;      ///< in lower case; empty: not known
  const QosSpec* qos = nullptr;  ///< null: not known
  bool has_reservation = false;
};

/// A job without what accounting knows of it.
Applicant applicant(const JobSpec& job, const Workload& workload);

/// What a partition has against a job: the Reason for which it waits if it was let in all the same, and what sbatch
/// prints if it was not.
struct Objection {
  Reason reason = Reason::none;
  std::string_view message;
  bool is_final = false;  ///< refused whatever EnforcePartLimits says
};

/// Sizes, time and access for nobody but root; tested at submission, and whenever a queue is built.
/// Source: job_mgr.c, _part_access_check; job_limits_check.
std::optional<Objection> limit_objection(const PartitionSpec& partition, const ClusterSpec& cluster,
                                         const Applicant& job);
/// The same but for time.
std::optional<Objection> size_objection(const PartitionSpec& partition, const ClusterSpec& cluster,
                                        const Applicant& job);
/// AllowQos and DenyQos, then AllowAccounts and DenyAccounts. Tested at submission with EnforcePartLimits, else whenever
/// nodes are looked for. Source: partition_mgr.c, part_policy_valid_acct, part_policy_valid_qos.
std::optional<Objection> access_objection(const PartitionSpec& partition, const Applicant& job);

/// What squeue shows of a pending job with such an objection, in place of the Reason's word.
std::string access_text(const PartitionSpec& partition, const Applicant& job, Reason reason);

/// At submission to these partitions, the first being the job's own: sbatch's message, or nothing. ANY refuses a job
/// that no partition takes, ALL one that some partition does not; NO takes it, to wait.
/// Source: job_mgr.c, _valid_job_part.
std::optional<Objection> refusal(std::span<const PartitionId> partitions, const ClusterSpec& cluster,
                                 const Applicant& job);

}  // namespace sluice::accounting
