// Job lists in the columns of Tiresias: its own and ElasticFlow's in seconds, Muri's in milliseconds.
// Source: https://github.com/SymbioticLab/Tiresias, https://github.com/Rivendile/Muri,
// https://github.com/pkusys/ElasticFlow

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

enum Column : std::size_t { job_id, num_gpu, submit_time, duration, model_name };
constexpr std::array<std::string_view, 5> column_names{"job_id", "num_gpu", "submit_time", "duration", "model_name"};
/// What only Muri's lists have.
constexpr std::array<std::string_view, 2> muri_names{"iteration_time", "resource_time_0"};

enum class Unit { seconds, milliseconds };

std::optional<Duration> time_in(Unit unit, const NamedCells& row, Column column) {
  if (unit == Unit::seconds) return row.seconds(column);
  const auto value = row.whole(column);
  constexpr std::int64_t longest = 1'000'000'000'000'000;
  if (value && (*value > longest || *value < -longest))
    return row.complain(column, "a number of milliseconds"), std::nullopt;
  return value ? std::optional{Duration{*value}} : std::nullopt;
}

void read_row(Unit unit, const NamedCells& row, JobSink& sink) {
  const auto submit = time_in(unit, row, submit_time);
  if (!submit) return;
  const auto ran = time_in(unit, row, duration);
  if (!ran) return;
  const auto gpus = row.whole(num_gpu);
  if (!gpus) return;
  auto job = gpu_job(*submit, *ran, *gpus, sink);
  if (!job) return;
  JobExtras extras;
  extras.kind = "training";
  extras.name = row.text(model_name);
  extras.comment = row.unused_cells();
  job->extras = sink.extras(std::move(extras));
  sink.add(*job, row.text(job_id));
}

void read_list(Unit unit, LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(unit, row, sink); });
  if (unit == Unit::milliseconds) sink.assume("submit_time and duration are milliseconds");
  sink.assume(gpus_in_total);
  sink.assume("the model is the job's name; the columns without a meaning here are its comment, deadlines too");
}

}  // namespace

bool recognises_muri(std::string_view head) {
  const auto header = header_cells(head);
  return has_columns(header, column_names) && has_columns(header, muri_names);
}
bool recognises_tiresias(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_muri(LineSource& lines, JobSink& sink) { read_list(Unit::milliseconds, lines, sink); }
void read_tiresias(LineSource& lines, JobSink& sink) { read_list(Unit::seconds, lines, sink); }

}  // namespace sluice::workloads
