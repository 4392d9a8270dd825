#include <algorithm>

#include "policies/priority/catalogue.hpp"

namespace sluice::priority {
namespace {

/// The shorter the time limit, the earlier (shortest job first).
class ShortestFirst final : public Priority {
 public:
  void score(std::span<const PendingJob> jobs, Time /*now*/, std::span<double> out) const override {
    std::transform(jobs.begin(), jobs.end(), out.begin(),
                   [](const PendingJob& job) { return -static_cast<double>(job.limit.count()); });
  }
};

}  // namespace

constinit const PriorityEntry sjf{
    "priority/sjf", "shortest job first, by time limit", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Priority> { return std::make_unique<ShortestFirst>(); }};

}  // namespace sluice::priority
