// Microsoft's Philly cluster as Pollux and Sia ship it: timestamp, duration, num_gpus, gpu_time, cluster.
// Source: https://github.com/msr-fiddle/philly-traces, by way of https://github.com/siasosp23/artifacts

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

enum Column : std::size_t { timestamp, duration, num_gpus, cluster };
constexpr std::array<std::string_view, 4> column_names{"timestamp", "duration", "num_gpus", "cluster"};

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.date(timestamp);
  if (!submit) return;
  const auto ran = row.seconds(duration);
  if (!ran) return;
  const auto gpus = row.whole(num_gpus);
  if (!gpus) return;
  auto job = gpu_job(*submit, *ran, *gpus, sink);
  if (!job) return;
  job->account = sink.account(row.text(cluster));
  job->extras = sink.kind("training");
  sink.add(*job, fmt::format("{}", sink.workload().report.rows));
}

}  // namespace

bool recognises_philly_csv(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_philly_csv(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  TimeBase base;
  base.is_calendar = true;
  if (sink.done() || !sink.time_base(base)) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  sink.assume("dates are the cluster's local time, nominally US Pacific");
  sink.assume(gpus_in_total);
  sink.assume("a virtual cluster is read as an account, not as a partition; a job's id is its row");
}

}  // namespace sluice::workloads
