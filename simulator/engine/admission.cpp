#include "simulator/engine/admission.hpp"

#include <algorithm>

namespace sluice {

accounting::Applicant Admission::applicant(JobId job, PartitionId partition) {
  if (accounts_ != nullptr) return accounts_->applicant(job, partition);
  return accounting::applicant(jobs_.spec(job), *jobs_.workload);
}

std::optional<Refusal> Admission::refuses(JobId job, const Asked& asked) {
  const Refusal unfit{Reason::bad_constraints, asked.refusal};
  if (asked.partitions.empty() || (!asked.refusal.empty() && !asked.fits_nowhere)) return unfit;
  if (std::all_of(asked.partitions.begin(), asked.partitions.end(), [this](PartitionId p) { return is_closed(p); }))
    return Refusal{Reason::bad_constraints, "Required partition not available (inactive or drain)"};
  if (accounts_ != nullptr)
    if (auto no = accounts_->refuses(job, asked.partitions)) return no;
  if (const auto no = accounting::refusal(asked.partitions, cluster_, applicant(job, asked.partitions.front())))
    return Refusal{no->reason, std::string{no->message}};
  if (!asked.refusal.empty() && !(asked.is_tested_last && is_barred(job, asked.partitions))) return unfit;
  return accounts_ != nullptr ? accounts_->submit(job, asked.partitions) : std::nullopt;
}

/// A job of one partition that a limit of it keeps out is queued before anybody looks for nodes. Source: job_mgr.c,
/// _select_nodes_parts.
bool Admission::is_barred(JobId job, std::span<const PartitionId> partitions) {
  if (partitions.size() != 1) return false;
  const auto barred = bars(job, partitions.front());
  return barred && *barred != Reason::partition_down;
}

std::optional<Reason> Admission::bars(JobId job, PartitionId partition) {
  const PartitionSpec& spec = cluster_.partitions[partition.index()];
  const auto it = applicant(job, partition);
  const PartitionState state = states_[partition.index()];
  if (state == PartitionState::inactive) return Reason::partition_inactive;
  if (state != PartitionState::up) return Reason::partition_down;
  if (const auto no = accounting::limit_objection(spec, cluster_, it)) return no->reason;
  if (const auto no = accounting::access_objection(spec, it)) return no->reason;
  return std::nullopt;
}

std::optional<Reason> Admission::keeps_out(JobId job, PartitionId partition) {
  const PartitionSpec& spec = cluster_.partitions[partition.index()];
  const auto it = applicant(job, partition);
  if (const auto no = accounting::size_objection(spec, cluster_, it)) return no->reason;
  return std::nullopt;
}

std::optional<Denial> Admission::denies(JobId job, PartitionId partition) {
  const PartitionSpec& spec = cluster_.partitions[partition.index()];
  const auto is_open = [](const AccessList& list) { return !list.allow && list.deny.empty(); };
  if (is_open(spec.qos_access) && is_open(spec.accounts)) return std::nullopt;
  const auto it = applicant(job, partition);
  const auto no = accounting::access_objection(spec, it);
  return no ? std::optional{Denial{no->reason, accounting::access_text(spec, it, no->reason)}} : std::nullopt;
}

std::optional<Reason> Admission::waits_for(JobId job, std::span<const PartitionId> partitions) {
  std::optional<Reason> reason;
  for (const PartitionId partition : partitions) {
    reason = bars(job, partition);
    if (!reason) return std::nullopt;
  }
  return reason;
}

}  // namespace sluice
