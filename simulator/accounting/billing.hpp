#pragma once
// What an allocation costs: TRESBillingWeights of the partition the job runs in.

#include <span>
#include <vector>

#include "simulator/accounting/tres_table.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice::accounting {

/// How the weighted counts become one number.
enum class BillingRule : std::uint8_t {
  sum,            ///< all added up
  max_tres,       ///< the greatest of cpu, mem, node and each gres, plus the sum of the rest
  max_tres_gres,  ///< the greatest of cpu, mem, node, plus all gres, plus the rest (25.05 and later)
};

/// Evaluated once, when a job first starts, over the whole of its allocation. A requeued job keeps the number, wherever
/// it runs then (seen in recordings). O(TRES).
/// Source: slurm.conf(5) TRESBillingWeights; assoc_mgr.c, assoc_mgr_tres_weighted.
class Billing {
 public:
  /// Weights of TRES that are not tracked count nothing; without any weight a CPU is billed 1.
  Billing(const TresWeights& weights, const TresTable& tres, BillingRule rule);

  /// `counts` by TresId; what stands there for energy and billing itself is not looked at. usage_raw grows by this
  /// number, unrounded; the TRES count `billing` is it truncated.
  double of(std::span<const std::int64_t> counts) const;

 private:
  enum class Part : std::uint8_t { none, added, compared };

  std::vector<double> weights_;  ///< by TresId; empty: CPUs are counted
  std::vector<Part> parts_;
};

}  // namespace sluice::accounting
