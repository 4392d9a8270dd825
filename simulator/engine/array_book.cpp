#include "simulator/engine/array_book.hpp"

#include <algorithm>

namespace sluice {

ArrayBook::ArrayBook(const JobLinks& links) : links_{links} {
  std::size_t jobs = 0;
  for (const TaskArray& array : links.arrays()) {
    Progress& progress = arrays_.emplace_back();
    progress.limit = array.limit;
    progress.unsplit = array.tasks.size();
    progress.rest = {array.tasks.front(), 0};
    for (const JobId task : array.tasks) jobs = std::max(jobs, task.index() + 1);
  }
  places_.assign(jobs, Place::outside);
  is_split_.assign(jobs, false);
  list_places_.assign(jobs, {});
}

std::optional<JobId> ArrayBook::head(ArrayId array) const {
  const Progress& progress = arrays_[array.index()];
  if (progress.unsplit == 0) return std::nullopt;
  return links_.arrays()[array.index()].tasks[progress.head];
}

std::optional<std::int64_t> ArrayBook::room(ArrayId array) const {
  const Progress& progress = arrays_[array.index()];
  if (!progress.limit) return std::nullopt;
  return std::max<std::int64_t>(0, *progress.limit - progress.running);
}

void ArrayBook::set_limit(ArrayId array, std::optional<std::int64_t> limit) {
  arrays_[array.index()].limit = limit;
  fill(arrays_[array.index()]);
}

void ArrayBook::fill(Progress& array) {
  while (!array.waiting.empty() && has_room(array)) {
    const JobId task = *array.waiting.begin();
    array.waiting.erase(array.waiting.begin());
    places_[task.index()] = Place::admitted;
    ++array.admitted;
    admitted_.push_back(task);
  }
}

bool ArrayBook::admit(JobId task) {
  Progress& array = of(task);
  Place& place = places_[task.index()];
  if (place == Place::admitted) return true;
  const bool may = has_room(array) && (array.waiting.empty() || task < *array.waiting.begin());
  if (may)
    ++array.admitted;
  else
    array.waiting.insert(task);
  place = may ? Place::admitted : Place::waiting;
  return may;
}

void ArrayBook::withdraw(JobId task) {
  Progress& array = of(task);
  Place& place = places_[task.index()];
  if (place == Place::waiting) array.waiting.erase(task);
  if (place == Place::admitted) --array.admitted;
  place = Place::outside;
  fill(array);
}

void ArrayBook::started(JobId task) {
  Progress& array = of(task);
  if (places_[task.index()] == Place::admitted) --array.admitted;
  if (places_[task.index()] == Place::waiting) array.waiting.erase(task);
  places_[task.index()] = Place::running;
  ++array.running;
  split(task);
}

void ArrayBook::stopped(JobId task) {
  Progress& array = of(task);
  places_[task.index()] = Place::outside;
  --array.running;
  fill(array);
}

void ArrayBook::split(JobId task) {
  if (is_split_[task.index()]) return;
  is_split_[task.index()] = true;
  const ArrayId row = *links_.array_of(task);
  Progress& array = arrays_[row.index()];
  const auto& tasks = links_.arrays()[row.index()].tasks;
  --array.unsplit;
  list_places_[task.index()] = std::exchange(array.rest, {std::max(latest_, task), ++made_});
  while (array.head < tasks.size() && is_split_[tasks[array.head].index()]) ++array.head;
}

/// Under aftercorr each task has a record from its submission on.
ArrayBook::ListPlace ArrayBook::list_place(JobId job) const {
  const auto row = arrays_.empty() ? std::nullopt : links_.array_of(job);
  if (!row) return {job, 0};
  const auto conditions = links_.conditions(job);
  const bool is_alone = std::any_of(conditions.begin(), conditions.end(),
                                    [](const Condition& one) { return one.type == DependencyType::aftercorr; });
  if (is_alone) return {job, 0};
  return is_split_[job.index()] ? list_places_[job.index()] : arrays_[row->index()].rest;
}

}  // namespace sluice
