#include "simulator/model/job_links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_map>

#include "simulator/base/array_tasks.hpp"

namespace sluice {

/// Resolves names while it walks over the jobs.
class JobLinks::Builder {
 public:
  Builder(const Workload& workload, JobLinks& links) : w_{workload}, links_{links} {}

  void build() {
    find_needs();
    if (has_arrays_) gather_arrays();
    if (!has_dependencies_) return;
    index_ids();
    links_.any_is_enough_.assign(w_.jobs.size(), false);
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) {
      links_.first_condition_.push_back(static_cast<std::uint32_t>(links_.conditions_.size()));
      if (!extras(i).dependency.empty()) add_dependency(JobId{i});
    }
    links_.first_condition_.push_back(static_cast<std::uint32_t>(links_.conditions_.size()));
    links_.of_jobs_ = dependents(Condition::Of::job, w_.jobs.size());
    links_.of_arrays_ = dependents(Condition::Of::array, links_.arrays_.size());
    if (has_singletons_) gather_namesakes();
  }

 private:
  const JobExtras& extras(std::uint32_t job) const { return w_.extras[w_.jobs[job].extras]; }

  void find_needs() {
    for (const JobExtras& row : w_.extras) {
      has_arrays_ = has_arrays_ || !row.array.empty();
      has_dependencies_ = has_dependencies_ || !row.dependency.empty();
    }
  }

  void gather_arrays() {
    links_.array_of_.assign(w_.jobs.size(), none);
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) {
      const JobExtras& row = extras(i);
      if (row.array.empty() || !row.array_task) continue;
      const auto next = static_cast<std::uint32_t>(links_.arrays_.size());
      const auto [known, is_new] = array_named_.try_emplace(row.array, next);
      if (is_new) links_.arrays_.push_back({row.array, row.array_limit, {}, 0});
      TaskArray& array = links_.arrays_[known->second];
      array.tasks.push_back(JobId{i});
      array.last_index = std::max(array.last_index, *row.array_task);
      links_.array_of_[i] = known->second;
    }
    for (TaskArray& array : links_.arrays_)
      std::stable_sort(array.tasks.begin(), array.tasks.end(), [&](JobId a, JobId b) {
        return *extras(a.value).array_task < *extras(b.value).array_task;
      });
  }

  void index_ids() {
    by_id_.reserve(w_.jobs.size());
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) by_id_.try_emplace(w_.job_id(JobId{i}), JobId{i});
  }

  void add_dependency(JobId job) {
    const auto dependency = parse_dependency(extras(job.value).dependency, IdForm::any);
    if (!dependency) {
      links_.unknown_.push_back({job, extras(job.value).dependency});
      return;
    }
    links_.any_is_enough_[job.index()] = dependency->join == Dependency::Join::any;
    for (const DependencyTerm& term : dependency->terms) add_term(job, term);
  }

  void add_term(JobId job, const DependencyTerm& term) {
    using Of = Condition::Of;
    const auto add = [&](Of of, std::uint32_t row) {
      links_.conditions_.push_back({term.type, of, row, term.delay});
    };
    if (term.type == DependencyType::singleton) {
      has_singletons_ = true;
      return add(Of::namesakes, 0);
    }
    const std::string whole = term.tasks.empty() ? term.job : fmt::format("{}_{}", term.job, term.tasks);
    if (const auto known = by_id_.find(whole); known != by_id_.end()) return add(Of::job, known->second.value);
    const auto array = array_named_.find(term.job);
    if (array == array_named_.end()) return unknown(job, whole, term);
    if (term.type == DependencyType::aftercorr && extras(job.value).array_task) {
      const auto task = task_of(array->second, *extras(job.value).array_task);
      return task ? add(Of::job, task->value) : unknown(job, whole, term);
    }
    if (term.tasks.empty() || term.tasks == "*") return add(Of::array, array->second);
    const auto tasks = parse_array(term.tasks);
    if (!tasks) return unknown(job, whole, term);
    for (const std::int64_t index : tasks->tasks) {
      if (const auto task = task_of(array->second, index))
        add(Of::job, task->value);
      else
        unknown(job, fmt::format("{}_{}", term.job, index), term);
    }
  }

  void unknown(JobId job, const std::string& id, const DependencyTerm& term) {
    links_.conditions_.push_back({term.type, Condition::Of::nobody, 0, {}});
    links_.unknown_.push_back({job, id});
  }

  std::optional<JobId> task_of(std::uint32_t array, std::int64_t index) const {
    const auto& tasks = links_.arrays_[array].tasks;
    const auto found = std::lower_bound(tasks.begin(), tasks.end(), index, [&](JobId task, std::int64_t wanted) {
      return *extras(task.value).array_task < wanted;
    });
    const bool is_there = found != tasks.end() && *extras(found->value).array_task == index;
    return is_there ? std::optional{*found} : std::nullopt;
  }

  /// Turns the conditions round.
  Lists dependents(Condition::Of of, std::size_t rows) const {
    Lists lists;
    lists.first.assign(rows + 1, 0);
    for (const Condition& condition : links_.conditions_)
      if (condition.of == of) ++lists.first[condition.row + 1];
    for (std::size_t row = 0; row < rows; ++row) lists.first[row + 1] += lists.first[row];
    lists.all.resize(lists.first.back());
    std::vector<std::uint32_t> next{lists.first.begin(), lists.first.end() - 1};
    for (std::uint32_t job = 0; job < w_.jobs.size(); ++job) {
      const auto conditions = links_.conditions(JobId{job});
      for (std::uint32_t c = 0; c < conditions.size(); ++c)
        if (conditions[c].of == of) lists.all[next[conditions[c].row]++] = {JobId{job}, c};
    }
    return lists;
  }

  void gather_namesakes() {
    std::unordered_map<std::string, std::uint32_t> rows;
    const auto key = [&](std::uint32_t job) { return fmt::format("{} {}", w_.jobs[job].user.value, extras(job).name); };
    for (std::uint32_t job = 0; job < w_.jobs.size(); ++job)
      for (std::uint32_t c = links_.first_condition_[job]; c < links_.first_condition_[job + 1]; ++c)
        if (Condition& condition = links_.conditions_[c]; condition.of == Condition::Of::namesakes)
          condition.row = rows.try_emplace(key(job), static_cast<std::uint32_t>(rows.size())).first->second;
    links_.namesakes_ = rows.size();
    links_.namesakes_of_.assign(w_.jobs.size(), none);
    for (std::uint32_t job = 0; job < w_.jobs.size(); ++job)
      if (const auto row = rows.find(key(job)); row != rows.end()) links_.namesakes_of_[job] = row->second;
  }

  const Workload& w_;
  JobLinks& links_;
  bool has_arrays_ = false, has_dependencies_ = false, has_singletons_ = false;
  std::unordered_map<std::string_view, std::uint32_t> array_named_;
  std::unordered_map<std::string_view, JobId> by_id_;
};

JobLinks::JobLinks(const Workload& workload) { Builder{workload, *this}.build(); }

std::span<const Condition> JobLinks::conditions(JobId job) const {
  if (first_condition_.empty()) return {};
  const std::uint32_t first = first_condition_[job.index()];
  return std::span{conditions_}.subspan(first, first_condition_[job.index() + 1] - first);
}

Dependency::Join JobLinks::join(JobId job) const {
  const bool any = !any_is_enough_.empty() && any_is_enough_[job.index()];
  return any ? Dependency::Join::any : Dependency::Join::all;
}

}  // namespace sluice
