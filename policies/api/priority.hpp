#pragma once
// In which order? The question a priority policy answers.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "policies/api/options.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

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

  // What accounting knows of it; all absent or 0 where the cluster has no accounting.
  std::optional<Time> accruing_since;         ///< it gains age since then
  std::optional<Duration> asked_limit;        ///< --time, if given
  PartitionId partition;
  std::optional<AssociationId> association;
  std::optional<QosId> qos;
  double fair_share = 0;                      ///< of its association, as of the last priority pass
  std::span<const std::int64_t> tres;         ///< requested, by TresId of the cluster's table; valid during the call
};

/// A pure function of its arguments, batched. Equal scores are ordered by submission, then job id.
class Priority {
 public:
  virtual ~Priority() = default;
  /// Writes a score for each job; the highest goes first. Scores are finite.
  virtual void score(std::span<const PendingJob> jobs, Time now, std::span<double> out) const = 0;
  /// How often waiting jobs are scored anew; nullopt: a job keeps the score of its submission.
  virtual std::optional<Duration> period() const { return std::nullopt; }
};

/// An order in the catalogue, chosen by PriorityType=`name`; its options ride in PriorityParameters.
struct PriorityEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<Priority> (*make)(const Options&, const ClusterSpec&);
};

}  // namespace sluice
