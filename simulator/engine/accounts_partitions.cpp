// What accounting makes of the partitions' descriptions.

#include <algorithm>

#include "simulator/base/text.hpp"
#include "simulator/engine/accounts.hpp"

namespace sluice {

void Accounts::price_partitions() {
  const bool max_tres = cluster_.multifactor.flags.max_tres;
  billing_.clear();
  for (const auto& partition : cluster_.partitions)
    billing_.emplace_back(partition.billing_weights, tres_,
                          max_tres ? accounting::BillingRule::max_tres : accounting::BillingRule::sum);
}

std::optional<QosId> Accounts::qos_of(PartitionId partition) const {
  const std::string& name = cluster_.partitions[partition.index()].qos;
  return name.empty() ? std::nullopt : find_qos(spec_, to_lower(name));
}

void Accounts::follow_partitions() {
  price_partitions();
  requested_.clear();
  requested_with_licenses_.clear();
  for (Standing& standing : standings_) standing.limit = default_limit(standing);
  follow_partition_qos();
}

/// Pending jobs are counted by the new QOS of their partition from now on.
void Accounts::follow_partition_qos() {
  std::vector<bool> is_stale;
  for (const Standing& standing : standings_)
    is_stale.push_back(standing.party && standing.party->partition_qos != qos_of(standing.partition));
  if (std::find(is_stale.begin(), is_stale.end(), true) == is_stale.end()) return;
  std::erase_if(standing_by_key_, [&](const auto& known) { return is_stale[known.second]; });
  for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
    const std::uint32_t row = row_of_job_[i];
    if (row >= is_stale.size() || !is_stale[row]) continue;
    if (!std::holds_alternative<Pending>(jobs_.job(JobId{i}).state)) continue;
    const bool accrues = accrual_ && has_place_[i];
    const accounting::Party before = *standings_[row].party;
    row_of_job_[i] = standing_of(jobs_.spec(JobId{i}), standings_[row].partition);
    const accounting::Party& now = *standings_[row_of_job_[i]].party;
    ledger_.unsubmit(before, 1);
    ledger_.submit(now, 1);
    if (!accrues) continue;
    ledger_.accrue(before, -1);
    ledger_.accrue(now, 1);
  }
}

}  // namespace sluice
