#include "policies/scheduler/slurm/preempt_order.hpp"

#include <algorithm>
#include <limits>

namespace sluice::scheduler::slurm {

std::uint32_t PreemptOrder::kind(const PreemptParty& party) {
  const Kind own{party.partition, party.qos};
  const auto known = std::find(kinds_.begin(), kinds_.end(), own);
  const auto number = static_cast<std::uint32_t>(known - kinds_.begin());
  if (known != kinds_.end()) return number;
  kinds_.push_back(own);
  for (std::uint32_t other = 0; other < number; ++other) relations_[other].push_back(find_relation(other, number));
  relations_.emplace_back();
  for (std::uint32_t other = 0; other <= number; ++other) relations_.back().push_back(find_relation(number, other));
  return number;
}

/// A higher priority never makes a job less able to stop others: see Preemption::may_preempt.
PreemptOrder::Relation PreemptOrder::find_relation(std::uint32_t kind, std::uint32_t victim) const {
  constexpr double least = std::numeric_limits<double>::lowest(), most = std::numeric_limits<double>::max();
  if (!asked({kind, most}, {victim, least})) return Relation::never;
  return asked({kind, least}, {victim, most}) ? Relation::always : Relation::by_priority;
}

}  // namespace sluice::scheduler::slurm
