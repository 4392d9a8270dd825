// When will a job run, if running jobs end at their limits?

#include <algorithm>

#include "policies/placement/cons_tres/selection.hpp"

namespace sluice::cons_tres {
namespace {

using std::chrono::seconds;

bool overlaps(const Allocation& allocation, const NodeSet& nodes) {
  return std::any_of(allocation.runs.begin(), allocation.runs.end(),
                     [&](const NodeRun& run) { return nodes.first_in(NodeId{run.first}, run.count).has_value(); });
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
  EndWindows(const WillRunQuery& query, std::optional<Duration> step) : jobs_{query.running}, step_{step} {
    for (const Preemptable& one : query.preemptable) gone_.push_back(one.job);
    std::sort(gone_.begin(), gone_.end());
  }

  /// The last job of the next batch, or nullptr: none that matters is left. `remove` is told each job by its place in the
  /// list, and says whether it has nodes that matter.
  template <class Remove>
  const RunningJob* next_batch(Remove remove) {
    const RunningJob* last = nullptr;
    std::size_t removed = 0;
    while (next_ < jobs_.size()) {
      const std::size_t place = next_++;
      const RunningJob& job = jobs_[place];
      skip_preempted();
      if (is_gone(job) || !remove(place)) continue;
      if (!first_end_) first_end_ = after_next_multiple(job.end);
      last = &job;
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
  /// Jobs of the list that are behind.
  std::size_t passed() const { return next_; }

 private:
  static constexpr std::size_t most_at_once = 200;

  static Time after_next_multiple(Time end) {
    const seconds whole = floor_seconds(end);
    return Time{whole + seconds{30} - whole % seconds{30}};
  }
  bool is_gone(const RunningJob& job) const {
    return !gone_.empty() && std::binary_search(gone_.begin(), gone_.end(), job.job);
  }
  void skip_preempted() {
    while (next_ < jobs_.size() && is_gone(jobs_[next_])) ++next_;
  }
  void widen() {
    do {
      window_ = step_ ? window_ + *step_ : window_ * 2;
    } while (next_ < jobs_.size() && jobs_[next_].end > *first_end_ + window_);
  }

  std::span<const RunningJob> jobs_;
  std::optional<Duration> step_;
  std::vector<JobId> gone_;  ///< preempted before anything ends; sorted
  std::size_t next_ = 0;
  std::optional<Time> first_end_;
  Duration window_ = seconds{30};
  bool untested_ = false;
};

}  // namespace

/// Whether the states to come are the same for all tests, and no more than sums: not where some jobs are removed before
/// others end, where jobs share cores or GPUs, and not of partitions whose jobs are counted on each node.
bool ConsTres::knows_futures(const Demand& demand, const WillRunQuery& query) const {
  if (!settings_.takes_shortcuts || !query.preemptable.empty() || present_.cores() != nullptr) return false;
  return !present_.cluster().shares_gpus() && !cluster_.partitions[demand.partition.index()].max_cpus_per_node;
}

/// On these candidates, with what jobs hold that no partition's test counts; as many as the job asks for where they do not
/// matter. No node offers more than what is free of it, so that there is nothing to test before there are enough CPUs.
std::int64_t ConsTres::free_cpus(const Fit::Test& test, const NodeSet& candidates) const {
  if (present_.layers().empty() || !fit_.needs_free_cpus(test, present_)) return test.demand->min_cpus;
  std::int64_t cpus = 0;
  for (const Layer& layer : present_.layers())
    cpus += static_cast<std::int64_t>(layer.nodes->count_common(candidates)) * present_.row(layer.row).free.cpus;
  return cpus;
}

std::optional<WillRun> ConsTres::run_later_known(const Fit::Test& test, const NodeSet& candidates, std::int64_t cpus,
                                                 const WillRunQuery& query, Time now) {
  futures_.look_at(present_.cluster(), query.running, query.version);
  EndWindows windows{query, settings_.window_linear};
  WillRun result;
  const auto remove = [&](std::size_t place) {
    const auto freed = futures_.freed(place, candidates);
    cpus += freed.cpus;
    return freed.nodes > 0;
  };
  while (const RunningJob* last = windows.next_batch(remove)) {
    if (windows.untested() || cpus < test.demand->min_cpus) continue;
    futures_.show(windows.passed(), test.demand->partition, future_);
    if (!fits_somehow(test, candidates, future_, &result.allocation)) continue;
    result.start = guess_end(*last, now, query);
    return result;
  }
  return std::nullopt;
}

std::optional<WillRun> ConsTres::run_later(const Fit::Test& test, const NodeSet& candidates, const WillRunQuery& query,
                                           Time now) {
  EndWindows windows{query, settings_.window_linear};
  const auto& alternatives = test.demand->alternatives;
  const bool surveyed =
      fit_.can_be_surveyed(test, future_) && alternatives.size() == 1 && alternatives.front().counts.empty();
  NodeSet nodes = candidates;
  if (surveyed) {
    nodes &= alternatives.front().nodes;
    fit_.survey(test, nodes, future_);
  }
  const auto moved = [&](std::uint32_t node, std::uint32_t from, std::uint32_t to) {
    if (surveyed && nodes.contains(NodeId{node})) fit_.survey_change(node, from, to, future_);
  };
  const auto remove = [&](std::size_t place) {
    const Allocation& held = present_.cluster().allocation(query.running[place].allocation);
    if (!overlaps(held, candidates)) return false;
    future_.remove(query.running[place].allocation, Machine::Leaves::everything, moved);
    return true;
  };
  WillRun result;
  while (const RunningJob* last = windows.next_batch(remove)) {
    if (windows.untested() || (surveyed && !fit_.could_fit(test))) continue;
    if (!fits_somehow(test, candidates, future_, &result.allocation)) continue;
    result.start = guess_end(*last, now, query);
    return result;
  }
  return std::nullopt;
}

/// A job that may share, but need not, is tested as one that does not first: that counts if it can start at once.
std::optional<WillRun> ConsTres::will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                          Time now, const WillRunQuery& query) {
  const auto mode = cluster_.partitions[job.demand.partition.index()].over_subscribe.mode;
  if (job.demand.claim != Claim::shared_cores || mode == OverSubscribe::Mode::force)
    return will_run_as_asked(job, candidates, cluster, now, query);
  Demand alone = job.demand;
  alone.claim = Claim::cores;
  const SelectionJob dedicated{job.id, alone, job.max_nodes, job.counted_nodes, job.nodes_first, job.excluded_cores};
  WillRunQuery without_version = query;
  without_version.version.reset();  // it says that a Demand stays what it was, and this one is gone after the test
  auto first = will_run_as_asked(dedicated, candidates, cluster, now, without_version);
  return first && first->start <= now ? first : will_run_as_asked(job, candidates, cluster, now, query);
}

std::optional<WillRun> ConsTres::will_run_as_asked(const SelectionJob& job, const NodeSet& candidates,
                                                   const Cluster& cluster, Time now, const WillRunQuery& query) {
  const Fit::Test test = test_of(job, Purpose::later, now);
  present_.look_at(cluster, job.demand.partition);
  const bool futures_are_known = knows_futures(job.demand, query);
  if (futures_are_known && query.version)
    fit_.begin(job.demand, {*query.version, cluster.version()});
  else
    fit_.begin(job.demand);
  WillRun result;
  result.start = now;
  const std::int64_t cpus = free_cpus(test, candidates);
  if (cpus >= job.demand.min_cpus && fits_somehow(test, candidates, present_, &result.allocation)) return result;
  if (query.now_only && query.preemptable.empty()) return std::nullopt;
  if (!query.preemptable.empty()) {
    future_.imagine(cluster, job.demand.partition);
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
  Fit::Test later = test;
  later.extra_row = suspends_by_qos(query.preemptable);
  if (settings_.busy_nodes_later) {
    idle_.reset(candidates.capacity());
    candidates.for_each([this](NodeId node) {
      if (present_.is_idle(node.value)) idle_.insert(node);
    });
    later.idle_last = &idle_;
  }
  if (futures_are_known) return run_later_known(later, candidates, cpus, query, now);
  if (query.preemptable.empty()) future_.imagine(cluster, job.demand.partition);
  return run_later(later, candidates, query, now);
}

}  // namespace sluice::cons_tres
