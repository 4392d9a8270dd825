#include "simulator/report/workflows.hpp"

#include <algorithm>
#include <cmath>

#include "simulator/base/csv_text.hpp"

namespace sluice::report {
namespace {

bool is_over(const JobRow& row) { return row.record->fate == Fate::ended || row.record->fate == Fate::rejected; }

template <class Value>
void raise(std::optional<Value>& to, const std::optional<Value>& value) {
  if (value && (!to || *value > *to)) to = value;
}
template <class Value>
void lower(std::optional<Value>& to, const std::optional<Value>& value) {
  if (value && (!to || *value < *to)) to = value;
}

double ms(Duration length) { return static_cast<double>(length.count()); }

/// The most of these stretches of time that overlap; one that ends where another begins does not.
std::size_t most_at_once(std::vector<std::pair<Time, Time>>& runs) {
  std::vector<std::pair<Time, int>> changes;
  for (const auto& [from, to] : runs) {
    changes.emplace_back(from, 1);
    changes.emplace_back(to, -1);
  }
  std::sort(changes.begin(), changes.end());  // ends before starts
  std::int64_t now = 0, most = 0;
  for (const auto& change : changes) most = std::max(most, now += change.second);
  return static_cast<std::size_t>(most);
}

void add_task(ArrayRun& array, const JobRow& row, const JobRows& rows, std::vector<std::pair<Time, Time>>& stretches) {
  const auto earlier = rows.earlier(row);
  const Time first_submit = earlier.empty() ? row.submit : earlier.front().submit;
  array.submit = array.tasks.empty() ? first_submit : std::min(array.submit, first_submit);
  array.tasks.push_back(row.id);
  array.restarts += row.restarts;
  if (is_over(row)) ++array.ended;
  if (row.record->fate == Fate::ended && row.record->end_state == EndState::completed) ++array.completed;
  raise(array.last_end, row.end);
  if (row.start) ++array.started;
  const auto add_run = [&](const JobRow& run) {
    lower(array.first_start, run.start);
    array.wait_ms += run.wait().value_or(Duration{}).count();
    if (const auto held = run.run()) {
      array.cpu_s += run.record->cpus * to_seconds(*held);
      array.gpu_s += run.record->gpus * to_seconds(*held);
    }
    if (run.start) stretches.emplace_back(*run.start, run.end.value_or(Time::max()));
  };
  for (const JobRow& run : earlier) add_run(run);
  add_run(row);
}

}  // namespace

std::optional<double> stretch(const WorkflowRun& run) {
  if (!run.is_over || !run.makespan || run.flow.critical_length <= Duration{}) return std::nullopt;
  return ms(*run.makespan) / ms(run.flow.critical_length);
}

std::vector<WorkflowRun> workflow_runs(const JobRows& rows) {
  const JobLinks links{rows.workload()};
  if (links.condition_count() == 0) return {};
  const auto length = [&](JobId job) {
    const JobRow row = rows[job.index()];
    return rows.whole_run(row, rows.earlier(row)).value_or(row.spec->duration);
  };
  std::vector<WorkflowRun> runs;
  for (Workflow& flow : workflows(links, rows.size(), length)) {
    WorkflowRun run;
    run.is_over = true;
    std::optional<Time> first, last;
    for (const JobId job : flow.jobs) {
      const JobRow row = rows[job.index()];
      run.is_over = run.is_over && is_over(row);
      lower(first, std::optional{row.spec->submit});
      raise(last, row.end);
    }
    if (last) run.makespan = *last - *first;
    run.flow = std::move(flow);
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<ArrayRun> array_runs(const JobRows& rows) {
  const JobLinks links{rows.workload()};
  std::vector<ArrayRun> runs;
  for (const TaskArray& array : links.arrays()) {
    ArrayRun& run = runs.emplace_back();
    run.id = array.id;
    std::vector<std::pair<Time, Time>> stretches;
    for (const JobId task : array.tasks) add_task(run, rows[task.index()], rows, stretches);
    run.most_at_once = most_at_once(stretches);
  }
  return runs;
}

WorkflowSummary summarize(const std::vector<WorkflowRun>& runs, const Workload& workload) {
  WorkflowSummary summary;
  std::vector<std::int64_t> makespans, criticals, stretches;
  const WorkflowRun* longest = nullptr;
  for (const WorkflowRun& run : runs) {
    ++summary.workflows;
    summary.jobs += run.flow.jobs.size();
    if (!run.is_over) continue;
    ++summary.over;
    const auto value = stretch(run);
    if (!value) continue;
    makespans.push_back(run.makespan->count());
    criticals.push_back(run.flow.critical_length.count());
    stretches.push_back(std::llround(*value * 1e6));
    if (longest == nullptr || run.flow.critical_length > longest->flow.critical_length) longest = &run;
  }
  summary.makespan_s = spread_of(makespans, 1e3);
  summary.critical_s = spread_of(criticals, 1e3);
  summary.stretch = spread_of(stretches, 1e6);
  if (longest != nullptr)
    summary.longest = WorkflowSummary::Longest{std::string{workload.job_id(longest->flow.jobs.front())},
                                               longest->flow.critical_path.size(),
                                               to_seconds(longest->flow.critical_length), to_seconds(*longest->makespan)};
  return summary;
}

ArraySummary summarize(const std::vector<ArrayRun>& runs) {
  ArraySummary summary;
  std::vector<std::int64_t> makespans;
  for (const ArrayRun& run : runs) {
    ++summary.arrays;
    summary.tasks += run.tasks.size();
    if (run.completed == run.tasks.size()) ++summary.completed;
    if (run.ended != run.tasks.size()) continue;
    ++summary.over;
    if (run.last_end) makespans.push_back((*run.last_end - run.submit).count());
  }
  summary.makespan_s = spread_of(makespans, 1e3);
  return summary;
}

void write_workflows_csv(const std::vector<WorkflowRun>& runs, const Workload& workload, OutputFile& file) {
  CsvText csv;
  csv.raw(workflows_csv_header).end_row();
  for (const WorkflowRun& run : runs) {
    std::vector<JobId> path = run.flow.critical_path;
    std::sort(path.begin(), path.end());
    for (std::size_t i = 0; i < run.flow.jobs.size(); ++i) {
      const JobId job = run.flow.jobs[i];
      csv.text(workload.job_id(run.flow.jobs.front())).text(workload.job_id(job));
      csv.integer(std::binary_search(path.begin(), path.end(), job) ? 1 : 0);
      csv.seconds(run.flow.slack[i]).seconds(run.flow.critical_length);
      run.makespan ? csv.seconds(*run.makespan) : csv.empty();
      csv.end_row();
    }
    file.write(csv.view());
    csv.clear();
  }
}

void write_arrays_csv(const std::vector<ArrayRun>& runs, const TimeBase& base, OutputFile& file) {
  CsvText csv;
  csv.raw(arrays_csv_header).end_row();
  const auto moment = [&](const std::optional<Time>& at) {
    at ? csv.seconds(base.zero + at->time_since_epoch()) : csv.empty();
  };
  for (const ArrayRun& run : runs) {
    csv.text(run.id).integer(static_cast<std::int64_t>(run.tasks.size()));
    csv.integer(static_cast<std::int64_t>(run.completed)).integer(static_cast<std::int64_t>(run.ended));
    csv.integer(static_cast<std::int64_t>(run.restarts));
    moment(run.submit);
    moment(run.first_start);
    moment(run.last_end);
    run.started > 0 ? csv.seconds(Duration{run.wait_ms / static_cast<std::int64_t>(run.started)}) : csv.empty();
    csv.integer(static_cast<std::int64_t>(run.most_at_once));
    csv.seconds(Duration{std::llround(run.cpu_s * 1e3)}).seconds(Duration{std::llround(run.gpu_s * 1e3)});
    csv.end_row();
    file.write(csv.view());
    csv.clear();
  }
}

}  // namespace sluice::report
