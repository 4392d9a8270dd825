// EASY's promise on nodes: recomputed from the books, by trying every moment at which a job is expected to end.

#include <rapidcheck/catch.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

double score_of(const std::string& order, const Shape& shape, Duration limit) {
  const double size = static_cast<double>(shape.gpus) * 16777216.0 + static_cast<double>(shape.cpus);
  if (order == "priority/sjf") return -static_cast<double>(limit.count());
  if (order == "priority/largest") return size;
  return order == "priority/smallest" ? -size : 0;
}

/// Watches a run of EASY and notes when the head's promise is put off, or somebody waits without need.
class PromiseWatch final : public Observer {
 public:
  explicit PromiseWatch(const Case& what) : case_{what}, books_{what.workload, what.cluster} {
    for (const JobSpec& job : what.workload.jobs)
      shapes_.push_back(resolve(what.workload.request(job.request), what.cluster).value_or(Shape{}));
  }

  void job_submitted(JobId job, Time now) override {
    books_.job_submitted(job, now);
    if (!waits_for_ever(job)) queue_.insert({-score(job), job.value});
  }
  void job_rejected(JobId job, Time now, std::string_view why) override { books_.job_rejected(job, now, why); }

  void job_started(JobId job, Time now, const Allocation& allocation) override {
    queue_.erase({-score(job), job.value});
    const bool passes = !queue_.empty() && *queue_.begin() < std::pair{-score(job), job.value};
    const JobId head{passes ? queue_.begin()->second : 0};
    const Time before = passes ? promise(head, now) : Time{};
    books_.job_started(job, now, allocation);
    running_.emplace(now + limit(job), job);
    if (!passes) last_head_.reset();  // it went before the head, which no promise hinders
    if (passes && promise(head, now) > before) wrong("a job that passed puts off the head's promise");
  }

  void job_ended(JobId job, Time now, EndState state, const Allocation& allocation) override {
    const auto [first, last] = running_.equal_range(books_.job(job).start + limit(job));
    running_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == job; }));
    books_.job_ended(job, now, state, allocation);
  }

  void settled(Time now, const LoadSample&) override {
    if (queue_.empty()) return;
    const JobId head{queue_.begin()->second};
    if (fits(shape(head), books_.free(), case_.cluster)) wrong("the head fits and waits");
    const Time promised = promise(head, now);
    if (head == last_head_ && promised > last_promise_) wrong("the head's promise has moved back");
    last_head_ = head;
    last_promise_ = promised;
    for (auto it = std::next(queue_.begin()); it != queue_.end(); ++it)
      if (now + limit(JobId{it->second}) <= promised && fits(shape(JobId{it->second}), books_.free(), case_.cluster))
        wrong("a job that fits and would end in time waits");
  }

  std::vector<std::string> complaints;

 private:
  void wrong(const char* what) { complaints.emplace_back(what); }
  const Shape& shape(JobId job) const { return shapes_[job.index()]; }
  const JobSpec& spec(JobId job) const { return case_.workload.jobs[job.index()]; }
  Duration limit(JobId job) const { return spec(job).limit.value_or(spec(job).duration); }
  double score(JobId job) const { return score_of(case_.policies.order, shape(job), limit(job)); }

  bool waits_for_ever(JobId job) const {
    return case_.workload.request(spec(job).request).partition == "short" && limit(job) > seconds(12);
  }

  /// The first moment at which it fits if running jobs end at their limits.
  Time promise(JobId job, Time now) const {
    std::vector<Amount> free = books_.free();
    if (fits(shape(job), free, case_.cluster)) return now;
    for (auto it = running_.begin(); it != running_.end();) {
      const Time at = it->first;
      for (; it != running_.end() && it->first == at; ++it) {
        const Allocation& held = books_.job(it->second).held;
        for (const NodeRun& run : held.runs)
          for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
            free[n] = combine(free[n], Sign::plus, held.takes[run.take]);
      }
      if (fits(shape(job), free, case_.cluster)) return std::max(at, now);
    }
    return Time::max();
  }

  const Case& case_;
  Books books_;
  std::vector<Shape> shapes_;
  std::set<std::pair<double, std::uint32_t>> queue_;  ///< by score, then submission
  std::multimap<Time, JobId> running_;                ///< by expected end
  std::optional<JobId> last_head_;
  Time last_promise_{};
};

void keep_promises(ClusterKind cluster, const std::vector<std::string>& variants) {
  const Case what = build(*any_case(rc::gen::just(cluster), easy_policies(variants)));
  PromiseWatch watch{what};
  const Run done = run(what, Memo::on, {&watch});
  RC_ASSERT(watch.complaints == std::vector<std::string>{});
  RC_ASSERT(done.complaints == std::vector<std::string>{});
}

}  // namespace

TEST_CASE("EASY never puts off the head's promise, and lets pass whoever ends in time", "[property][easy]") {
  rc::prop("on a pool", [] { keep_promises(ClusterKind::pool, {"textbook", "sjbf"}); });
  rc::prop("on equal nodes", [] { keep_promises(ClusterKind::equal_nodes, {"textbook", "sjbf"}); });
  rc::prop("on nodes with GPUs, memory and partitions", [] {
    keep_promises(ClusterKind::mixed_nodes, {"textbook", "sjbf"});
  });
}

}  // namespace sluice::test
