#include <algorithm>

#include "policies/preemption/catalogue.hpp"

namespace sluice::preemption {
namespace {

/// Jobs in partitions of a higher PriorityTier stop those in lower ones. Source: preempt_partition_prio.c.
class PartitionPrio final : public Preemption {
 public:
  explicit PartitionPrio(const ClusterSpec& cluster) : cluster_{cluster} {}

  bool may_preempt(const PreemptParty& job, const PreemptParty& victim) const override {
    return of(job).priority_tier > of(victim).priority_tier && action(victim) != PreemptMode::Action::off;
  }
  PreemptMode::Action action(const PreemptParty& victim) const override {
    return of(victim).preempt_mode.value_or(cluster_.preempt.mode).action;
  }
  std::int64_t rank(const PreemptParty& victim) const override {
    return std::min<std::int64_t>(of(victim).priority_tier, 0xffff);
  }
  Duration grace(const PreemptParty& victim) const override { return of(victim).grace_time; }
  Duration exempt(const PreemptParty&) const override { return cluster_.preempt.exempt_time; }

 private:
  const PartitionSpec& of(const PreemptParty& job) const { return cluster_.partitions[job.partition.index()]; }

  const ClusterSpec& cluster_;
};

}  // namespace

constinit const PreemptionEntry partition_prio{
    "preempt/partition_prio", "jobs of partitions with a higher PriorityTier stop those of lower ones",
    [](const ClusterSpec& cluster) -> std::unique_ptr<Preemption> { return std::make_unique<PartitionPrio>(cluster); }};

}  // namespace sluice::preemption
