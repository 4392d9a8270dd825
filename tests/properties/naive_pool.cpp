#include "tests/properties/naive_pool.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

namespace sluice::test {
namespace {

using Kind = NaivePolicy::Kind;
using Events = NaivePolicy::Events;

struct NaiveJob {
  Time submit{};
  std::int64_t size = 0;
  Duration runs{}, limit{};  ///< runs: until its end or its limit
  double score = 0;
  std::size_t row = 0;
  std::optional<Time> start{};
  std::optional<Time> planned{};  ///< conservative only
  std::size_t started_as = 0;     ///< how many started before it
  bool ended = false;
  Time expected_end() const { return *start + limit; }
};

class NaivePool {
 public:
  NaivePool(std::int64_t slots, const NaivePolicy& policy) : slots_{slots}, policy_{policy} {}

  std::vector<NaiveJob> jobs;

  void simulate() {
    while (const auto next = next_instant()) {
      now_ = *next;
      if (policy_.events == Events::arrivals_first) arrive();
      end_jobs();
      if (policy_.events != Events::arrivals_first) arrive();
      if (policy_.events == Events::batch) decide();
    }
  }

 private:
  std::optional<Time> next_instant() const {
    std::optional<Time> next;
    const auto consider = [&](Time t) { next = next ? std::min(*next, t) : t; };
    for (const auto& job : jobs) {
      if (job.start && !job.ended) consider(*job.start + job.runs);
      if (job.row >= arrived_) consider(job.submit);
    }
    return next;
  }

  void arrive() {
    for (; arrived_ < jobs.size() && jobs[arrived_].submit == now_;) {
      queue_.push_back(&jobs[arrived_++]);
      if (policy_.events != Events::batch) decide();
    }
  }

  /// Of ends of one instant, that of the job which started first comes first; with `each` that of the lower id.
  void end_jobs() {
    std::vector<NaiveJob*> due;
    for (auto& job : jobs)
      if (job.start && !job.ended && *job.start + job.runs == now_) due.push_back(&job);
    if (policy_.events != Events::each)
      std::sort(due.begin(), due.end(), [](auto* a, auto* b) { return a->started_as < b->started_as; });
    for (auto* job : due) {
      job->ended = true;
      something_ended_ = true;
      if (policy_.events != Events::batch) decide();
    }
  }

  std::int64_t free() const {
    std::int64_t left = slots_;
    for (const auto& job : jobs) left -= job.start && !job.ended ? job.size : 0;
    return left;
  }

  void start(NaiveJob& job) {
    job.start = now_;
    job.started_as = started_++;
    queue_.erase(std::find(queue_.begin(), queue_.end(), &job));
  }

  void decide() {
    std::sort(queue_.begin(), queue_.end(), [](const NaiveJob* a, const NaiveJob* b) {
      return a->score != b->score ? a->score > b->score : a->row < b->row;
    });
    if (policy_.kind == Kind::conservative) return plan_all();
    while (!queue_.empty() && queue_.front()->size <= free()) start(*queue_.front());
    if (!queue_.empty() && policy_.kind != Kind::fcfs) backfill(*queue_.front());
  }

  struct Shadow {
    Time at{};
    std::int64_t extra = 0;
  };

  Shadow shadow_of(const NaiveJob& head) const {
    std::vector<Time> moments{now_};
    for (const auto& job : jobs)
      if (job.start && !job.ended) moments.push_back(std::max(now_, job.expected_end()));
    std::sort(moments.begin(), moments.end());
    for (const Time at : moments) {
      std::int64_t then = free();
      for (const auto& job : jobs)
        if (job.start && !job.ended && std::max(now_, job.expected_end()) <= at) then += job.size;
      if (then >= head.size) return {at, then - head.size};
    }
    throw std::logic_error{"the head never fits"};
  }

  void backfill(const NaiveJob& head) {
    Shadow shadow = shadow_of(head);
    if (policy_.kind == Kind::fast) {
      if (frozen_for_ != &head) frozen_at_ = shadow.at;
      frozen_for_ = &head;
      shadow = {frozen_at_, 0};
    }
    std::vector<NaiveJob*> behind{queue_.begin() + 1, queue_.end()};
    if (policy_.kind == Kind::sjbf)
      std::stable_sort(behind.begin(), behind.end(), [](auto* a, auto* b) { return a->limit < b->limit; });
    for (NaiveJob* job : behind) {
      if (job->size > free()) continue;
      const Duration believed = policy_.kind == Kind::cq ? job->runs : job->limit;
      if (now_ + believed > shadow.at) {
        if (job->size > shadow.extra) continue;
        shadow.extra -= job->size;
      }
      start(*job);
    }
  }

  /// Conservative: slots that running and planned jobs leave free at a moment.
  std::int64_t planned_free(Time at) const {
    std::int64_t left = slots_;
    for (const auto& job : jobs) {
      const auto from = job.start ? job.start : job.planned;
      const bool held = from && !job.ended && *from <= at && at < *from + job.limit;
      left -= held ? job.size : 0;
    }
    return left;
  }

  bool holds(const NaiveJob& job, Time from) const {
    if (planned_free(from) < job.size) return false;
    for (const auto& other : jobs) {
      const auto begins = other.start ? other.start : other.planned;
      if (begins && !other.ended && *begins > from && *begins < from + job.limit && planned_free(*begins) < job.size)
        return false;
    }
    return true;
  }

  void plan(NaiveJob& job) {
    const auto before = job.planned;
    job.planned.reset();
    std::vector<Time> moments{now_};
    for (const auto& other : jobs) {
      const auto begins = other.start ? other.start : other.planned;
      if (begins && !other.ended && *begins + other.limit > now_) moments.push_back(*begins + other.limit);
    }
    std::sort(moments.begin(), moments.end());
    const auto at = std::find_if(moments.begin(), moments.end(), [&](Time t) { return holds(job, t); });
    if (at == moments.end() || (before && *at > *before)) throw std::logic_error{"a promise is put off"};
    job.planned = *at;
  }

  void plan_all() {
    if (something_ended_)
      for (NaiveJob* job : queue_)
        if (job->planned && *job->planned > now_) plan(*job);
    something_ended_ = false;
    std::vector<NaiveJob*> by_row = queue_;
    std::sort(by_row.begin(), by_row.end(), [](auto* a, auto* b) { return a->row < b->row; });
    for (NaiveJob* job : by_row)
      if (!job->planned) plan(*job);
    for (NaiveJob* job : by_row)
      if (*job->planned <= now_ && job->size <= free()) start(*job);
  }

  std::int64_t slots_;
  NaivePolicy policy_;
  Time now_{};
  std::size_t arrived_ = 0, started_ = 0;
  std::vector<NaiveJob*> queue_;
  const NaiveJob* frozen_for_ = nullptr;
  Time frozen_at_{};
  bool something_ended_ = false;
};

double score_of(const std::string& order, const NaiveJob& job) {
  if (order == "priority/sjf") return -static_cast<double>(job.limit.count());
  if (order == "priority/largest") return static_cast<double>(job.size);
  if (order == "priority/smallest") return -static_cast<double>(job.size);
  return 0;
}

}  // namespace

std::vector<Time> naive_starts(const Workload& workload, std::int64_t slots, const NaivePolicy& policy) {
  NaivePool pool{slots, policy};
  for (const JobSpec& spec : workload.jobs) {
    NaiveJob job;
    job.submit = spec.submit;
    job.size = requested_cpus(workload.request(spec.request));
    job.limit = spec.limit.value_or(spec.duration);
    job.runs = std::min(spec.duration, job.limit);
    job.score = score_of(policy.order, job);
    job.row = pool.jobs.size();
    pool.jobs.push_back(job);
  }
  pool.simulate();
  std::vector<Time> starts;
  for (const auto& job : pool.jobs) starts.push_back(job.start.value_or(Time::max()));
  return starts;
}

}  // namespace sluice::test
