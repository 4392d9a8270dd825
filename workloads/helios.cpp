// SenseTime's Helios clusters: the full Slurm log as published, and the short form with GPU jobs only.
// Source: https://github.com/S-Lab-System-Group/HeliosData; Hu et al., SC 2021, doi 10.1145/3458817.3476223

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/job_states.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

namespace brief {
enum Column : std::size_t { job_id, arrival, service, gpu_count };
constexpr std::array<std::string_view, 4> names{"job_id", "arrival_s", "service_sec", "gpu_count"};
/// 0 of the short form, in the clusters' local time: with it the arrivals equal the authors' counts per ten minutes.
constexpr std::string_view origin = "2020-03-18T04:01:39";
}  // namespace brief

namespace full {
enum Column : std::size_t { job_id, user, vc, gpu_num, cpu_num, state, submit_time, duration, start_time };
constexpr std::array<std::string_view, 9> names{"job_id", "user",        "vc",       "gpu_num",   "cpu_num",
                                                "state",  "submit_time", "duration", "start_time"};
/// Everything before it must be there.
constexpr std::size_t optional_from = start_time;
constexpr auto required = std::span{names}.first(optional_from);
}  // namespace full

void read_brief_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.seconds(brief::arrival);
  if (!submit) return;
  const auto ran = row.seconds(brief::service);
  if (!ran) return;
  const auto gpus = row.whole(brief::gpu_count);
  if (!gpus) return;
  const auto job = gpu_job(*submit, *ran, *gpus, sink);
  if (job) sink.add(*job, row.text(brief::job_id));
}

void read_full_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.date(full::submit_time);
  if (!submit) return;
  const auto ran = row.seconds(full::duration);
  if (!ran) return;
  const auto gpus = row.whole(full::gpu_num);
  if (!gpus) return;
  const auto cpus = row.whole(full::cpu_num);
  if (!cpus) return;
  const auto outcome = outcome_of_state(row.text(full::state));
  if (!outcome) return row.complain(full::state, "a job state such as COMPLETED");
  if (!sink.wants(*submit)) return;
  if (*ran <= 0s) return sink.skip("run time <= 0");
  if (*gpus <= 0 && *cpus <= 0) return sink.skip("neither GPUs nor processors");
  JobSpec job;
  job.submit = Time{*submit};
  job.duration = *ran;
  job.request = *gpus > 0 ? sink.gpus(*gpus) : sink.tasks(*cpus);
  job.user = sink.user(row.text(full::user));
  job.account = sink.account(row.text(full::vc));
  job.outcome = *outcome;
  job.exit_code = *outcome == Outcome::failed ? 1 : 0;
  if (!row.is_given(full::start_time)) return sink.add(job, row.text(full::job_id));
  const auto start = row.date(full::start_time);
  if (start) sink.add(job, row.text(full::job_id), {std::nullopt, Time{*start}, Time{*start + *ran}});
}

void read_brief(CsvRows& rows, JobSink& sink) {
  const NamedCells row{rows, sink, brief::names};
  TimeBase base;
  base.origin_of_base = parse_civil(brief::origin);
  if (sink.done() || !sink.time_base(base)) return;
  for_each_row(rows, sink, [&](auto) { read_brief_row(row, sink); });
  sink.assume("dates are the cluster's local time; the trace's time 0 is 2020-03-18T04:01:39");
  sink.assume(gpus_in_total);
}

void read_full(CsvRows& rows, JobSink& sink) {
  const NamedCells row{rows, sink, full::names, full::optional_from};
  TimeBase base;
  base.is_calendar = true;
  if (sink.done() || !sink.time_base(base)) return;
  for_each_row(rows, sink, [&](auto) { read_full_row(row, sink); });
  sink.assume("dates are the cluster's local time");
  sink.assume("GPUs are asked for as a total, on any nodes; a GPU job's processors and nodes are not asked for");
  sink.assume("a virtual cluster is read as an account, not as a partition");
}

}  // namespace

bool recognises_helios(std::string_view head) {
  const auto header = header_cells(head);
  return has_columns(header, brief::names) || has_columns(header, full::required);
}

void read_helios(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  if (sink.done()) return;
  if (find_column(rows.header(), full::names[full::submit_time]))
    read_full(rows, sink);
  else
    read_brief(rows, sink);
}

}  // namespace sluice::workloads
