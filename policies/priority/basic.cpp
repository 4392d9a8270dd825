#include "policies/priority/basic_counter.hpp"
#include "policies/priority/catalogue.hpp"

namespace sluice::priority {
namespace {

/// The first submitted has the highest priority, less its nice. Source: slurm.conf(5), PriorityType=priority/basic.
class Basic final : public Priority {
 public:
  void score(std::span<const PendingJob> jobs, Time /*now*/, std::span<double> out) const override {
    for (std::size_t i = 0; i < jobs.size(); ++i) out[i] = BasicCounter::of(jobs[i].number, jobs[i].nice);
  }
};

}  // namespace

constinit const PriorityEntry basic{
    "priority/basic", "first in, first out", {},
    [](const Options&, const ClusterSpec&) -> std::unique_ptr<Priority> { return std::make_unique<Basic>(); }};

}  // namespace sluice::priority
