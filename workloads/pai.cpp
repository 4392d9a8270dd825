// Alibaba's PAI cluster of 2020: the task table with the job table beside it, and the short form of GPU tasks.
// Source: https://github.com/alibaba/clusterdata, cluster-trace-gpu-v2020; Weng et al., NSDI 2022

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/base/text.hpp"
#include "workloads/byte_source.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

namespace brief {
enum Column : std::size_t { job_id, arrival, service, gpu_count };
constexpr std::array<std::string_view, 4> names{"job_id", "arrival_s", "service_sec", "gpu_count"};
/// What sets its ids apart from those of Helios, which has the same columns.
constexpr std::string_view id_prefix = "ali-";
}  // namespace brief

namespace task {
enum Column : std::size_t {
  job_name,
  task_name,
  inst_num,
  status,
  start_time,
  end_time,
  plan_cpu,
  plan_mem,
  plan_gpu,
  gpu_type
};
constexpr std::array<std::string_view, 10> names{"job_name", "task_name", "inst_num", "status",   "start_time",
                                                 "end_time", "plan_cpu",  "plan_mem", "plan_gpu", "gpu_type"};
}  // namespace task

namespace job {
enum Column : std::size_t { job_name, inst_id, user, status, start_time, end_time };
constexpr std::array<std::string_view, 6> names{"job_name", "inst_id", "user", "status", "start_time", "end_time"};
}  // namespace job

constexpr std::size_t instance_columns = 9;
constexpr std::size_t instance_status = 5;

bool is_status(std::string_view text) {
  for (const std::string_view known : {"Terminated", "Failed", "Running", "Waiting", "Interrupted"})
    if (text == known) return true;
  return false;
}

/// Whether the first row, which is a header or not, is one of a table with `columns` cells and its status at `status`.
bool is_table(std::span<const std::string> first_row, std::size_t columns, std::size_t status) {
  return first_row.size() == columns && (is_status(first_row[status]) || first_row[status] == "status");
}

bool is_brief(std::string_view head) {
  if (!has_columns(header_cells(head), brief::names)) return false;
  const auto second = head.find('\n');
  return second != std::string_view::npos && head.substr(second + 1).starts_with(brief::id_prefix);
}

/// Who submitted each job, and when. Memory goes with the table, 1.06 million jobs in the published one.
class JobTable {
 public:
  struct Entry {
    std::string user;
    std::optional<Duration> submit;
  };

  /// The job table beside a task table: same folder, "job" in its name where the other has "task". False: there is
  /// none.
  bool load_beside(const std::string& task_table, JobSink& sink) {
    const auto file = file_beside(task_table);
    if (file.empty()) return false;
    sink.note_file(file);
    auto bytes = open_bytes(file, sink.diagnostics());
    if (bytes == nullptr) return false;
    LineSource lines{file.string(), std::move(bytes)};
    CsvRows rows{lines, sink, job::names};
    const NamedCells row{rows, sink, job::names};
    while (!sink.done() && rows.next()) {
      if (rows.complaint())
        sink.broken(rows.place(rows.suspect()), *rows.complaint(), rows.source_line(rows.suspect()));
      else
        read_row(row);
    }
    if (!lines.failure().empty())
      sink.reject({lines.name(), lines.line(), 0}, {"cannot read on: " + lines.failure(), {}}, {});
    return true;
  }

  const Entry* find(std::string_view name) const {
    const auto found = entries_.find(std::string{name});
    return found == entries_.end() ? nullptr : &found->second;
  }

 private:
  static std::filesystem::path file_beside(const std::filesystem::path& task_table) {
    auto name = task_table.filename().string();
    const auto at = name.find("task");
    if (at == std::string::npos) return {};
    name.replace(at, 4, "job");
    const auto stem = name.substr(0, name.find('.'));
    for (const auto& candidate : {name, stem + ".csv", stem + ".csv.gz", stem + ".csv.zst"}) {
      std::error_code failed;
      auto file = task_table.parent_path() / candidate;
      if (std::filesystem::exists(file, failed)) return file;
    }
    return {};
  }

  void read_row(const NamedCells& row) {
    std::optional<Duration> submit;
    if (row.is_given(job::start_time) && !(submit = row.seconds(job::start_time))) return;
    entries_.try_emplace(std::string{row.text(job::job_name)}, Entry{std::string{row.text(job::user)}, submit});
  }

  std::unordered_map<std::string, Entry> entries_;
};

class TaskReader {
 public:
  TaskReader(LineSource& lines, JobSink& sink)
      : file_{lines.name()}, rows_{lines, sink, task::names}, row_{rows_, sink, task::names}, sink_{sink} {}

  void read() {
    if (sink_.done() || !sink_.time_base({})) return;
    const bool has_jobs = jobs_.load_beside(file_, sink_);
    if (!sink_.done()) for_each_row(rows_, sink_, [this](auto) { read_row(); });
    if (has_jobs)
      sink_.assume("a task is submitted when its job starts in the job table beside the task table");
    else
      sink_.assume(
          "there is no job table beside the task table: tasks are submitted when they start, users are unknown");
    sink_.assume(
        "a task is a job of inst_num tasks anywhere; CPUs and GPUs (percent of one) are rounded up to whole ones");
    sink_.assume("a share of a GPU is asked for as one whole GPU, the share kept beside it");
    sink_.assume(
        "gpu_type is what a task was given, not what it asked for, and is not used; nor is the instance table");
    sink_.assume("hours and weekdays are those of UTC+8 when 0 is taken for 1970-01-01T08:00:00; dates are unknown");
  }

 private:
  void read_row() {
    std::optional<Duration> start, end;
    if (row_.is_given(task::start_time) && !(start = row_.seconds(task::start_time))) return;
    if (row_.is_given(task::end_time) && !(end = row_.seconds(task::end_time))) return;
    const auto status = row_.text(task::status);
    if (!is_status(status)) return row_.complain(task::status, "Terminated, Failed, Running, Waiting or Interrupted");
    const auto request = read_request();
    if (!request) return;
    const auto* owner = jobs_.find(row_.text(task::job_name));
    const auto submit = owner != nullptr && owner->submit ? owner->submit : start;
    if (!submit) return sink_.skip("no start time");
    if (!sink_.wants(*submit)) return;
    if (!start || !end) return sink_.skip("no start or end time");
    if (*end <= *start) return sink_.skip("run time <= 0");
    JobSpec job;
    job.submit = Time{*submit};
    job.duration = *end - *start;
    job.request = sink_.request(*request);
    if (status != "Terminated") {
      job.outcome = Outcome::failed;
      job.exit_code = 1;
    }
    add(job, owner, *start, *end);
  }

  void add(JobSpec& job, const JobTable::Entry* owner, Duration start, Duration end) {
    const auto id = fmt::format("{}-{}", row_.text(task::job_name), row_.text(task::task_name));
    if (owner == nullptr) return sink_.add(job, id);
    job.user = sink_.user(owner->user);
    sink_.add(job, id, {std::nullopt, Time{start}, Time{end}});
  }

  /// Percent of one, not negative; 0 when the cell is blank. nullopt: the row is broken.
  std::optional<double> amount(task::Column column) {
    if (!row_.is_given(column)) return 0.0;
    const auto value = row_.number(column);
    if (value && (*value < 0.0 || *value > 1e8)) return row_.complain(column, "an amount from 0 on"), std::nullopt;
    return value;
  }

  std::optional<JobRequest> read_request() {
    JobRequest request;
    if (row_.is_given(task::inst_num) && !(request.ntasks = row_.whole(task::inst_num))) return std::nullopt;
    const auto cpu = amount(task::plan_cpu);
    if (!cpu) return std::nullopt;
    const auto gib = amount(task::plan_mem);
    if (!gib) return std::nullopt;
    const auto gpu = amount(task::plan_gpu);
    if (!gpu) return std::nullopt;
    request.ntasks = std::max<std::int64_t>(1, request.ntasks.value_or(1));
    request.cpus_per_task = std::max<std::int64_t>(1, std::llround(std::ceil(*cpu / 100.0)));
    if (*gib > 0.0)
      request.mem_per_cpu =
          Megabytes{std::llround(std::ceil(*gib * 1024.0 / static_cast<double>(*request.cpus_per_task)))};
    if (*gpu > 0.0) request.gpus_per_task.push_back({"gpu", {}, std::llround(std::ceil(*gpu / 100.0))});
    if (*gpu > 0.0 && *gpu < 100.0) request.gpu_share = *gpu / 100.0;
    return request;
  }

  std::string file_;
  CsvRows rows_;
  NamedCells row_;
  JobSink& sink_;
  JobTable jobs_;
};

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

void read_brief(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, brief::names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_brief_row(row, sink); });
  sink.assume("arrivals are the starts of tasks; run times end at 48 h; shares of a GPU were rounded up to one");
  sink.assume(gpus_in_total);
}

}  // namespace

bool recognises_pai(std::string_view head) {
  const auto first = header_cells(head);
  return is_brief(head) || is_table(first, task::names.size(), task::status) ||
         is_table(first, job::names.size(), job::status) || is_table(first, instance_columns, instance_status);
}

void read_pai(LineSource& lines, JobSink& sink) {
  const auto first = header_cells(lines.head());
  if (has_columns(first, brief::names)) return read_brief(lines, sink);
  if (is_table(first, job::names.size(), job::status) || is_table(first, instance_columns, instance_status))
    return sink.reject({lines.name()},
                       {"this table does not say what the jobs asked for",
                        "give pai_task_table.csv; pai_job_table.csv beside it is read along"},
                       {});
  TaskReader{lines, sink}.read();
}

}  // namespace sluice::workloads
