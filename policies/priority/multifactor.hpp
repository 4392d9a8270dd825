#pragma once
// priority/multifactor: the formula, as slurmctld 22.05 computes it, to the integer.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/priority/factors/job_size.hpp"
#include "policies/priority/factors/rank.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice::priority {

/// What the formula needs of one job in one of its partitions. Times are whole seconds since the simulation's zero.
struct MultifactorJob {
  std::optional<std::chrono::seconds> accruing_since;  ///< absent: it gains no age (held, dependent, no slot)
  double fair_share = 0;                               ///< of its association, as of the last pass
  std::int64_t association_priority = 0;               ///< inherited
  Size size;
  std::optional<std::chrono::minutes> limit;  ///< its own, else the partition's MaxTime; absent: unlimited
  std::int64_t partition_job_factor = 1;
  std::int64_t qos_priority = 0;
  std::span<const std::int64_t> tres;               ///< allocated, else requested, by TresId; empty: none
  std::span<const std::int64_t> tres_of_partition;  ///< by TresId; of licences and burst buffers: of the cluster
  std::int64_t site = 0;
  std::int64_t nice = 0;
};

/// What all jobs are measured against.
struct MultifactorScale {
  Size cluster;                         ///< configured nodes and CPUs
  std::int64_t largest_job_factor = 1;  ///< of all partitions
  std::int64_t largest_qos_priority = 0;
  std::int64_t largest_association_priority = 0;
};

/// The factors of one job (what `sprio -n` shows) and its priority. A factor without weight is 0.
struct MultifactorTerms {
  double age = 0, association = 0, fair_share = 0, job_size = 0, partition = 0, qos = 0;
  double tres = 0;  ///< weighted sum over all TRES
  std::uint32_t priority = 0;
};

/// Without a database (AccountingStorageType other than slurmdbd) 22.05 lets neither age nor fair share count.
inline PrioritySettings without_accounting(PrioritySettings settings) {
  settings.weight_age = settings.weight_fairshare = 0;
  return settings;
}

/// A pure function of its arguments. Add order and rounding are Slurm's: the unrounded terms are summed, what is below
/// 1 becomes 1, the rest is cut off, and 2^32 - 1 is the most. 0, which means held, never comes out. Source:
/// priority_multifactor.c, _get_priority_internal.
class Multifactor {
 public:
  /// Weights of TRES that are not tracked count nothing.
  Multifactor(const PrioritySettings& settings, const MultifactorScale& scale, const accounting::TresTable& tres);

  /// Of all jobs, `now` being the second in which the pass began. O(jobs x weighted TRES).
  void compute(std::span<const MultifactorJob> jobs, std::chrono::seconds now, std::span<MultifactorTerms> out) const;
  MultifactorTerms compute(const MultifactorJob& job, std::chrono::seconds now) const;

  /// One TRES of the tres term: its factor, and its factor times its weight.
  struct TresTerm {
    TresId id;
    double factor = 0;
    double weighted = 0;
  };
  /// Of all weighted TRES, in id order.
  std::vector<TresTerm> tres_terms(const MultifactorJob& job) const;

  /// What becomes of a job's priority when it is computed anew: with INCR_ONLY it never falls.
  std::uint32_t renewed(std::uint32_t old, std::uint32_t computed) const {
    return settings_.flags.incr_only && old > computed ? old : computed;
  }

  const PrioritySettings& settings() const { return settings_; }

 private:
  struct TresWeight {
    TresId id;
    double weight;
  };

  TresTerm tres_term(const MultifactorJob& job, const TresWeight& weight) const;
  Normalise normalise(bool off) const { return off || settings_.flags.no_normal_all ? Normalise::no : Normalise::yes; }

  PrioritySettings settings_;
  MultifactorScale scale_;
  std::vector<TresWeight> tres_weights_;
  std::chrono::seconds max_age_;
};

}  // namespace sluice::priority
