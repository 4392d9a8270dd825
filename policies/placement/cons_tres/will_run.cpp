// When will a job run, if running jobs end at their limits?

#include <algorithm>

#include "policies/placement/cons_tres/selection.hpp"

namespace sluice::cons_tres {
namespace {

using std::chrono::seconds;

bool overlaps(const Allocation& allocation, const NodeSet& nodes) {
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      if (nodes.contains(NodeId{n})) return true;
  return false;
}

/// A job that is beyond its limit ends when it will have been killed.
Time guess_end(const RunningJob& job, Time now, const WillRunQuery& query) {
  if (job.end > now) return job.end;
  Time end = job.end;
  if (!query.over_time_limit)
    end = now + job.limit.value_or(std::chrono::hours{24 * 365});
  else
    end += query.kill_wait + *query.over_time_limit;
  return end <= now ? now + seconds{1} : end;
}

/// Jobs that end soon after each other are removed together; how soon doubles from test to test.
class EndWindows {
 public:
  /// `step`: by which windows widen; absent: they double.
  EndWindows(const NodeSet& nodes, const Cluster& cluster, const WillRunQuery& query, std::optional<Duration> step)
      : jobs_{query.running}, nodes_{nodes}, cluster_{cluster}, step_{step} {
    for (const Preemptable& one : query.preemptable) gone_.push_back(one.job);
    std::sort(gone_.begin(), gone_.end());
  }

  /// Removes the next batch from `machine`. The last job of it, or nullptr: none that matters is left.
  template <class Moved>
  const RunningJob* remove_batch(Machine& machine, Moved moved) {
    const RunningJob* last = nullptr;
    std::size_t removed = 0;
    while (next_ < jobs_.size()) {
      const RunningJob& job = jobs_[next_++];
      skip_preempted();
      const Allocation& allocation = cluster_.allocation(job.allocation);
      if (is_gone(job) || !overlaps(allocation, nodes_)) continue;
      if (!first_end_) first_end_ = after_next_multiple(job.end);
      last = &job;
      machine.remove(job.allocation, Machine::Leaves::everything, moved);
      if (next_ >= jobs_.size() || jobs_[next_].end > *first_end_ + window_) break;
      if (removed++ > most_at_once) {
        untested_ = true;
        return last;
      }
    }
    untested_ = false;
    if (last != nullptr) widen();
    return last;
  }
  bool untested() const { return untested_; }

 private:
  static constexpr std::size_t most_at_once = 200;

  static Time after_next_multiple(Time end) {
    const seconds whole = floor_seconds(end);
    return Time{whole + seconds{30} - whole % seconds{30}};
  }
  bool is_gone(const RunningJob& job) const { return std::binary_search(gone_.begin(), gone_.end(), job.job); }
  void skip_preempted() {
    while (next_ < jobs_.size() && is_gone(jobs_[next_])) ++next_;
  }
  void widen() {
    do {
      window_ = step_ ? window_ + *step_ : window_ * 2;
    } while (next_ < jobs_.size() && jobs_[next_].end > *first_end_ + window_);
  }

  std::span<const RunningJob> jobs_;
  const NodeSet& nodes_;
  const Cluster& cluster_;
  std::optional<Duration> step_;
  std::vector<JobId> gone_;  ///< preempted before anything ends; sorted
  std::size_t next_ = 0;
  std::optional<Time> first_end_;
  Duration window_ = seconds{30};
  bool untested_ = false;
};

}  // namespace

std::optional<WillRun> ConsTres::run_later(const Fit::Test& test, const NodeSet& candidates, const WillRunQuery& query,
                                           Time now) {
  Fit::Test later = test;
  later.extra_row = suspends_by_qos(query.preemptable);
  if (query.prefer_busy_nodes || settings_.busy_nodes_later) {
    idle_ = NodeSet{candidates.capacity()};
    candidates.for_each([this](NodeId node) {
      if (present_.is_idle(node.value)) idle_.insert(node);
    });
    later.idle_last = &idle_;
  }
  EndWindows windows{candidates, present_.cluster(), query,
                     query.window_linear ? query.window_linear : settings_.window_linear};
  const auto& alternatives = test.demand->alternatives;
  const bool surveyed = fit_.can_be_surveyed(later, future_) && alternatives.size() == 1 && alternatives.front().counts.empty();
  NodeSet nodes = candidates;
  if (surveyed) {
    nodes &= alternatives.front().nodes;
    fit_.survey(later, nodes, future_);
  }
  const auto moved = [&](std::uint32_t node, std::uint32_t from, std::uint32_t to) {
    if (surveyed && nodes.contains(NodeId{node})) fit_.survey_change(node, from, to, future_);
  };
  WillRun result;
  while (const RunningJob* last = windows.remove_batch(future_, moved)) {
    if (windows.untested() || (surveyed && !fit_.could_fit(later))) continue;
    if (!fits_somehow(later, candidates, future_, &result.allocation)) continue;
    result.start = guess_end(*last, now, query);
    return result;
  }
  return std::nullopt;
}

std::optional<WillRun> ConsTres::will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                          Time now, const WillRunQuery& query) {
  const Fit::Test test = test_of(job, Purpose::later, now);
  present_.look_at(cluster, job.demand.partition);
  fit_.begin(job.demand);
  WillRun result;
  result.start = now;
  if (fits_somehow(test, candidates, present_, &result.allocation)) return result;
  if (query.now_only && query.preemptable.empty()) return std::nullopt;
  future_.imagine(cluster, job.demand.partition);
  if (!query.preemptable.empty()) {
    for (const Preemptable& one : query.preemptable) {
      const Allocation& held = cluster.allocation(one.allocation);
      if (one.action == PreemptMode::Action::off || !overlaps(held, candidates)) continue;
      const bool stays = one.action == PreemptMode::Action::suspend;
      future_.remove(one.allocation, stays ? Machine::Leaves::cores : Machine::Leaves::everything);
    }
    Fit::Test without = test;
    without.extra_row = suspends_by_qos(query.preemptable);
    if (fits_somehow(without, candidates, future_, &result.allocation)) {
      result.needs_preemption = true;
      return result;
    }
  }
  if (query.now_only) return std::nullopt;
  return run_later(test, candidates, query, now);
}

}  // namespace sluice::cons_tres
