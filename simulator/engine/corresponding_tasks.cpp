#include "simulator/engine/corresponding_tasks.hpp"

#include <algorithm>
#include <variant>

namespace sluice {
namespace {

bool is_corresponding(const JobLinks& links, JobId task) {
  const auto conditions = links.conditions(task);
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Condition& one) { return one.type == DependencyType::aftercorr; });
}

bool will_wait(const JobState& state) {
  return std::holds_alternative<Unsubmitted>(state) || std::holds_alternative<Pending>(state);
}

}  // namespace

CorrespondingTasks::CorrespondingTasks(const JobLinks& links, const JobTable& jobs, std::optional<std::size_t> most)
    : links_{links}, jobs_{jobs} {
  if (!most) return;
  most_ = *most;
  for (std::uint32_t a = 0; a < links.arrays().size(); ++a) {
    const auto& tasks = links.arrays()[a].tasks;
    if (tasks.size() <= most_ || !is_corresponding(links, tasks.front())) continue;
    places_.resize(jobs.size());
    for (std::size_t t = 0; t < tasks.size(); ++t) places_[tasks[t].index()] = {windows_.size(), t, true};
    windows_.push_back({a, 0, 0});
    widen(windows_.back(), nullptr);
  }
}

const CorrespondingTasks::Place* CorrespondingTasks::place(JobId job) const {
  return places_.empty() || !places_[job.index()].is_any ? nullptr : &places_[job.index()];
}

bool CorrespondingTasks::is_split(JobId job) const {
  const Place* at = place(job);
  return at == nullptr || at->task < windows_[at->window].end;
}

void CorrespondingTasks::widen(Window& window, std::vector<JobId>* split) {
  const auto& tasks = links_.arrays()[window.array].tasks;
  for (; window.pending < most_ && window.end < tasks.size(); ++window.end) {
    const JobId task = tasks[window.end];
    if (!will_wait(jobs_.job(task).state)) continue;
    ++window.pending;
    if (split != nullptr) split->push_back(task);
  }
}

void CorrespondingTasks::left(JobId job, std::vector<JobId>& split) {
  const Place* at = place(job);
  if (at == nullptr || at->task >= windows_[at->window].end) return;
  --windows_[at->window].pending;
  widen(windows_[at->window], &split);
}

void CorrespondingTasks::returned(JobId job) {
  if (const Place* at = place(job); at != nullptr && at->task < windows_[at->window].end) ++windows_[at->window].pending;
}

}  // namespace sluice
