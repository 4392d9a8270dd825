#pragma once
// jobs.csv: one row a job, in order of submission; a job that was requeued has one for each run, as in `sacct -D`. The columns are described in README.md.

#include "simulator/base/atomic_file.hpp"
#include "simulator/report/job_rows.hpp"

namespace sluice::report {

inline constexpr std::string_view jobs_csv_header =
    "job_id,user,account,qos,partition,submit,eligible,start,end,state,nodes,nodelist,cpus_per_node,gpu_idx,"
    "mem_per_node,alloc_tres,wait,bounded_slowdown,reason,restarts";

/// Behind them where the trace has history: what its own scheduler did.
inline constexpr std::string_view jobs_csv_history_header = "recorded_start,recorded_wait";

/// Writes all rows; jobs that were never submitted (the run was cut short before) have none. Throws WriteError.
/// A million rows take about 0.2 s.
void write_jobs_csv(const JobRows& rows, OutputFile& file);

}  // namespace sluice::report
