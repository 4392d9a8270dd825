#include "workloads/live_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/size.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"
#include "workloads/sacct_request.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t {
  job_id, state, submit, limit,  // needed
  start, used, node_list, cpus,  // needed of running jobs
  user, account, partition, qos, nodes, tres_per_node, min_memory, features, dependency, reason, name, alloc_tres,
  req_tres, req_cpus, req_nodes, share, duration, cpus_per_node, nice,
  column_count
};
constexpr std::size_t needed_columns = 4, needed_of_runs = 8;

/// As squeue -o calls them, then as sacct does, or scontrol; empty: only one name.
constexpr std::array<std::array<std::string_view, 3>, column_count> column_names{{
    {"JOBID", "JobID", ""},
    {"STATE", "State", ""},
    {"SUBMIT_TIME", "Submit", ""},
    {"TIME_LIMIT", "Timelimit", ""},
    {"START_TIME", "Start", ""},
    {"TIME", "Elapsed", ""},
    {"NODELIST", "NodeList", "NODELIST(REASON)"},
    {"CPUS", "AllocCPUS", "NCPUS"},
    {"USER", "User", ""},
    {"ACCOUNT", "Account", ""},
    {"PARTITION", "Partition", ""},
    {"QOS", "QOS", ""},
    {"NODES", "AllocNodes", "NNodes"},
    {"TRES_PER_NODE", "GRES", ""},
    {"MIN_MEMORY", "", ""},
    {"FEATURES", "Constraints", ""},
    {"DEPENDENCY", "", ""},
    {"REASON", "Reason", ""},
    {"NAME", "JobName", ""},
    {"TRES_ALLOC", "AllocTRES", ""},
    {"TRES_REQ", "ReqTRES", ""},
    {"REQ_CPUS", "ReqCPUS", ""},
    {"REQ_NODES", "ReqNodes", ""},
    {"OVER_SUBSCRIBE", "", ""},
    {"DURATION", "", ""},
    {"CPUS_PER_NODE", "", ""},
    {"NICE", "", ""},
}};

constexpr const char* squeue_line =
    "squeue -ar -o '%i|%u|%a|%P|%q|%T|%V|%S|%l|%M|%D|%C|%b|%m|%h|%N|%f|%E|%r' prints what is wanted";

/// One GRES of "gres:gpu:a100:4", "gres/gpu:4" or "gpu:4".
struct Gres {
  std::string_view type;
  std::int64_t count = 0;
};
std::optional<Gres> gpus_of(std::string_view text) {
  for (auto item : split(text, ',')) {
    item = trim(item);
    for (const std::string_view prefix : {"gres:", "gres/"})
      if (item.starts_with(prefix)) item.remove_prefix(prefix.size());
    if (!item.starts_with("gpu")) continue;
    std::vector<std::string_view> parts;
    for (const auto part : split(item.substr(0, item.find('(')), ':')) parts.push_back(part);
    const auto count = parts.size() < 2 ? std::optional<std::int64_t>{1} : parse_whole(parts.back());
    if (!count) return std::nullopt;
    return Gres{parts.size() > 2 ? parts[1] : std::string_view{}, *count};
  }
  return Gres{};
}

/// MB of "64000M" or "62.50G"; 0 for what is neither.
std::int64_t read_memory(std::string_view text) {
  const auto unit = text.empty() ? std::string_view::npos : std::string_view{"MGTP"}.find(text.back());
  const auto number = parse_number(unit == std::string_view::npos ? text : text.substr(0, text.size() - 1));
  return number ? std::llround(std::ldexp(*number, unit == std::string_view::npos ? 0 : static_cast<int>(unit) * 10)) : 0;
}

/// cpu=4,mem=16G,node=1,gres/gpu=2 or gres/gpu:a100=2
struct Tres {
  std::int64_t memory = 0, gpus = 0;
  std::string_view gpu_type;
};
Tres read_tres(std::string_view text) {
  Tres tres;
  for (const auto item : split(text, ',')) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trim(item.substr(0, equals)), value = trim(item.substr(equals + 1));
    if (key == "mem") tres.memory = read_memory(value);
    if (key == "gres/gpu") tres.gpus = std::max(tres.gpus, parse_whole(value).value_or(0));
    if (key.starts_with("gres/gpu:")) {
      tres.gpu_type = key.substr(std::string_view{"gres/gpu:"}.size());
      tres.gpus = std::max(tres.gpus, parse_whole(value).value_or(0));
    }
  }
  return tres;
}

/// "afterok:12_*(unfulfilled),singleton(unfulfilled)" as sbatch would be told it.
std::string plain_dependency(std::string_view text) {
  std::string plain;
  bool inside = false;
  for (const char c : text) {
    if (c == '(') inside = true;
    if (!inside) plain += c;
    if (c == ')') inside = false;
  }
  for (auto at = plain.find("_*"); at != std::string::npos; at = plain.find("_*")) plain.erase(at, 2);
  return plain;
}

/// "8(x3),2": values and how often each stands.
std::vector<std::int64_t> expand_counts(std::string_view text) {
  std::vector<std::int64_t> values;
  for (const auto item : split(text, ',')) {
    const auto open = item.find("(x");
    const auto value = parse_whole(item.substr(0, open));
    const auto times = open == std::string_view::npos
                           ? std::optional<std::int64_t>{1}
                           : parse_whole(item.substr(open + 2, item.size() - open - 3));
    if (!value || !times || *times > 1'000'000) return {};
    values.insert(values.end(), static_cast<std::size_t>(*times), *value);
  }
  return values;
}

bool means_nothing(std::string_view text) {
  return text.empty() || text == "N/A" || text == "(null)" || text == "None" || text == "Unknown" || text == "None assigned";
}

/// squeue says this of a job that is held because its reservation is no more.
bool is_of_deleted_reservation(std::string_view reason) {
  return reason == "ReservationDeleted" || (reason.starts_with("Reservation") && reason.ends_with("deleted"));
}

class StateReader {
 public:
  StateReader(const SourceText& text, const RunTimeModel& run_times, Diagnostics& diags)
      : text_{text}, run_times_{run_times}, diags_{diags} {}

  std::optional<LiveState> read() {
    const std::size_t before = diags_.errors();
    if (!read_header()) return std::nullopt;
    for (row_ = header_row_ + 1; row_ <= text_.lines.size(); ++row_)
      if (!trim(text_.line(row_)).empty()) note_moment();
    for (row_ = header_row_ + 1; row_ <= text_.lines.size(); ++row_)
      if (!trim(text_.line(row_)).empty()) read_row();
    if (diags_.errors() > before) return std::nullopt;
    if (live_.workload.jobs.empty()) {
      diags_.error({text_.name, 0, 0}, "holds no running and no pending job", squeue_line);
      return std::nullopt;
    }
    finish();
    return std::move(live_);
  }

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  bool read_header() {
    header_row_ = 1;
    while (header_row_ < text_.lines.size() && trim(text_.line(header_row_)).empty()) ++header_row_;
    const auto header = text_.line(header_row_);
    at_.fill(absent);
    std::size_t column = 0;
    for (const auto cell : split(header, '|')) {
      for (std::size_t c = 0; c < column_count; ++c)
        for (const auto known : column_names[c])
          if (!known.empty() && equal_ignoring_case(trim(cell), known) && at_[c] == absent) at_[c] = column;
      ++column;
    }
    columns_ = column;
    bool fine = true;
    for (std::size_t c = 0; c < needed_columns; ++c)
      if (at_[c] == absent) {
        diags_.error({text_.name, header_row_, 1}, fmt::format("there is no column {}", column_names[c][0]), squeue_line, header);
        fine = false;
      }
    live_.workload.format = "state";
    live_.workload.time_base.is_calendar = true;
    return fine;
  }

  std::string_view cell(Column column) {
    if (at_[column] == absent) return {};
    std::size_t n = 0;
    for (const auto one : split(text_.line(row_), '|'))
      if (n++ == at_[column]) return trim(one);
    return {};
  }
  Location place(Column column) {
    const auto text = cell(column);
    if (at_[column] == absent || text.data() == nullptr) return {text_.name, row_, 1};
    return {text_.name, row_, static_cast<std::size_t>(text.data() - text_.line(row_).data()) + 1};
  }
  void broken(Column column, std::string_view what, std::string hint = {}) {
    diags_.error(place(column), fmt::format("{} {} '{}'", column_names[column][0], what, cell(column)), std::move(hint),
                 text_.line(row_));
  }

  std::optional<Duration> moment(Column column) {
    const auto text = cell(column);
    if (const auto date = parse_civil(text)) return date;
    const auto seconds = parse_seconds(text);
    if (seconds) live_.workload.time_base.is_calendar = false;
    return seconds;
  }

  enum class Kind { pending, running, suspended, other };
  Kind kind() {
    const auto text = cell(state);
    if (text == "PENDING" || text == "PD" || text == "SPECIAL_EXIT" || text == "SE") return Kind::pending;
    if (text == "RUNNING" || text == "R" || text == "CONFIGURING" || text == "CF" || text == "RESIZING") return Kind::running;
    if (text == "SUSPENDED" || text == "S") return Kind::suspended;
    return Kind::other;
  }

  std::optional<Duration> time_used() {
    const auto text = cell(used);
    if (const auto length = parse_time(text)) return length->length;
    return std::nullopt;
  }

  void note_moment() {
    const Kind is = kind();
    const auto submitted = moment(submit);
    if (is == Kind::other || !submitted) return;
    latest_submit_ = std::max(latest_submit_.value_or(*submitted), *submitted);
    if (is != Kind::running) return;
    const auto began = moment(start);
    const auto length = time_used();
    if (began && length) now_ = std::max(now_.value_or(*began + *length), *began + *length);
  }
  Duration now() const { return std::max(now_.value_or(Duration::min()), latest_submit_.value_or(Duration{})); }

  void read_row() {
    const auto cells = split(text_.line(row_), '|').size();
    if (cells != columns_) {
      diags_.error({text_.name, row_, 1}, fmt::format("{} cells under a header of {}", cells, columns_),
                   "leave out columns that may hold bars, as names", text_.line(row_));
      return;
    }
    ++live_.workload.report.rows;
    const Kind is = kind();
    if (is == Kind::other) return note_other();
    if (cell(job_id).find('[') != std::string_view::npos)
      return broken(job_id, "is several tasks in one row:", "print a row a task: squeue -r, sacct --array");
    if (!ids_.insert(std::string{cell(job_id)}).second) return broken(job_id, "is there twice:");
    const auto submitted = moment(submit);
    if (!submitted) return broken(submit, "wants a moment, got");
    JobSpec job;
    job.submit = Time{*submitted};
    if (!read_limit(job)) return;
    if (is == Kind::pending)
      add_pending(job);
    else
      add_running(job, is == Kind::suspended);
  }

  void note_other() {
    for (auto& entry : live_.workload.report.skipped)
      if (entry.first == other_cause(cell(state))) return void(++entry.second);
    live_.workload.report.skipped.emplace_back(other_cause(cell(state)), 1);
  }
  static std::string other_cause(std::string_view state_text) { return fmt::format("neither pending nor running: {}", state_text); }

  bool read_limit(JobSpec& job) {
    const auto text = cell(limit);
    if (means_nothing(text) || text == "Partition_Limit" || text == "NOT_SET") return true;
    const auto length = parse_time(text);
    if (!length) return broken(limit, "wants a time limit, got"), false;
    job.limit = length->length;  // absent: UNLIMITED
    return true;
  }

  /// How long a job will run in all: what its row says, else the model.
  bool read_duration(JobSpec& job) {
    if (at_[duration] != absent && !means_nothing(cell(duration))) {
      const auto told = parse_seconds(cell(duration));
      if (!told || *told <= 0s) return broken(duration, "wants seconds above 0, got"), false;
      job.duration = *told;
      return true;
    }
    job.duration = run_times_.without_limit;
    if (job.limit)
      job.duration = Duration{std::llround(static_cast<double>(job.limit->count()) * run_times_.share_of_limit)};
    job.duration = std::max<Duration>(job.duration, 1ms);
    return true;
  }

  void name_owner(JobSpec& job) {
    Workload& w = live_.workload;
    job.user = w.users.intern(cell(user));
    job.account = w.accounts.intern(means_nothing(cell(account)) ? std::string_view{} : cell(account));
    job.qos = w.qos.intern(means_nothing(cell(qos)) ? std::string_view{} : cell(qos));
  }

  /// Nodes, CPUs, memory and GPUs as sacct's TRES: what request_of() understands.
  bool read_request(JobSpec& job, LiveRun* run) {
    const auto count = [&](Column column, Column other) -> std::optional<std::int64_t> {
      if (const auto text = cell(column); !means_nothing(text) && text != "0") return parse_whole(text);
      if (const auto text = cell(other); !means_nothing(text)) return parse_whole(text);
      return 1;
    };
    const auto node_count = count(nodes, req_nodes);
    const auto cpu_count = count(cpus, req_cpus);
    if (!node_count || *node_count < 1) return broken(nodes, "wants a count, got"), false;
    if (!cpu_count || *cpu_count < 1) return broken(cpus, "wants a count, got"), false;
    Tres tres;
    std::string tres_text;
    if (const auto given = !means_nothing(cell(alloc_tres)) ? cell(alloc_tres) : cell(req_tres); !means_nothing(given)) {
      tres = read_tres(given);
      tres_text = given;
    } else {
      const auto gpus = gpus_of(cell(tres_per_node));
      if (!gpus) return broken(tres_per_node, "wants gres:gpu:COUNT, got"), false;
      tres.gpus = gpus->count * *node_count;
      tres.gpu_type = gpus->type;
      auto memory_text = cell(min_memory);
      const bool per_cpu = memory_text.ends_with('c');
      if (per_cpu || memory_text.ends_with('n')) memory_text.remove_suffix(1);
      if (!means_nothing(memory_text)) {
        const auto memory = parse_memory(memory_text);
        if (!memory) return broken(min_memory, "wants a size, got"), false;
        tres.memory = memory->value * (per_cpu ? *cpu_count : *node_count);
      }
      tres_text = fmt::format("cpu={},node={}", *cpu_count, *node_count);
      if (tres.memory > 0) tres_text += fmt::format(",mem={}M", tres.memory);
      if (tres.gpus > 0)
        tres_text += fmt::format(",gres/gpu={}{}", tres.gpus, tres.gpu_type.empty() ? std::string{}
                                                              : fmt::format(",gres/gpu:{}={}", tres.gpu_type, tres.gpus));
    }
    const std::string node_text = std::to_string(*node_count), cpu_text = std::to_string(*cpu_count);
    auto request = request_of({tres_text, tres_text, {}, cpu_text, cpu_text, node_text, node_text});
    request.partition = cell(partition);
    if (!means_nothing(cell(features))) request.constraint = cell(features);
    if (cell(share) == "NO") request.sharing = Sharing::exclusive;
    job.request = live_.workload.intern(request);
    if (run == nullptr) return true;
    run->cpus = *cpu_count;
    run->memory = tres.memory;
    run->gpus = tres.gpus;
    run->gpu_type = tres.gpu_type;
    return true;
  }

  void add(const JobSpec& job) {
    live_.workload.jobs.push_back(job);
    live_.workload.add_id(cell(job_id));
  }

  void name_task(JobExtras& extras) {
    const auto id = cell(job_id);
    const auto bar = id.find('_');
    if (bar == std::string_view::npos) return;
    extras.array = id.substr(0, bar);
    extras.array_task = parse_whole(id.substr(bar + 1));
  }

  void add_extras(JobSpec& job, JobExtras extras) {
    extras.name = cell(name);
    if (!means_nothing(cell(nice)) && cell(nice) != "0") extras.nice = parse_whole(cell(nice)).value_or(0);
    if (JobExtras plain; plain.name = extras.name, extras == plain) return;
    job.extras = static_cast<std::uint32_t>(live_.workload.extras.size());
    live_.workload.extras.push_back(std::move(extras));
  }

  void add_pending(JobSpec job) {
    if (!read_request(job, nullptr) || !read_duration(job)) return;
    name_owner(job);
    JobExtras extras;
    name_task(extras);
    if (!means_nothing(cell(dependency))) extras.dependency = plain_dependency(cell(dependency));
    const auto why = cell(reason);
    extras.hold = why == "JobHeldUser" || why == "JobHeldAdmin" || why == "job_requeued_in_held_state" ||
                  why == "job requeued in held state" || is_of_deleted_reservation(why);
    if (why == "DependencyNeverSatisfied") extras.hold = true, extras.dependency.clear(), ++never_;
    if (why == "BeginTime")
      if (const auto at = moment(start)) extras.begin = *at;
    add_extras(job, std::move(extras));
    add(job);
  }

  void add_running(JobSpec job, bool is_suspended) {
    for (std::size_t c = needed_columns; c < needed_of_runs; ++c)
      if (at_[c] == absent) return broken(job_id, fmt::format("runs, but there is no column {}:", column_names[c][0]), squeue_line);
    LiveRun run;
    run.job = cell(job_id);
    run.is_suspended = is_suspended;
    run.nodes = cell(node_list);
    run.at = place(node_list);
    run.cpus_at = place(cpus);
    run.line = text_.line(row_);
    if (means_nothing(run.nodes)) return broken(node_list, "wants the nodes of a job that runs, got");
    const auto began = moment(start);
    if (!began) return broken(start, "wants a moment, got");
    if (!time_used()) return broken(used, "wants a length of time, got");
    if (!read_request(job, &run) || !read_duration(job)) return;
    if (!means_nothing(cell(cpus_per_node))) run.cpus_by_node = expand_counts(cell(cpus_per_node));
    run.start = *began;
    const Duration elapsed = now() - *began;
    if (job.duration <= elapsed) job.duration = job.limit && *job.limit > elapsed ? *job.limit : elapsed + 1s;
    job.submit = std::min(job.submit, Time{*began});
    name_owner(job);
    JobExtras extras;
    name_task(extras);
    add_extras(job, std::move(extras));
    add(job);
    live_.running.push_back(std::move(run));
  }

  void finish() {
    Workload& w = live_.workload;
    live_.now = now();
    std::stable_sort(live_.running.begin(), live_.running.end(), [](const LiveRun& a, const LiveRun& b) { return a.start < b.start; });
    const auto running = live_.running.size();
    w.report.assumptions.push_back(
        fmt::format("{} running and {} pending jobs as of {}; running ones hold what they hold until {} of their limits",
                    running, w.jobs.size() - running,
                    w.time_base.is_calendar ? format_civil(live_.now) : fmt::format("{}", to_seconds(live_.now)),
                    run_times_.share_of_limit == 1 ? "the end" : fmt::format("{:g}", run_times_.share_of_limit)));
    if (never_ > 0)
      w.report.assumptions.push_back(
          fmt::format("{} jobs wait for something that can never be (DependencyNeverSatisfied): they are held", never_));
    w.finish();
  }

  const SourceText& text_;
  const RunTimeModel& run_times_;
  Diagnostics& diags_;
  std::array<std::size_t, column_count> at_{};
  std::size_t columns_ = 0, header_row_ = 1, row_ = 1;
  std::optional<Duration> now_, latest_submit_;
  std::size_t never_ = 0;
  std::unordered_set<std::string> ids_;
  LiveState live_;
};

}  // namespace

std::optional<LiveState> read_live_state(const SourceText& text, const RunTimeModel& run_times, Diagnostics& diags) {
  return StateReader{text, run_times, diags}.read();
}

}  // namespace sluice::workloads
