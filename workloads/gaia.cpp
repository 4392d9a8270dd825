// GAIA's year-long resampling of Alibaba's PAI jobs: arrival_time, length (both in hours), cpus.
// Source: https://github.com/umassos/GAIA

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t { arrival_time, length, cpus };
constexpr std::array<std::string_view, 3> column_names{"arrival_time", "length", "cpus"};

/// Hours to the nearest millisecond.
std::optional<Duration> hours(const NamedCells& row, Column column) {
  const auto value = row.number(column);
  if (!value) return std::nullopt;
  if (std::abs(*value) > 1e8) return row.complain(column, "a number of hours"), std::nullopt;
  return Duration{std::llround(*value * 3'600'000.0)};
}

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = hours(row, arrival_time);
  if (!submit) return;
  const auto ran = hours(row, length);
  if (!ran) return;
  const auto processors = row.whole(cpus);
  if (!processors || !sink.wants(*submit)) return;
  if (*ran <= 0s) return sink.skip("run time <= 0");
  if (*processors <= 0) return sink.skip("processors <= 0");
  JobSpec job;
  job.submit = Time{*submit};
  job.duration = *ran;
  job.request = sink.tasks(*processors);
  sink.add(job, fmt::format("{}", sink.workload().report.rows));
}

}  // namespace

bool recognises_gaia(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_gaia(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  sink.assume("arrival_time and length are hours; a job is as many tasks of one processor as cpus says, on any nodes");
  sink.assume("a job's id is its row");
}

}  // namespace sluice::workloads
