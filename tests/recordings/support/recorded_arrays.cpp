#include "tests/recordings/support/recorded_arrays.hpp"

#include <algorithm>
#include <cstdlib>

namespace sluice::recordings {

RecordedArrays::RecordedArrays(const RecordedState& state)
    : state_{state},
      array_of_(state.jobs.size()),
      is_split_(state.jobs.size(), false),
      is_running_(state.jobs.size(), false),
      was_split_(state.jobs.size(), false) {
  for (std::size_t head = 0; head < state.jobs.size(); ++head) {
    const RecordedJob& job = state.jobs[head];
    if (job.submission == nullptr || job.submission->tasks == 0) continue;
    if (job.is_task && job.rows.front()->id.substr(0, job.rows.front()->id.find('_')) != job.id) continue;
    Array array;
    array.head = head;
    array.limit = job.submission->task_limit;
    array.left = static_cast<std::uint32_t>(job.submission->tasks);
    array_of_[head] = arrays_.size();
    for (std::size_t task = 0; task < state.jobs.size(); ++task) {
      if (!state.jobs[task].is_task || state.jobs[task].rows.empty()) continue;
      const std::string& id = state.jobs[task].rows.front()->id;
      if (id.substr(0, id.find('_')) == job.id) array_of_[task] = arrays_.size();
    }
    arrays_.push_back(array);
  }
}

void RecordedArrays::split(std::size_t job) {
  if (is_split_[job]) return;
  is_split_[job] = true;
  --of(job).left;
}

std::size_t RecordedArrays::record_of(std::size_t job) const {
  return is_of_array(job) && !is_split_[job] ? head(job) : job;
}

std::uint32_t RecordedArrays::tasks_left(std::size_t record) const {
  if (!is_of_array(record) || head(record) != record) return 1;
  return std::max(1U, arrays_[*array_of_[record]].left);
}

std::optional<std::uint32_t> RecordedArrays::task(std::size_t record) const {
  if (!is_of_array(record) || tasks_left(record) > 1 || state_.jobs[record].rows.empty()) return std::nullopt;
  const std::string& id = state_.jobs[record].rows.front()->id;
  const auto underscore = id.find('_');
  if (underscore == std::string::npos || id[underscore + 1] == '[') return std::nullopt;
  return static_cast<std::uint32_t>(std::strtoul(id.c_str() + underscore + 1, nullptr, 10));
}

std::optional<std::uint32_t> RecordedArrays::room(std::size_t job) const {
  if (!is_of_array(job)) return std::nullopt;
  const Array& array = arrays_[*array_of_[job]];
  if (!array.limit) return std::nullopt;
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, *array.limit - array.running));
}

void RecordedArrays::start(std::size_t job) {
  if (!is_of_array(job) || is_running_[job]) return;
  was_split_[job] = is_split_[job];
  split(job);
  is_running_[job] = true;
  ++of(job).running;
}

void RecordedArrays::unstart(std::size_t job) {
  if (!is_of_array(job) || !is_running_[job]) return;
  is_running_[job] = false;
  --of(job).running;
  if (was_split_[job]) return;
  is_split_[job] = false;
  ++of(job).left;
}

void RecordedArrays::stop(std::size_t job) {
  if (!is_of_array(job) || !is_running_[job]) return;
  is_running_[job] = false;
  --of(job).running;
}

void RecordedArrays::see(const Event& event) {
  if (const auto* it = std::get_if<RunStarted>(&event.what)) return start(it->job);
  if (const auto* it = std::get_if<RunEnded>(&event.what)) return stop(it->job);
  if (const auto* it = std::get_if<JobDropped>(&event.what); it != nullptr && is_of_array(it->job)) {
    // "18_[4-9]": what was left ended at once.
    if (!task(it->job) && head(it->job) == it->job) of(it->job).left = 1;
    split(it->job);
  }
  if (const auto* it = std::get_if<JobSubmitted>(&event.what); it != nullptr && is_of_array(it->job))
    if (state_.jobs[head(it->job)].splits_at_once && head(it->job) != it->job) split(it->job);
  if (const auto* it = std::get_if<OperatorActed>(&event.what))
    if (const auto* update = std::get_if<conf::UpdateJob>(&it->command); update != nullptr && update->array_throttle)
      for (const std::size_t job : it->jobs)
        if (is_of_array(job))
          of(job).limit = *update->array_throttle > 0 ? update->array_throttle : std::optional<std::int64_t>{};
}

}  // namespace sluice::recordings
