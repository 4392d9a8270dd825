#pragma once
// The workflows of a run (jobs that hang together by dependencies) and its arrays: how long they took, and what held them
// up. The tables workflows.csv and arrays.csv.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/atomic_file.hpp"
#include "simulator/model/dependency_graph.hpp"
#include "simulator/report/job_rows.hpp"
#include "simulator/report/spread.hpp"

namespace sluice::report {

/// A workflow as it ran. A job counts with the run it had, or its true run time if it had none.
struct WorkflowRun {
  Workflow flow;
  bool is_over = false;               ///< all of its jobs have ended, or were refused
  std::optional<Duration> makespan;   ///< from its first submission to its last end; absent when none ended
};

/// How far above its critical path it stayed, 1 at best; absent unless it is over and its critical path takes time.
std::optional<double> stretch(const WorkflowRun& run);

/// An array as it ran.
struct ArrayRun {
  std::string id;                          ///< the workload's
  std::vector<JobId> tasks;
  std::size_t completed = 0;               ///< tasks in state COMPLETED
  std::size_t ended = 0;                   ///< in whatever state, those included; refused ones too
  std::size_t restarts = 0;
  Time submit{};
  std::optional<Time> first_start, last_end;
  std::int64_t wait_ms = 0;                ///< sum over started tasks
  std::size_t started = 0;
  std::size_t most_at_once = 0;            ///< tasks that ran at the same time
  double cpu_s = 0, gpu_s = 0;             ///< held, in all runs
};

/// O(jobs + conditions), and O(tasks log tasks) for each array. Empty without dependencies, or without arrays.
std::vector<WorkflowRun> workflow_runs(const JobRows& rows);
std::vector<ArrayRun> array_runs(const JobRows& rows);

/// What a summary says of them.
struct WorkflowSummary {
  std::size_t workflows = 0, jobs = 0, over = 0;
  Spread makespan_s, critical_s, stretch;  ///< of those that are over
  struct Longest {
    std::string first_job;
    std::size_t jobs = 0;                  ///< on the critical path
    double critical_s = 0, makespan_s = 0;
  };
  std::optional<Longest> longest;          ///< the one with the longest critical path, among those that are over
};
struct ArraySummary {
  std::size_t arrays = 0, tasks = 0, over = 0;
  std::size_t completed = 0;               ///< arrays all of whose tasks did
  Spread makespan_s;                       ///< from submission to last end, of those that are over
};
WorkflowSummary summarize(const std::vector<WorkflowRun>& runs, const Workload& workload);
ArraySummary summarize(const std::vector<ArrayRun>& runs);

inline constexpr std::string_view workflows_csv_header =
    "workflow,job_id,on_critical_path,slack,critical_length,makespan";
inline constexpr std::string_view arrays_csv_header =
    "array_id,tasks,completed,ended,restarts,submit,first_start,last_end,mean_wait,most_at_once,cpu_seconds,gpu_seconds";

/// A row a job; a workflow is called by its first job. Throws WriteError.
void write_workflows_csv(const std::vector<WorkflowRun>& runs, const Workload& workload, OutputFile& file);
/// A row an array. Throws WriteError.
void write_arrays_csv(const std::vector<ArrayRun>& runs, const TimeBase& base, OutputFile& file);

}  // namespace sluice::report
