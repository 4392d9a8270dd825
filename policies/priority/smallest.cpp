#include <algorithm>

#include "policies/priority/catalogue.hpp"

namespace sluice::priority {
namespace {

/// The fewer GPUs, then the fewer CPUs, the earlier. A GPU outweighs any number of CPUs below 2^24.
class SmallestFirst final : public Priority {
 public:
  void score(std::span<const PendingJob> jobs, Time /*now*/, std::span<double> out) const override {
    std::transform(jobs.begin(), jobs.end(), out.begin(), [](const PendingJob& job) {
      return -(static_cast<double>(job.gpus) * 16777216.0 + static_cast<double>(job.cpus));
    });
  }
};

}  // namespace

constinit const PriorityEntry smallest{
    "priority/smallest", "smallest job first: by GPUs, then CPUs", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Priority> { return std::make_unique<SmallestFirst>(); }};

}  // namespace sluice::priority
