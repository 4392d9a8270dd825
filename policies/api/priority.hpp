#pragma once
// In which order? The question a priority policy answers.

#include <memory>
#include <span>
#include <string_view>

#include "policies/api/options.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"

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
};

/// A pure function of its arguments, batched. Equal scores are ordered by submission, then job id.
class Priority {
 public:
  virtual ~Priority() = default;
  /// Writes a score for each job; the highest goes first. Scores are finite.
  virtual void score(std::span<const PendingJob> jobs, Time now, std::span<double> out) const = 0;
};

/// An order in the catalogue, chosen by PriorityType=`name`; its options ride in PriorityParameters.
struct PriorityEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<Priority> (*make)(const Options&);
};

}  // namespace sluice
