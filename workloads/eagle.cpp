// The public Slurm log of NREL's cluster Eagle.
// Source: https://github.com/NREL/eagle-jobs

#include <array>
#include <optional>
#include <string_view>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/job_states.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t {
  job_id,
  user,
  account,
  qos,
  wallclock_req,
  nodes_req,
  processors_req,
  gpus_req,
  mem_req,
  submit_time,
  start_time,
  run_time,
  state
};
constexpr std::array<std::string_view, 13> column_names{
    "job_id",   "user",    "account",     "qos",        "wallclock_req", "nodes_req", "processors_req",
    "gpus_req", "mem_req", "submit_time", "start_time", "run_time",      "state"};

class EagleReader {
 public:
  EagleReader(LineSource& lines, JobSink& sink) : rows_{lines, sink}, row_{rows_, sink, column_names}, sink_{sink} {}

  void read() {
    TimeBase base;
    base.is_calendar = true;
    if (sink_.done() || !sink_.time_base(base)) return;
    for_each_row(rows_, sink_, [this](auto) { read_row(); });
    sink_.assume("dates are the cluster's local time, US Mountain");
    sink_.assume(
        "a job asks for its nodes, one task of one processor for each of its processors, and its GPUs in total");
    sink_.assume("mem_req is megabytes on all nodes together; partitions have made-up names and are not asked for");
  }

 private:
  void read_row() {
    const auto submit = row_.date(submit_time);
    if (!submit) return;
    const auto ran = row_.seconds(run_time);
    if (!ran) return;
    const auto limit = row_.seconds(wallclock_req);
    if (!limit) return;
    std::optional<Duration> start;
    if (row_.is_given(start_time) && !(start = row_.date(start_time))) return;
    const auto outcome = read_outcome();
    if (!outcome) return;
    const auto request = read_request();
    if (!request || !sink_.wants(*submit)) return;
    if (*ran <= 0s) return sink_.skip("run time <= 0");
    JobSpec job;
    job.submit = Time{*submit};
    job.duration = *ran;
    if (*limit > 0s) job.limit = *limit;
    job.request = sink_.request(*request);
    job.user = sink_.user(row_.text(user));
    job.account = sink_.account(row_.text(account));
    job.qos = sink_.qos(row_.text(qos));
    job.outcome = *outcome;
    job.exit_code = *outcome == Outcome::failed ? 1 : 0;
    if (!start) return sink_.add(job, row_.text(job_id));
    sink_.add(job, row_.text(job_id), {std::nullopt, Time{*start}, Time{*start + *ran}});
  }

  /// A job with a limit that ran into it shows nothing of how its program would have ended.
  std::optional<Outcome> read_outcome() {
    const auto word = row_.text(state);
    const auto outcome = word == "TIMEOUT" ? std::optional{Outcome::completed} : outcome_of_state(word);
    if (!outcome) row_.complain(state, "a job state such as COMPLETED");
    return outcome;
  }

  std::optional<JobRequest> read_request() {
    const auto nodes = row_.whole(nodes_req);
    if (!nodes) return std::nullopt;
    const auto processors = row_.whole(processors_req);
    if (!processors) return std::nullopt;
    const auto gpus = row_.whole(gpus_req);
    if (!gpus) return std::nullopt;
    const auto memory = row_.whole(mem_req);
    if (!memory) return std::nullopt;
    JobRequest request;
    if (*nodes > 0) request.min_nodes = request.max_nodes = *nodes;
    if (*processors > 0) request.ntasks = *processors;
    if (*gpus > 0) request.gpus.push_back({"gpu", {}, *gpus});
    if (*memory > 0) request.mem_per_node = Megabytes{*nodes > 0 ? (*memory + *nodes - 1) / *nodes : *memory};
    return request;
  }

  CsvRows rows_;
  NamedCells row_;
  JobSink& sink_;
};

}  // namespace

bool recognises_eagle(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_eagle(LineSource& lines, JobSink& sink) { EagleReader{lines, sink}.read(); }

}  // namespace sluice::workloads
