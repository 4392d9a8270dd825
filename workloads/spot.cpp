// Alibaba's spot-GPU cluster of 2026: job_info_df.csv, high-priority and spot jobs.
// Source: https://github.com/alibaba/clusterdata, cluster-trace-v2026-spot-gpu; Duan et al., ASPLOS 2026

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "simulator/base/text.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t {
  job_name,
  organization,
  gpu_model,
  cpu_request,
  gpu_request,
  worker_num,
  submit_time,
  duration,
  job_type
};
constexpr std::array<std::string_view, 9> column_names{"job_name",    "organization", "gpu_model",
                                                       "cpu_request", "gpu_request",  "worker_num",
                                                       "submit_time", "duration",     "job_type"};

std::optional<JobRequest> read_request(const NamedCells& row) {
  const auto workers = row.whole(worker_num);
  if (!workers) return std::nullopt;
  const auto cpus = row.number(cpu_request);
  if (!cpus) return std::nullopt;
  const auto gpus = row.number(gpu_request);
  if (!gpus) return std::nullopt;
  if (*cpus < 0.0 || *cpus > 1e6) return row.complain(cpu_request, "a number of processors"), std::nullopt;
  if (*gpus < 0.0 || *gpus > 1e6) return row.complain(gpu_request, "a number of GPUs"), std::nullopt;
  JobRequest request;
  request.ntasks = *workers;
  if (*cpus > 1.0) request.cpus_per_task = std::llround(std::ceil(*cpus));
  const auto type = row.is_given(gpu_model) ? to_lower(row.text(gpu_model)) : std::string{};
  if (*gpus > 0.0) request.gpus_per_task.push_back({"gpu", type, std::llround(std::ceil(*gpus))});
  if (*gpus > 0.0 && *gpus < 1.0) request.gpu_share = *gpus;
  return request;
}

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.seconds(submit_time);
  if (!submit) return;
  const auto ran = row.seconds(duration);
  if (!ran) return;
  const auto request = read_request(row);
  if (!request || !sink.wants(*submit)) return;
  if (*ran <= 0s) return sink.skip("run time <= 0");
  if (*request->ntasks <= 0) return sink.skip("workers <= 0");
  JobSpec job;
  job.submit = Time{*submit};
  job.duration = *ran;
  job.request = sink.request(*request);
  job.account = sink.account(row.text(organization));
  job.extras = sink.kind(row.text(job_type));
  sink.add(job, row.text(job_name));
}

}  // namespace

bool recognises_spot(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_spot(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  sink.assume(
      "a worker is one task anywhere with its processors and GPUs, rounded up; gpu_model is the GPU type in lower "
      "case");
  sink.assume("a job's kind is its job_type (HP, Spot); an organisation is read as an account");
}

}  // namespace sluice::workloads
