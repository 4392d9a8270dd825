#include <algorithm>
#include <array>
#include <unordered_map>

#include "policies/scheduler/catalogue.hpp"
#include "policies/scheduler/event_order.hpp"

namespace sluice::scheduler {
namespace {

enum class Variant : std::uint8_t { textbook, fast, cq, sjbf, easy_plus_plus };

/// The mean of a user's last two run times, as a prediction of the next.
/// Source: Tsafrir, Etsion, Feitelson, IEEE TPDS 18(6), 2007, section 3.
class RunTimePredictor {
 public:
  /// At most the limit; the limit itself until the user has ended two jobs.
  Duration predict(const JobSpec& job) const {
    const Duration limit = planned_length(job);
    const auto known = history_.find(job.user);
    if (known == history_.end() || known->second.ended < 2) return limit;
    return std::clamp((known->second.last + known->second.before) / 2, Duration{1}, limit);
  }

  void learn(const JobSpec& job, Duration ran) {
    History& history = history_[job.user];
    history.before = history.last;
    history.last = ran;
    ++history.ended;
  }

  /// The next longer guess for a job that has outlived one: fixed steps, up to the limit. Source: ibidem, section 4.
  static Duration correct(const JobSpec& job, Duration outlived) {
    using namespace std::chrono_literals;
    constexpr std::array<Duration, 10> steps{1min, 5min, 15min, 30min, 1h, 2h, 5h, 10h, 20h, 50h};
    const Duration limit = planned_length(job);
    const auto step = std::upper_bound(steps.begin(), steps.end(), outlived);
    return std::min(limit, outlived + (step == steps.end() ? Duration{100h} : *step));
  }

  void fields(Archive& archive) { archive(history_); }

 private:
  struct History {
    Duration last{}, before{};
    std::size_t ended = 0;
    friend void fields(Archive& archive, History& history) { all_fields<3>(archive, history); }
  };
  std::unordered_map<NameId, History> history_;
};

/// EASY backfilling: the head of the queue is promised the earliest moment at which it will fit; any other job may start
/// now if that moment stays.
/// Source: Mu'alem and Feitelson, IEEE TPDS 12(6), 2001. The cost of a decision does not grow with the queue.
class Easy final : public Scheduler {
 public:
  Easy(Variant variant, EventOrder order) : variant_{variant}, order_{order} {}

  void run(Pass& pass) override {
    const auto head = start_in_order(pass);
    if (!head) return;
    promise(pass, *head);
    if (shortest_first()) return backfill_shortest_first(pass, *head);
    while (const auto job = pass.next_candidate(*head)) static_cast<void>(pass.try_start(*job));
  }

  EventOrder event_order() const override { return order_; }

  RunLengths believe(const JobSpec& job) override {
    if (variant_ == Variant::cq) return {std::min(job.duration, planned_length(job)), planned_length(job)};
    if (variant_ != Variant::easy_plus_plus) return Scheduler::believe(job);
    const Duration predicted = predictor_.predict(job);
    return {predicted, predicted};
  }

  Duration believe_longer(const JobSpec& job, Duration believed) override {
    return RunTimePredictor::correct(job, believed);
  }

  void job_ended(JobId, const JobSpec& job, Duration ran) override {
    if (variant_ == Variant::easy_plus_plus) predictor_.learn(job, ran);
  }

  void fields(Archive& archive) override { archive(predictor_, frozen_for_, frozen_at_); }

 private:
  bool shortest_first() const { return variant_ == Variant::sjbf || variant_ == Variant::easy_plus_plus; }

  /// The first job that does not fit, if any.
  static std::optional<JobId> start_in_order(Pass& pass) {
    while (!pass.queue().empty()) {
      const JobId head = pass.queue().front().place.job;
      const auto verdict = pass.try_start(head);
      if (!verdict && !verdict.is_set_aside()) {
        pass.set_reason(head, verdict.reason());
        return head;
      }
    }
    return std::nullopt;
  }

  void promise(Pass& pass, JobId head) {
    if (variant_ != Variant::fast) return pass.reserve(head, pass.will_run(head), Promise::flexible);
    if (frozen_for_ != head) {
      frozen_for_ = head;
      frozen_at_ = pass.will_run(head);
    }
    pass.reserve(head, frozen_at_, Promise::strict);
  }

  static void backfill_shortest_first(Pass& pass, JobId head) {
    auto jobs = pass.candidates(head);
    const auto length = [&](JobId job) { return planned_length(pass.jobs().spec(job)); };
    std::stable_sort(jobs.begin(), jobs.end(), [&](JobId a, JobId b) { return length(a) < length(b); });
    for (const JobId job : jobs) static_cast<void>(pass.try_start(job));
  }

  Variant variant_;
  EventOrder order_;
  RunTimePredictor predictor_;
  std::optional<JobId> frozen_for_;
  Time frozen_at_{};
};

Variant variant_from(std::string_view name) {
  if (name == "fast") return Variant::fast;
  if (name == "cq") return Variant::cq;
  if (name == "sjbf") return Variant::sjbf;
  return name == "easy++" ? Variant::easy_plus_plus : Variant::textbook;
}

constexpr Option options[] = {
    {"easy_variant", "choice", "textbook", "textbook|fast|cq|sjbf|easy++",
     "what is called EASY: the textbook's; batsched's easy_bf_fast (promise frozen when a job becomes head, no start "
     "beyond it); CQSim's (waiting jobs judged by their true run time); shortest backfill first; that with run times "
     "predicted from the user's last two jobs"},
    {"easy_events", "choice", "batch", event_order_choices, event_order_meaning},
};

}  // namespace

constinit const SchedulerEntry easy{
    "sched/easy", "EASY backfilling: only the head of the queue is promised a start", options,
    [](const Options& o, const ClusterSpec&) -> std::unique_ptr<Scheduler> {
      return std::make_unique<Easy>(variant_from(o.choice("easy_variant")), event_order_from(o.choice("easy_events")));
    }};

}  // namespace sluice::scheduler
