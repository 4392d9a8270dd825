// Job logs of Microsoft's ITP clusters, published with ElasticFlow: job_id, submission_time, duration, num_gpu.
// Source: https://github.com/microsoft/elasticflow-traces

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

enum Column : std::size_t { job_id, submission_time, duration, num_gpu };
constexpr std::array<std::string_view, 4> column_names{"job_id", "submission_time", "duration", "num_gpu"};

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.seconds(submission_time);
  if (!submit) return;
  const auto ran = row.seconds(duration);
  if (!ran) return;
  const auto gpus = row.whole(num_gpu);
  if (!gpus) return;
  const auto job = gpu_job(*submit, *ran, *gpus, sink);
  if (job) sink.add(*job, row.text(job_id));
}

}  // namespace

bool recognises_itp(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_itp(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  if (const auto others = row.unused_columns(); !others.empty()) sink.assume("columns not used: " + others);
  sink.assume(gpus_in_total);
}

}  // namespace sluice::workloads
