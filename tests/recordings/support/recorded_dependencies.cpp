#include "tests/recordings/support/recorded_dependencies.hpp"

#include <algorithm>

#include "simulator/model/dependency.hpp"

namespace sluice::recordings {
namespace {

struct Ending {
  Seconds at{};
  bool well = false;
};

/// How a job ended for good, or all tasks of an array; nullopt: they have not.
std::optional<Ending> ending(const RecordedState& state, std::size_t index) {
  const RecordedJob& job = state.jobs[index];
  std::vector<const SacctRow*> last;
  if (job.task_rows.empty()) {
    if (!job.rows.empty()) last.push_back(job.rows.back());
  } else {
    for (const SacctRow* row : job.task_rows) last.push_back(state.jobs[state.job_of_id.at(row->raw_id)].rows.back());
  }
  if (last.empty()) return std::nullopt;
  Ending whole{{}, true};
  for (const SacctRow* row : last) {
    if (!row->end) return std::nullopt;
    whole.at = std::max(whole.at, *row->end);
    whole.well = whole.well && row->state == "COMPLETED";
  }
  return whole;
}

std::optional<Seconds> failure(const RecordedState& state, const DependencyTerm& term) {
  const auto& submitted = state.recording->submitted;
  const auto parent = std::find_if(submitted.begin(), submitted.end(),
                                   [&](const Submitted& one) { return one.name == term.job; });
  if (parent == submitted.end() || parent->job.empty()) return std::nullopt;
  const auto found = state.job_of_id.find(parent->job);
  const auto end = found == state.job_of_id.end() ? std::nullopt : ending(state, found->second);
  if (!end) return std::nullopt;
  const bool wants_well = term.type == DependencyType::afterok;
  const bool wants_badly = term.type == DependencyType::afternotok;
  return (wants_well && !end->well) || (wants_badly && end->well) ? std::optional{end->at} : std::nullopt;
}

}  // namespace

RecordedDependencies::RecordedDependencies(const RecordedState& state) : never_(state.jobs.size()) {
  for (std::size_t job = 0; job < state.jobs.size(); ++job) {
    const Submission* asked = state.jobs[job].submission;
    if (asked == nullptr || asked->dependency.empty()) continue;
    const auto dependency = parse_dependency(asked->dependency, IdForm::any);
    if (!dependency) continue;
    std::vector<std::optional<Seconds>> failures;
    for (const DependencyTerm& term : dependency->terms) failures.push_back(failure(state, term));
    if (dependency->join == Dependency::Join::any) {
      if (std::find(failures.begin(), failures.end(), std::nullopt) == failures.end())
        never_[job] = *std::max_element(failures.begin(), failures.end());
      continue;
    }
    for (const auto& one : failures)
      if (one && (!never_[job] || *one < *never_[job])) never_[job] = one;
  }
}

}  // namespace sluice::recordings
