// Job logs of Microsoft's ITP clusters, published with ElasticFlow: job_id, submission_time, duration, num_gpu.
// Source: https://github.com/microsoft/elasticflow-traces

#include <algorithm>
#include <array>
#include <string_view>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t { job_id, submission_time, duration, num_gpu };
constexpr std::array<std::string_view, 4> column_names{"job_id", "submission_time", "duration", "num_gpu"};

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.seconds(submission_time);
  if (!submit) return;
  const auto ran = row.seconds(duration);
  if (!ran) return;
  const auto gpus = row.whole(num_gpu);
  if (!gpus || !sink.wants(*submit)) return;
  if (*ran <= 0s) return sink.skip("run time <= 0");
  if (*gpus <= 0) return sink.skip("GPUs <= 0");
  JobSpec job;
  job.submit = Time{*submit};
  job.duration = *ran;
  job.request = sink.gpus(*gpus);
  sink.add(job, row.text(job_id));
}

}  // namespace

bool recognises_itp(std::string_view head) {
  const auto header = header_cells(head);
  return std::all_of(column_names.begin(), column_names.end(),
                     [&](auto name) { return find_column(header, name).has_value(); });
}

void read_itp(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  if (const auto others = row.unused_columns(); !others.empty()) sink.assume("columns not used: " + others);
  sink.assume("GPUs are asked for as a total, on any nodes");
}

}  // namespace sluice::workloads
