// The Acme clusters Seren (Slurm) and Kalos (Kubernetes) of the Shanghai AI Lab.
// Source: https://github.com/InternLM/AcmeTrace; Hu et al., NSDI 2024

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/job_states.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t { job_id, user, gpu_num, cpu_num, type, state, submit_time, start_time, end_time, duration };
constexpr std::array<std::string_view, 10> column_names{"job_id", "user",        "gpu_num",    "cpu_num",  "type",
                                                        "state",  "submit_time", "start_time", "end_time", "duration"};
constexpr auto a_zoned_date = "a date such as 2023-03-01 00:18:22+08:00";

struct ZonedDate {
  Duration clock;   ///< what the wall clock of its zone shows, since 1970
  Duration offset;  ///< of that clock from UTC
};

/// "2023-03-01 00:18:22+08:00"; without a zone it is UTC.
std::optional<ZonedDate> parse_zoned(std::string_view text) {
  const auto sign = text.find_first_of("+-", std::min<std::size_t>(text.size(), 11));
  const auto clock = parse_civil(text.substr(0, sign));
  if (!clock) return std::nullopt;
  if (sign == std::string_view::npos) return ZonedDate{*clock, 0s};
  const auto zone = text.substr(sign);
  if (zone.size() != 6 || zone[3] != ':' || !is_digit(zone[1]) || !is_digit(zone[2]) || !is_digit(zone[4]) ||
      !is_digit(zone[5]))
    return std::nullopt;
  const Duration offset = std::chrono::hours{(zone[1] - '0') * 10 + zone[2] - '0'} +
                          std::chrono::minutes{(zone[4] - '0') * 10 + zone[5] - '0'};
  return ZonedDate{*clock, zone[0] == '-' ? -offset : offset};
}

class AcmeReader {
 public:
  AcmeReader(LineSource& lines, JobSink& sink) : rows_{lines, sink}, row_{rows_, sink, column_names}, sink_{sink} {}

  void read() {
    TimeBase base;
    base.is_calendar = true;
    if (sink_.done() || !sink_.time_base(base)) return;
    for_each_row(rows_, sink_, [this](auto) { read_row(); });
    sink_.assume("dates are on the clock of the first row's time zone");
    sink_.assume("the run time is end_time minus start_time where both are given, else duration");
    sink_.assume(
        "GPUs are asked for as a total, on any nodes; a GPU job's processors, memory and nodes are not asked for");
    sink_.assume("a job's kind is its type");
  }

 private:
  void read_row() {
    const auto submit = date(submit_time);
    if (!submit) return;
    std::optional<Duration> start, end;
    if (row_.is_given(start_time) && !(start = date(start_time))) return;
    if (row_.is_given(end_time) && !(end = date(end_time))) return;
    const auto ran = start && end ? std::optional{*end - *start} : row_.seconds(duration);
    if (!ran) return;
    const auto gpus = row_.whole(gpu_num);
    if (!gpus) return;
    const auto cpus = row_.whole(cpu_num);
    if (!cpus) return;
    const auto outcome = outcome_of_state(row_.text(state));
    if (!outcome) return row_.complain(state, "a job state such as COMPLETED");
    if (!sink_.wants(*submit)) return;
    if (*ran <= 0s) return sink_.skip("run time <= 0");
    if (*gpus <= 0 && *cpus <= 0) return sink_.skip("neither GPUs nor processors");
    JobSpec job;
    job.submit = Time{*submit};
    job.duration = *ran;
    job.request = *gpus > 0 ? sink_.gpus(*gpus) : sink_.tasks(*cpus);
    job.user = sink_.user(row_.text(user));
    job.extras = sink_.kind(row_.text(type));
    job.outcome = *outcome;
    job.exit_code = *outcome == Outcome::failed ? 1 : 0;
    if (!start) return sink_.add(job, row_.text(job_id));
    sink_.add(job, row_.text(job_id), {std::nullopt, Time{*start}, Time{*start + *ran}});
  }

  /// On the clock of the first date's zone, since 1970. nullopt: the row is broken.
  std::optional<Duration> date(Column column) {
    const auto read = parse_zoned(row_.text(column));
    if (!read) return row_.complain(column, a_zoned_date), std::nullopt;
    if (!offset_) offset_ = read->offset;
    return read->clock - read->offset + *offset_;
  }

  CsvRows rows_;
  NamedCells row_;
  JobSink& sink_;
  std::optional<Duration> offset_;  ///< of the first date
};

}  // namespace

bool recognises_acme(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_acme(LineSource& lines, JobSink& sink) { AcmeReader{lines, sink}.read(); }

}  // namespace sluice::workloads
