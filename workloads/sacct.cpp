// What `sacct -P` prints, of Slurm 20.11 to 25: the jobs as they were, with what the cluster's scheduler did with them.
// Source: sacct(1)

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/base/array_tasks.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/numbers.hpp"
#include "workloads/recent_cache.hpp"
#include "workloads/sacct_request.hpp"
#include "workloads/sacct_rows.hpp"
#include "workloads/sbatch_command.hpp"
#include "workloads/time_zone.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

/// The columns that are read. Those up to `state` must be there.
enum Column : std::size_t {
  job_id,
  submit,
  start,
  state,
  eligible,
  end,
  elapsed,
  elapsed_raw,
  limit,
  limit_raw,
  exit_code,
  user,
  account,
  qos,
  partition,
  job_name,
  constraints,
  reservation,
  alloc_tres,
  req_tres,
  req_mem,
  alloc_cpus,
  req_cpus,
  alloc_nodes,
  req_nodes,
  submit_line,
  node_list,
  column_count
};
constexpr std::size_t required_columns = 4;
constexpr std::array<std::string_view, column_count> column_names{
    "JobID",      "Submit",    "Start",        "State",       "Eligible",   "End",     "Elapsed",
    "ElapsedRaw", "Timelimit", "TimelimitRaw", "ExitCode",    "User",       "Account", "QOS",
    "Partition",  "JobName",   "Constraints",  "Reservation", "AllocTRES",  "ReqTRES", "ReqMem",
    "AllocCPUS",  "ReqCPUS",   "AllocNodes",   "ReqNodes",    "SubmitLine", "NodeList"};

enum class Phase { over, pending, running, resizing };

struct State {
  Phase phase = Phase::over;
  Outcome outcome = Outcome::completed;
  bool at_limit = false;  ///< TIMEOUT: the job would have run on
};

/// "CANCELLED by 1000", and what a narrow column makes of a name: "OUT_OF_ME+".
std::optional<State> state_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, State>, 19> states{{
      {"COMPLETED", {}},
      {"FAILED", {Phase::over, Outcome::failed, false}},
      {"TIMEOUT", {Phase::over, Outcome::completed, true}},
      {"CANCELLED", {Phase::over, Outcome::cancelled, false}},
      {"NODE_FAIL", {Phase::over, Outcome::node_fail, false}},
      {"OUT_OF_MEMORY", {Phase::over, Outcome::out_of_memory, false}},
      {"PREEMPTED", {Phase::over, Outcome::cancelled, false}},
      {"DEADLINE", {Phase::over, Outcome::cancelled, false}},
      {"BOOT_FAIL", {Phase::over, Outcome::node_fail, false}},
      {"REVOKED", {Phase::over, Outcome::cancelled, false}},
      {"REQUEUED", {Phase::over, Outcome::cancelled, false}},
      {"SPECIAL_EXIT", {Phase::over, Outcome::failed, false}},
      {"PENDING", {Phase::pending, Outcome::completed, false}},
      {"CONFIGURING", {Phase::running, Outcome::completed, false}},
      {"RUNNING", {Phase::running, Outcome::completed, false}},
      {"SUSPENDED", {Phase::running, Outcome::completed, false}},
      {"COMPLETING", {Phase::running, Outcome::completed, false}},
      {"RESIZING", {Phase::resizing, Outcome::completed, false}},
      {"STOPPED", {Phase::running, Outcome::completed, false}},
  }};
  const auto word = text.substr(0, text.find(' '));
  const bool is_cut = word.ends_with('+');
  const auto shown = is_cut ? word.substr(0, word.size() - 1) : word;
  for (const auto& known : states)
    if (shown == known.first || (is_cut && known.first.starts_with(shown))) return known.second;
  return std::nullopt;
}

/// `123`, `123_4`, `123_[5-9%2]`, `123+1`.
struct JobName {
  std::string_view base, task, component;
};
JobName parse_job_id(std::string_view text) {
  const auto at = text.find_first_of("_+");
  if (at == std::string_view::npos) return {text, {}, {}};
  const auto rest = text.substr(at + 1);
  return text[at] == '_' ? JobName{text.substr(0, at), rest, {}} : JobName{text.substr(0, at), {}, rest};
}

/// Options of the SubmitLine that sacct has no column for. sbatch stops reading options at its script.
SbatchJob read_submit_line(std::string_view line) {
  const auto split = split_shell_words(line);
  const auto is_command = [](const ShellWord& word) {
    return word.text.ends_with("sbatch") || word.text.ends_with("salloc") || word.text.ends_with("srun");
  };
  if (split.words.empty() || !is_command(split.words.front())) return {};
  SbatchCommand command;
  command.take(std::span{split.words}.subspan(1));
  return command.read();
}

class SacctReader {
 public:
  SacctReader(LineSource& lines, JobSink& sink) : rows_{lines}, sink_{sink}, file_{lines.name()} {}

  void read() {
    if (!find_columns() || !find_zone()) return;
    TimeBase base;
    base.is_calendar = true;
    if (!sink_.time_base(base)) return;
    while (!sink_.done() && rows_.next()) read_row();
    for (auto& extras : sink_.workload().extras)
      if (const auto found = array_limits_.find(extras.array); found != array_limits_.end() && !extras.array.empty())
        extras.array_limit = found->second;
    say_assumptions();
  }

 private:
  bool find_columns() {
    if (rows_.header().empty()) return true;  // an empty text: no rows
    at_.fill(absent);
    for (std::size_t i = 0; i < column_count; ++i) at_[i] = rows_.column(column_names[i]).value_or(absent);
    if (at_[job_id] == absent) at_[job_id] = rows_.column("JobIDRaw").value_or(absent);
    for (std::size_t i = 0; i < required_columns; ++i)
      if (at_[i] == absent) lacks(column_names[i]);
    if (at_[elapsed] == absent && at_[elapsed_raw] == absent && at_[end] == absent) lacks("Elapsed");
    return !sink_.done();
  }

  void lacks(std::string_view name) {
    sink_.reject({file_, 1, rows_.header_line().size() + 1},
                 {fmt::format("there is no column '{}'", name), "print all of them with `sacct -P -o ALL`"},
                 rows_.header_line());
  }

  bool find_zone() {
    const std::string& name = sink_.options().timezone;
    if (name.empty()) return true;
    zone_ = TimeZone::named(name);
    if (!zone_)
      sink_.reject({},
                   {fmt::format("--timezone wants a time zone, got '{}'", name),
                    "write UTC, an offset as +02:00, or a name as Europe/Berlin"},
                   {});
    return zone_.has_value();
  }

  std::string_view cell(Column column) const {
    return at_[column] == absent ? std::string_view{} : trim(rows_.cell(at_[column]));
  }

  void read_row() {
    if (rows_.complaint()) {
      sink_.begin_row();
      return sink_.broken(rows_.place(0), *rows_.complaint(), rows_.source_line(0));
    }
    if (cell(job_id).find('.') != std::string_view::npos) return void(++steps_);
    sink_.begin_row();
    note_array_limit();
    const auto submitted = moment(submit);
    const auto now = state_of(cell(state));
    if (!submitted) return broken(submit, "wants a date, got");
    if (!now) return broken(state, "wants a job state, got");
    if (now->phase == Phase::resizing) return note_part(*submitted);
    const auto part = resized_.empty() ? std::nullopt : take_parts();
    if (!sink_.wants(part ? part->submitted : *submitted)) return;
    if (now->phase == Phase::pending) return sink_.skip("still pending in the dump");
    if (now->phase == Phase::running) return sink_.skip("still running in the dump");
    read_ended(*submitted, *now, part);
  }

  /// What a job was until it went on with fewer nodes.
  struct Parts {
    Duration submitted{}, started{}, ran{};
    std::optional<Duration> eligible;
    RequestId request;
  };

  void note_part(Duration submitted) {
    const auto started = moment(start);
    const auto ran = run_time(started);
    if (!started) return broken(start, "wants a date, got");
    if (!ran) return broken(run_time_column(), "wants a length of time, got");
    const auto known = resized_.find(std::string{cell(job_id)});
    if (known != resized_.end()) return void(known->second.ran += *ran);
    resized_[std::string{cell(job_id)}] = {submitted, *started, *ran, moment(eligible), request(read_submit_line(cell(submit_line)))};
  }

  std::optional<Parts> take_parts() {
    auto found = resized_.extract(std::string{cell(job_id)});
    return found.empty() ? std::nullopt : std::optional{found.mapped()};
  }

  void read_ended(Duration submitted, const State& state_now, const std::optional<Parts>& part) {
    auto started = moment(start);
    auto ran = run_time(started);
    if (part && ran) started = part->started, *ran += part->ran;
    const bool never =
        !started || (ran && *ran <= 0s && (cell(node_list) == "None assigned" || cell(alloc_tres).empty()));
    if (never)
      return sink_.skip(state_now.outcome == Outcome::cancelled ? "cancelled before it started" : "never started");
    if (!ran) return broken(run_time_column(), "wants a length of time, got");
    if (*ran <= 0s) return sink_.skip("run time <= 0");
    JobSpec job;
    job.submit = Time{part ? part->submitted : submitted};
    if (!read_limit(job)) return;
    job.duration = *ran;
    if (state_now.at_limit && job.limit) job.duration = std::max(*ran, *job.limit + Duration{1s});
    job.outcome = state_now.outcome;
    job.exit_code = static_cast<std::int16_t>(std::clamp<std::int64_t>(exit_status(), 0, 255));
    add(job, *started, part);
  }

  void add(JobSpec& job, Duration started, const std::optional<Parts>& part) {
    const auto line = read_submit_line(cell(submit_line));
    job.request = part ? part->request : request(line);
    job.user = sink_.user(cell(user));
    job.account = sink_.account(cell(account));
    job.qos = sink_.qos(cell(qos));
    const auto known = part ? part->eligible : moment(eligible);
    job.extras = sink_.extras(extras_of(line, job.submit - Time{}, known));
    RecordedRun history;
    if (known) history.eligible = Time{*known};
    history.start = Time{started};
    if (const auto ended = moment(end)) history.end = Time{*ended};
    sink_.add(job, cell(job_id), history);
  }

  RequestId request(const SbatchJob& line) {
    const auto sharing = line.request.sharing;
    key_.clear();
    for (const auto column :
         {partition, constraints, alloc_tres, req_tres, req_mem, alloc_cpus, req_cpus, alloc_nodes, req_nodes}) {
      key_ += cell(column);
      key_ += '\x1f';
    }
    key_ += static_cast<char>('0' + static_cast<int>(sharing));
    if (const RequestId* known = recent_requests_.find(key_)) return *known;
    auto request = request_of({cell(alloc_tres), cell(req_tres), cell(req_mem), cell(alloc_cpus), cell(req_cpus),
                               cell(alloc_nodes), cell(req_nodes)});
    request.partition = cell(partition);
    request.constraint = cell(constraints);
    request.sharing = sharing;
    const auto id = sink_.request(request);
    recent_requests_.put(key_, id);
    return id;
  }

  /// The plain row unless there is something to say: most jobs have only a name, and names take room.
  JobExtras extras_of(const SbatchJob& line, Duration submitted, std::optional<Duration> eligible_at) {
    JobExtras extras = line.extras;
    extras.name.clear();
    extras.comment.clear();
    const auto name = parse_job_id(cell(job_id));
    if (!name.task.empty()) extras.array = name.base, extras.array_task = parse_whole(name.task);
    if (!name.task.empty() && line.array) extras.array_limit = line.array->limit;
    if (!name.component.empty()) extras.het_group = name.base;
    extras.reservation = cell(reservation);
    const auto licenses = licenses_of(cell(req_tres));
    if (!licenses.empty()) extras.licenses = licenses;
    const bool explained = !extras.dependency.empty() || extras.array_limit;  // the simulation finds out itself
    if (eligible_at && *eligible_at > submitted && !explained) extras.begin = *eligible_at, ++late_;
    if (extras != JobExtras{}) extras.name = cell(job_name);
    return extras;
  }

  /// `123_[5-9%2]`: the tasks not yet started, so many at once.
  void note_array_limit() {
    const auto name = parse_job_id(cell(job_id));
    if (!name.task.starts_with('[')) return;
    const auto array = parse_array(name.task);
    if (array && array->limit) array_limits_[std::string{name.base}] = *array->limit;
  }

  /// A date or, with SLURM_TIME_FORMAT=%s, seconds since 1970 (which are UTC already). nullopt: Unknown.
  std::optional<Duration> moment(Column column) const {
    const auto text = cell(column);
    if (const auto seconds = parse_seconds(text)) return seconds;
    const auto local = parse_civil(text);
    return local && zone_ ? std::optional{zone_->to_utc(*local)} : local;
  }

  Column run_time_column() const {
    for (const auto column : {elapsed_raw, elapsed})
      if (at_[column] != absent) return column;
    return end;
  }
  std::optional<Duration> run_time(std::optional<Duration> started) const {
    if (const auto seconds = parse_seconds(cell(elapsed_raw))) return seconds;
    if (const auto text = cell(elapsed); !text.empty()) {
      const auto length = parse_time(text);
      return length ? length->length : std::nullopt;
    }
    const auto ended = moment(end);
    return started && ended ? std::optional{*ended - *started} : std::nullopt;
  }

  /// Minutes, or a length of time; a job with its partition's limit has none of its own.
  bool read_limit(JobSpec& job) {
    const auto has_limit = [](std::string_view text) { return !text.empty() && text != "Partition_Limit"; };
    const Column column = has_limit(cell(limit_raw)) ? limit_raw : limit;
    const auto text = cell(column);
    if (!has_limit(text)) return true;
    job.limit = parse_time_limit(text);
    if (!job.limit) broken(column, "wants a time limit, got");
    return job.limit.has_value();
  }

  std::int64_t exit_status() const {
    const auto text = cell(exit_code);
    return parse_whole(text.substr(0, text.find(':'))).value_or(0);
  }

  void broken(Column column, std::string_view problem) {
    const auto at = at_[column] == absent ? at_[state] : at_[column];
    sink_.broken(rows_.place(at), {fmt::format("{} {} '{}'", column_names[column], problem, cell(column)), {}},
                 rows_.source_line(at));
  }

  void say_assumptions() {
    sink_.assume(zone_ ? fmt::format("dates are of {}; results and --from are UTC", sink_.options().timezone)
                       : "dates are the cluster's local time; --timezone takes summer time into account");
    sink_.assume(
        "a job asks for what it was given (AllocTRES): as many CPUs, GPUs and memory, and as many nodes if "
        "those were what it had asked for");
    if (steps_ > 0) sink_.assume(fmt::format("{} steps are part of their jobs", steps_));
    if (late_ > 0)
      sink_.assume(
          fmt::format("{} jobs became eligible only after their submission (--begin, holds, dependencies not in "
                      "SubmitLine): they may not begin earlier here",
                      late_));
  }

  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  SacctRows rows_;
  JobSink& sink_;
  std::string file_;
  std::array<std::size_t, column_count> at_{};
  std::optional<TimeZone> zone_;
  RecentCache<RequestId> recent_requests_;
  std::map<std::string, std::int64_t> array_limits_;
  std::map<std::string, Parts> resized_;  ///< by JobID
  std::string key_;
  std::size_t steps_ = 0, late_ = 0;
};

}  // namespace

bool recognises_sacct(std::string_view head) {
  const auto columns = split(head.substr(0, head.find('\n')), '|');
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](auto column) { return equal_ignoring_case(trim(column), name); });
  };
  return columns.size() > 1 && (has("JobID") || has("JobIDRaw")) && (has("State") || has("Submit"));
}

void read_sacct(LineSource& lines, JobSink& sink) { SacctReader{lines, sink}.read(); }

}  // namespace sluice::workloads
