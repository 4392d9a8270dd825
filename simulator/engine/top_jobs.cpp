#include "simulator/engine/top_jobs.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <variant>
#include <vector>

namespace sluice {
namespace {

/// slurmctld keeps a job's nice as a number from 0 up, beside this.
constexpr std::int64_t nice_offset = 0x80000000;

class Mover {
 public:
  Mover(State& state, LiveRecords& records) : state_{state}, records_{records} {}

  std::optional<std::string> move(std::span<const JobId> named) {
    for (const JobId job : named)
      if (!choose(job)) return refusal_;
    if (top_.empty()) return refusal_;
    find_others();
    const std::uint32_t last = raise();
    lower_others(last);
    return refusal_;
  }

 private:
  std::uint32_t priority(JobId job) const { return records_.record(job).partitions.front().priority; }

  bool is_in_several_partitions(JobId job) const {
    const auto& partitions = records_.record(job).partitions;
    return std::any_of(partitions.begin(), partitions.end(),
                       [&](const WaitingPartition& one) { return one.partition != partitions.front().partition; });
  }

  /// False: it stops the command.
  bool choose(JobId named) {
    if (!std::holds_alternative<Pending>(state_.jobs.job(named).state)) {
      refusal_ = "Job is no longer pending execution";
      return true;
    }
    const auto job = records_.record_of(named);
    if (!job || records_.record(*job).partitions.empty()) {
      refusal_ = "Job is currently held, or not eligible: it has no place in the queue";
      return true;
    }
    if (is_in_several_partitions(*job)) {
      refusal_ = "Requested partition configuration not available now";
      return false;
    }
    if (std::find(top_.begin(), top_.end(), *job) == top_.end()) top_.push_back(*job);
    return true;
  }

  bool is_of_the_same(JobId job) const {
    const WaitingJob& one = records_.record(job);
    const WaitingJob& first = records_.record(top_.front());
    return !one.partitions.empty() && one.partitions.front().partition == first.partitions.front().partition &&
           one.user == first.user && one.association == first.association && one.qos == first.qos &&
           !is_in_several_partitions(job);
  }

  /// A priority of 1 could not be lowered without a hold.
  void find_others() {
    for (const JobId job : records_.pending())
      if (is_of_the_same(job) && priority(job) > 1 && std::find(top_.begin(), top_.end(), job) == top_.end())
        others_.push_back(job);
    std::stable_sort(others_.begin(), others_.end(),
                     [this](JobId a, JobId b) { return state_.eligibility.arrays.is_listed_before(a, b); });
  }

  /// The lowest priority that one of them has got.
  std::uint32_t raise() {
    std::vector<std::uint32_t> priorities;
    for (const JobId job : top_) priorities.push_back(priority(job));
    for (const JobId job : others_) priorities.push_back(priority(job));
    std::stable_sort(priorities.begin(), priorities.end(), std::greater<>{});
    std::optional<std::uint32_t> last;
    for (std::size_t place = 0; place < top_.size(); ++place) {
      const bool is_taken = last && priorities[place] == *last && *last > 2;
      const std::uint32_t next = is_taken ? *last - 1 : priorities[place];
      last = next;
      const std::int64_t more = std::int64_t{next} - priority(top_[place]);
      const std::int64_t less_nice = std::min(nice_offset + state_.jobs.nice(top_[place]), more);
      gained_ += less_nice;
      give(top_[place], next, -less_nice);
    }
    return *last;
  }

  void lower_others(std::uint32_t last) {
    auto left = static_cast<std::int64_t>(others_.size());
    for (const JobId job : others_) {
      std::int64_t less = gained_ / left--;
      auto next = static_cast<std::uint32_t>(priority(job) - less);
      if (next >= last) {
        next = last - 1;
        less = std::int64_t{priority(job)} - next;
      }
      gained_ -= less;
      give(job, next, less);
    }
  }

  /// All tasks that the record stands for share them.
  void give(JobId job, std::uint32_t priority, std::int64_t nicer) {
    const std::int64_t nice = state_.jobs.nice(job) + nicer;
    const auto set = [&](JobId one) {
      JobLife& life = state_.jobs.own_life(one);
      life.nice = nice;
      if (life.priority) life.priority = priority;
    };
    if (records_.is_head(job))
      for (const JobId task : records_.unsplit(job)) set(task);
    else
      set(job);
    records_.set_priority(job, priority);
  }

  State& state_;
  LiveRecords& records_;
  std::vector<JobId> top_, others_;
  std::int64_t gained_ = 0;
  std::optional<std::string> refusal_;
};

}  // namespace

std::optional<std::string> move_to_top(State& state, LiveRecords& records, std::span<const JobId> named) {
  return Mover{state, records}.move(named);
}

}  // namespace sluice
