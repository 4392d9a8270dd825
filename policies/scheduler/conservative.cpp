#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

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
  Conservative(EventOrder order, const ClusterSpec& cluster) : order_{order}, cluster_{cluster} {}

  void run(Pass& pass) override {
    const Time now = pass.now();
    if (!plan_) plan_.emplace(pass.cluster());
    if (std::exchange(void_, false)) plan_anew(pass);
    plan_->forget_before(now);
    if (const bool left = take_out(now); give_back(now) || left) compress(pass);
    plan_arrivals(pass);
    start_due(pass);
  }

  EventOrder event_order() const override { return order_; }
  void job_queued(JobId job) override { arrived_.push_back(job); }
  void job_left(JobId job) override {
    std::erase(arrived_, job);
    if (const auto planned = waiting_.find(job); planned != waiting_.end()) {
      left_.push_back(std::move(planned->second));
      waiting_.erase(planned);
    }
  }
  void job_ended(JobId job, const JobSpec&, Duration) override { ended_.push_back(job); }
  void plans_void() override { void_ = true; }

  void fields(Archive& archive) override {
    bool has_plan = plan_.has_value();
    archive(has_plan);
    if (has_plan && !plan_) plan_.emplace(cluster_);
    if (has_plan) archive(*plan_);
    archive(waiting_, running_, arrived_, ended_, void_, left_, moved_);
  }

 private:
  struct Planned {
    Time start{}, end{};
    Allocation where;
    friend void fields(Archive& archive, Planned& planned) { all_fields<3>(archive, planned); }
  };

  /// With the nodes that there are now, running jobs until they are expected to end, and all others planned anew.
  void plan_anew(Pass& pass) {
    plan_.emplace(pass.cluster());
    plan_->forget_before(pass.now());
    ended_.clear();
    left_.clear();
    arrived_.clear();
    waiting_.clear();
    running_.clear();
    for (const auto& block : pass.running().blocks())
      for (const RunningEntry& entry : *block) {
        const Allocation& all = pass.cluster().allocation(entry.allocation);
        Planned planned{pass.now(), entry.end.expected_end, {}};
        planned.where.partition = all.partition;
        for (const NodeRun& run : all.runs)
          for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
            if (pass.cluster().is_open(NodeId{n}))
              append_node(planned.where, pass.cluster().spec(), NodeId{n}, all.takes[run.take], 0);
        plan_->hold(planned.where, planned.start, planned.end);
        running_.emplace(entry.end.job, std::move(planned));
      }
    pass.queue().all().for_each([&](const QueueEntry& entry) { arrived_.push_back(entry.place.job); });
  }

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

  /// Frees the places of jobs that left the queue. True if there were any.
  bool take_out(Time now) {
    for (const Planned& gone : left_) plan_->free(gone.where, std::max(now, gone.start), gone.end);
    return !std::exchange(left_, {}).empty();
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
  const ClusterSpec& cluster_;
  std::optional<Timeline> plan_;
  std::map<JobId, Planned> waiting_;
  std::unordered_map<JobId, Planned> running_;
  std::vector<JobId> arrived_, ended_;
  bool void_ = false;   ///< the plan's nodes or running jobs are others than it takes them for
  std::vector<Planned> left_;  ///< places of jobs that left the queue since the last decision
  bool moved_ = false;  ///< the last compression moved a job
};

constexpr Option options[] = {
    {"conservative_events", "choice", "batch", event_order_choices, event_order_meaning},
};

}  // namespace

constinit const SchedulerEntry conservative{
    "sched/conservative", "conservative backfilling: every job is promised a start, none is put off", options,
    [](const Options& o, const ClusterSpec& cluster) -> std::unique_ptr<Scheduler> {
      return std::make_unique<Conservative>(event_order_from(o.choice("conservative_events")), cluster);
    }};

}  // namespace sluice::scheduler
