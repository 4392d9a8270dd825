#include <algorithm>
#include <map>
#include <unordered_map>

#include "policies/scheduler/catalogue.hpp"
#include "policies/scheduler/event_order.hpp"
#include "simulator/model/timeline.hpp"

namespace sluice::scheduler {
namespace {

/// Conservative backfilling: every job is promised a start when it is submitted, and no promise is ever put off. When a
/// job ends before its limit, each waiting job in queue order is moved to the earliest place that has come free.
/// Source: Mu'alem and Feitelson, IEEE TPDS 12(6), 2001; the compression is that of Feitelson's pyss.
/// A decision after an early end costs O(queue x steps of the plan).
class Conservative final : public Scheduler {
 public:
  explicit Conservative(EventOrder order) : order_{order} {}

  void run(Pass& pass) override {
    if (!plan_) plan_.emplace(pass.cluster().spec());
    const Time now = pass.now();
    plan_->forget_before(now);
    if (give_back(now)) compress(pass);
    plan_arrivals(pass);
    start_due(pass);
  }

  EventOrder event_order() const override { return order_; }
  void job_queued(JobId job) override { arrived_.push_back(job); }
  void job_ended(JobId job, const JobSpec&, Duration) override { ended_.push_back(job); }

 private:
  struct Planned {
    Time start{}, end{};
    Allocation where;
  };

  /// Frees what ended jobs still held in the plan. True if that lets others move: when one ended before its planned end,
  /// or when the last compression moved a job behind one that it was in the way of.
  bool give_back(Time now) {
    bool can_move = !ended_.empty() && moved_;
    for (const JobId job : ended_) {
      const auto held = running_.find(job);
      can_move = can_move || held->second.end > now;
      plan_->free(held->second.where, now, held->second.end);
      running_.erase(held);
    }
    ended_.clear();
    return can_move;
  }

  void plan_job(Pass& pass, JobId job) {
    const Duration length = planned_length(pass.jobs().spec(job));
    Slot slot = plan_->earliest_fit(pass.shape(job), length, pass.now());
    plan_->hold(slot.where, slot.start, slot.start + length);
    waiting_.insert_or_assign(job, Planned{slot.start, slot.start + length, std::move(slot.where)});
  }

  /// One sweep, as in pyss. What a later job leaves behind for an earlier one is looked at when the next job ends, which
  /// is before the earlier one's promise.
  void compress(Pass& pass) {
    moved_ = false;
    std::vector<JobId> order;
    pass.queue().all().for_each([&](const QueueEntry& entry) { order.push_back(entry.place.job); });
    for (const JobId job : order) {
      const auto planned = waiting_.find(job);
      if (planned == waiting_.end() || planned->second.start <= pass.now()) continue;
      const Time before = planned->second.start;
      plan_->free(planned->second.where, before, planned->second.end);
      plan_job(pass, job);
      moved_ = moved_ || waiting_.at(job).start < before;
    }
  }

  void plan_arrivals(Pass& pass) {
    for (const JobId job : arrived_) plan_job(pass, job);
    arrived_.clear();
  }

  void start_due(Pass& pass) {
    std::vector<JobId> due;
    for (const auto& [job, planned] : waiting_)
      if (planned.start <= pass.now()) due.push_back(job);
    for (const JobId job : due) {
      auto planned = waiting_.extract(job);
      const Planned& slot = planned.mapped();
      const auto verdict = pass.start_on(job, slot.where);
      if (verdict) {
        running_.emplace(job, std::move(planned.mapped()));
      } else if (verdict.is_set_aside()) {  // it gives its place up, and gets a new one when it is queued again
        plan_->free(slot.where, pass.now(), slot.end);
      } else {
        pass.set_reason(job, verdict.reason());
        waiting_.insert(std::move(planned));
      }
    }
  }

  EventOrder order_;
  std::optional<Timeline> plan_;
  std::map<JobId, Planned> waiting_;
  std::unordered_map<JobId, Planned> running_;
  std::vector<JobId> arrived_, ended_;
  bool moved_ = false;  ///< the last compression moved a job
};

constexpr Option options[] = {
    {"conservative_events", "choice", "batch", event_order_choices, event_order_meaning},
};

}  // namespace

constinit const SchedulerEntry conservative{
    "sched/conservative", "conservative backfilling: every job is promised a start, none is put off", options,
    [](const Options& o, const ClusterSpec&) -> std::unique_ptr<Scheduler> {
      return std::make_unique<Conservative>(event_order_from(o.choice("conservative_events")));
    }};

}  // namespace sluice::scheduler
