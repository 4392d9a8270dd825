#include "policies/scheduler/catalogue.hpp"
#include "policies/scheduler/event_order.hpp"

namespace sluice::scheduler {
namespace {

/// Strict order over the whole queue: nothing starts before the head does. O(1) a decision, plus what it starts.
class Fcfs final : public Scheduler {
 public:
  explicit Fcfs(EventOrder order) : order_{order} {}

  void run(Pass& pass) override {
    while (!pass.queue().empty()) {
      const JobId head = pass.queue().front().place.job;
      const auto verdict = pass.try_start(head);
      if (!verdict && !verdict.is_set_aside()) return pass.set_reason(head, verdict.reason());
    }
  }

  EventOrder event_order() const override { return order_; }

 private:
  EventOrder order_;
};

constexpr Option options[] = {
    {"fcfs_events", "choice", "batch", event_order_choices, event_order_meaning},
};

}  // namespace

constinit const SchedulerEntry fcfs{
    "sched/fcfs", "strict order: nothing starts before the head of the queue", options,
    [](const Options& o, const ClusterSpec&) -> std::unique_ptr<Scheduler> {
      return std::make_unique<Fcfs>(event_order_from(o.choice("fcfs_events")));
    }};

}  // namespace sluice::scheduler
