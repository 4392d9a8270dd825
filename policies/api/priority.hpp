#pragma once
// In which order? The question a priority policy answers.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policies/api/options.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/priority_term.hpp"

namespace sluice {

/// What the jobs of one user, or of one account, hold and wait for at the moment.
struct Holdings {
  std::int64_t jobs = 0;  ///< that run
  std::int64_t cpus = 0, gpus = 0;
  std::int64_t memory = 0;   ///< MB
  std::int64_t pending = 0;  ///< jobs that wait, whether or not they may be considered
  friend void fields(Archive& archive, Holdings& holdings) { all_fields<5>(archive, holdings); }
};

/// What an association is due and has had; 0 where the cluster has no accounting.
struct ShareOf {
  double shares = 0;  ///< Fairshare as a part of its siblings'; 0 for `parent`
  double usage = 0;   ///< billing-seconds, decayed, as of the last priority pass
};

/// What an order may look at.
struct PendingJob {
  JobId job;
  Time submit{};
  Time eligible{};
  Duration limit{};  ///< the time limit, or the true run time where the trace has none
  std::int64_t cpus = 0;
  std::int64_t gpus = 0;
  std::int64_t nodes = 0;
  std::int64_t nice = 0;
  std::uint32_t number = 0;  ///< 1 for the first job that was given a place in the order, and so on
  std::int64_t memory = 0;  ///< MB
  Holdings of_user, of_account;

  // What accounting knows of it; all absent or 0 where the cluster has no accounting.
  std::optional<Time> accruing_since;         ///< it gains age since then
  std::optional<Duration> asked_limit;        ///< --time, if given
  PartitionId partition;
  std::optional<AssociationId> association;
  std::optional<QosId> qos;
  double fair_share = 0;                      ///< of its association, as of the last priority pass
  std::span<const std::int64_t> tres;         ///< requested, by TresId of the cluster's table; valid during the call
  ShareOf user_share, account_share;
};

/// A pure function of its arguments, batched. Equal scores are ordered by submission, then job id.
class Priority {
 public:
  virtual ~Priority() = default;
  /// Writes a score for each job; the highest goes first. Scores are finite.
  virtual void score(std::span<const PendingJob> jobs, Time now, std::span<double> out) const = 0;
  /// How often waiting jobs are scored anew; nullopt: a job keeps the score of its submission.
  virtual std::optional<Duration> period() const { return std::nullopt; }
  /// How the score of one job comes about, for those who ask; {}: there is nothing to say.
  virtual std::vector<PriorityTerm> terms(const PendingJob&, Time /*now*/) const { return {}; }
  /// Partitions are described otherwise than before.
  virtual void follow_configuration() {}
  /// Whether it looks at usage, fair share or QOS: a cluster without a database then gets one made from the trace.
  virtual bool uses_accounting() const { return false; }
};

/// An order in the catalogue, chosen by PriorityType=`name`; its options ride in PriorityParameters.
struct PriorityEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<Priority> (*make)(const Options&, const ClusterSpec&);
  std::span<const Word> (*words)() = nullptr;  ///< what its options may name, where that is a language of its own
};

}  // namespace sluice
