#include "tests/recordings/support/orders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/model/job_links.hpp"

namespace sluice::recordings {
namespace {

/// A job's runs, or none.
class Lives {
 public:
  Lives(const Workload& workload, const FreeRuns& runs) : workload_{workload}, runs_{runs} {}

  const std::vector<FreeJobRun>& of(JobId job) const {
    static const std::vector<FreeJobRun> none;
    const auto found = runs_.find(std::string{workload_.job_id(job)});
    return found == runs_.end() ? none : found->second;
  }
  std::optional<Seconds> first_start(JobId job) const {
    for (const FreeJobRun& run : of(job))
      if (run.start) return run.start;
    return std::nullopt;
  }
  std::string name(JobId job) const { return std::string{workload_.job_id(job)}; }

 private:
  const Workload& workload_;
  const FreeRuns& runs_;
};

class Looker {
 public:
  Looker(const Workload& workload, const FreeRuns& runs) : workload_{workload}, links_{workload}, lives_{workload, runs} {}

  Orders look() {
    for (const TaskArray& array : links_.arrays()) look_at(array);
    for (std::uint32_t i = 0; i < workload_.jobs.size(); ++i) look_at(JobId{i});
    return std::move(found_);
  }

 private:
  void note(Tally& tally, bool is_fine, std::string what) {
    ++tally.total;
    if (is_fine)
      ++tally.equal;
    else
      found_.broken.push_back(std::move(what));
  }

  void look_at(const TaskArray& array) {
    std::optional<JobId> before;
    for (const JobId task : array.tasks) {
      const auto conditions = links_.conditions(task);
      const bool is_alone = std::any_of(conditions.begin(), conditions.end(),
                                        [](const Condition& one) { return one.type == DependencyType::aftercorr; });
      const auto start = lives_.first_start(task);
      if (is_alone || !start) continue;
      if (before)
        note(found_.tasks, *lives_.first_start(*before) <= *start,
             fmt::format("task {} started before {}", lives_.name(task), lives_.name(*before)));
      before = task;
    }
  }

  void look_at(JobId job) {
    const auto conditions = links_.conditions(job);
    const auto start = lives_.first_start(job);
    if (conditions.empty() || !start) return;
    std::size_t met = 0;
    for (const Condition& one : conditions)
      if (is_met(job, one, *start)) ++met;
    const bool any = links_.join(job) == Dependency::Join::any;
    note(found_.dependents, any ? met > 0 : met == conditions.size(),
         fmt::format("{} started at {} s before what it waits for", lives_.name(job), start->count()));
  }

  bool is_met(JobId job, const Condition& condition, Seconds at) const {
    switch (condition.of) {
      case Condition::Of::nobody: return true;
      case Condition::Of::namesakes: return runs_alone(job, at);
      case Condition::Of::job: return is_met_by(JobId{condition.row}, condition, at);
      case Condition::Of::array: break;
    }
    const auto& tasks = links_.arrays()[condition.row].tasks;
    const auto fine = [&](JobId task) { return is_met_by(task, condition, at); };
    // An array has started with its first task, and failed with one.
    const bool one_is_enough = condition.type == DependencyType::after || condition.type == DependencyType::afternotok;
    if (condition.type == DependencyType::afternotok &&
        !std::all_of(tasks.begin(), tasks.end(), [&](JobId task) { return end_for_good(task, at) != nullptr; }))
      return false;
    return one_is_enough ? std::any_of(tasks.begin(), tasks.end(), fine) : std::all_of(tasks.begin(), tasks.end(), fine);
  }

  bool is_met_by(JobId parent, const Condition& condition, Seconds at) const {
    const FreeJobRun* end = end_for_good(parent, at);
    switch (condition.type) {
      case DependencyType::after: return has_started(parent, at - std::chrono::floor<Seconds>(condition.delay));
      case DependencyType::afterok:
      case DependencyType::aftercorr: return end != nullptr && end->state == "COMPLETED";
      case DependencyType::afternotok: return end != nullptr && end->state != "COMPLETED";
      default: return end != nullptr;
    }
  }

  /// Or has ended without a start.
  bool has_started(JobId job, Seconds by) const {
    const auto& runs = lives_.of(job);
    return !runs.empty() && runs.front().start.value_or(runs.front().end.value_or(Seconds::max())) <= by;
  }

  /// The run that was its last one by then, if that was over.
  const FreeJobRun* end_for_good(JobId job, Seconds by) const {
    const FreeJobRun* last = nullptr;
    for (const FreeJobRun& run : lives_.of(job))
      if (run.start.value_or(run.end.value_or(by)) <= by) last = &run;
    return last != nullptr && last->end && *last->end <= by ? last : nullptr;
  }

  bool runs_alone(JobId job, Seconds at) const {
    const auto group = links_.namesakes_of(job);
    for (std::uint32_t i = 0; i < workload_.jobs.size(); ++i) {
      if (JobId{i} == job || links_.namesakes_of(JobId{i}) != group) continue;
      for (const FreeJobRun& run : lives_.of(JobId{i}))
        if (run.start && *run.start < at && (!run.end || *run.end > at)) return false;
    }
    return true;
  }

  const Workload& workload_;
  JobLinks links_;
  Lives lives_;
  Orders found_;
};

}  // namespace

void Orders::add(const Orders& other) {
  tasks.add(other.tasks);
  dependents.add(other.dependents);
  broken.insert(broken.end(), other.broken.begin(), other.broken.end());
}

Orders orders_of(const Workload& workload, const FreeRuns& runs) { return Looker{workload, runs}.look(); }

}  // namespace sluice::recordings
