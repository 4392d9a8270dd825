#include <algorithm>

#include "policies/priority/catalogue.hpp"

namespace sluice::priority {
namespace {

/// Every job alike, so that the order is that of submission.
/// Source: slurm.conf(5), PriorityType=priority/basic: the first submitted has the highest priority.
class Basic final : public Priority {
 public:
  void score(std::span<const PendingJob> jobs, Time /*now*/, std::span<double> out) const override {
    std::fill_n(out.begin(), jobs.size(), 0.0);
  }
};

}  // namespace

constinit const PriorityEntry basic{
    "priority/basic", "first in, first out", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Priority> { return std::make_unique<Basic>(); }};

}  // namespace sluice::priority
