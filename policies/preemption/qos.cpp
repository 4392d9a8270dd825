#include <algorithm>

#include "policies/preemption/catalogue.hpp"

namespace sluice::preemption {
namespace {

using Action = PreemptMode::Action;

/// A QOS names those whose jobs its own may stop. Both jobs need one. Source: preempt_qos.c.
class Qos final : public Preemption {
 public:
  explicit Qos(const ClusterSpec& cluster) : cluster_{cluster} {}

  bool may_preempt(const PreemptParty& job, const PreemptParty& victim) const override {
    const QosSpec* own = of(job);
    const QosSpec* other = of(victim);
    if (own == nullptr || other == nullptr || action(victim) == Action::off) return false;
    if (own == other) return (own->preempt_within || cluster_.preempt.mode.within) && job.priority > victim.priority;
    return std::find(own->preempt.begin(), own->preempt.end(), other->name) != own->preempt.end();
  }

  Action action(const PreemptParty& victim) const override {
    const QosSpec* own = of(victim);
    switch (own == nullptr ? QosPreemptMode::cluster : own->preempt_mode) {
      case QosPreemptMode::off: return Action::off;
      case QosPreemptMode::cancel: return Action::cancel;
      case QosPreemptMode::requeue: return Action::requeue;
      case QosPreemptMode::suspend: return Action::suspend;
      case QosPreemptMode::cluster:
      case QosPreemptMode::gang: break;
    }
    return cluster_.preempt.mode.action;
  }

  std::int64_t rank(const PreemptParty& victim) const override {
    const QosSpec* own = of(victim);
    return own == nullptr ? 0 : std::min<std::int64_t>(own->priority, 0xffff);
  }

  Duration grace(const PreemptParty& victim) const override {
    const QosSpec* own = of(victim);
    return own == nullptr ? Duration{} : own->grace_time;
  }

  Duration exempt(const PreemptParty& victim) const override {
    const QosSpec* own = of(victim);
    return own == nullptr ? cluster_.preempt.exempt_time
                          : own->preempt_exempt_time.value_or(cluster_.preempt.exempt_time);
  }

 private:
  const QosSpec* of(const PreemptParty& job) const {
    return job.qos && cluster_.accounting ? &cluster_.accounting->qos[job.qos->index()] : nullptr;
  }

  const ClusterSpec& cluster_;
};

}  // namespace

constinit const PreemptionEntry qos{
    "preempt/qos", "jobs stop those of the QOS that their own QOS names",
    [](const ClusterSpec& cluster) -> std::unique_ptr<Preemption> { return std::make_unique<Qos>(cluster); }};

}  // namespace sluice::preemption
