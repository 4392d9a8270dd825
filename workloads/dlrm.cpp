// Inference instances of Alibaba's recommendation services, 2025: disaggregated_DLRM_trace.csv.
// Source: https://github.com/alibaba/clusterdata, cluster-trace-gpu-v2025; Yang et al., NSDI 2025

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t {
  instance_sn,
  app_name,
  cpu_request,
  gpu_request,
  memory_request,
  creation_time,
  scheduled_time,
  deletion_time
};
constexpr std::array<std::string_view, 8> column_names{"instance_sn",    "app_name",       "cpu_request",
                                                       "gpu_request",    "memory_request", "creation_time",
                                                       "scheduled_time", "deletion_time"};

class DlrmReader {
 public:
  DlrmReader(LineSource& lines, JobSink& sink) : rows_{lines, sink}, row_{rows_, sink, column_names}, sink_{sink} {}

  void read() {
    sink_.hold_all();
    if (sink_.done() || !sink_.time_base({})) return;
    for_each_row(rows_, sink_, [this](auto) { read_row(); });
    end_what_outlives();
    sink_.assume("an instance is one task on one node; RDMA, disk and instances per node are not asked for");
    sink_.assume(
        fmt::format("{} instances without creation_time were there before: they are submitted at time 0", early_));
    sink_.assume(fmt::format("{} instances without deletion_time run to the last moment of the trace", open_.size()));
    sink_.assume("an instance runs from scheduled_time to deletion_time; its application is read as the account");
  }

 private:
  void read_row() {
    const auto request = read_request();
    if (!request) return;
    std::optional<Duration> created, started, deleted;
    if (row_.is_given(creation_time) && !(created = row_.seconds(creation_time))) return;
    if (row_.is_given(scheduled_time) && !(started = row_.seconds(scheduled_time))) return;
    if (row_.is_given(deletion_time) && !(deleted = row_.seconds(deletion_time))) return;
    for (const auto& moment : {created, started, deleted}) last_ = std::max(last_, moment.value_or(0s));
    const Duration submit = created.value_or(0s), start = started.value_or(submit);
    if (!sink_.wants(submit)) return;
    if (deleted && *deleted <= start) return sink_.skip("run time <= 0");
    JobSpec job;
    job.submit = Time{submit};
    job.duration = deleted.value_or(start) - start;
    job.request = sink_.request(*request);
    job.account = sink_.account(row_.text(app_name));
    job.extras = sink_.kind("inference");
    RecordedRun history;
    if (started) history.start = Time{*started};
    if (deleted) history.end = Time{*deleted};
    if (!created) ++early_;
    if (!deleted) open_.push_back({sink_.workload().jobs.size(), start});
    sink_.add(job, row_.text(instance_sn), history);
  }

  std::optional<JobRequest> read_request() {
    const auto cpus = row_.number(cpu_request);
    if (!cpus) return std::nullopt;
    const auto gpus = row_.whole(gpu_request);
    if (!gpus) return std::nullopt;
    const auto gib = row_.number(memory_request);
    if (!gib) return std::nullopt;
    if (*cpus > 1e6) return row_.complain(cpu_request, "a number of processors"), std::nullopt;
    if (*gib > 1e9) return row_.complain(memory_request, "a number of GiB"), std::nullopt;
    JobRequest request;
    request.min_nodes = request.max_nodes = request.ntasks = 1;
    if (*cpus > 1.0) request.cpus_per_task = std::llround(std::ceil(*cpus));
    if (*gib > 0.0) request.mem_per_node = Megabytes{std::llround(std::ceil(*gib * 1024.0))};
    if (*gpus > 0) request.gres_per_node.push_back({"gpu", {}, *gpus});
    return request;
  }

  /// What has no end gets the trace's, or a second when it starts there.
  void end_what_outlives() {
    for (const auto& one : open_) sink_.workload().jobs[one.job].duration = std::max<Duration>(last_ - one.start, 1s);
  }

  struct Open {
    std::size_t job;
    Duration start;
  };

  CsvRows rows_;
  NamedCells row_;
  JobSink& sink_;
  Duration last_{};         ///< the latest moment of the trace so far
  std::vector<Open> open_;  ///< instances without an end
  std::size_t early_ = 0;
};

}  // namespace

bool recognises_dlrm(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_dlrm(LineSource& lines, JobSink& sink) { DlrmReader{lines, sink}.read(); }

}  // namespace sluice::workloads
