// The native trace: CSV whose columns are sbatch's long options, plus when a job was submitted and how long it ran.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/array_tasks.hpp"
#include "simulator/base/civil_time.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/extras_columns.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/numbers.hpp"
#include "workloads/recent_cache.hpp"
#include "workloads/sbatch_options.hpp"
#include "workloads/state_words.hpp"
#include "workloads/task_values.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

/// Columns about the job itself; all others are sbatch options that make up its request.
enum Field : std::size_t {
  job_id,
  submit,
  duration,
  time_limit,
  exact_limit,
  user,
  account,
  qos,
  exit_code,
  state,
  begin_at,
  deadline_at,
  eligible_at,
  start_at,
  end_at,
  gpu_share,
  array_spec,
  field_count
};

struct FieldName {
  std::string_view name;
  Field field;
};
constexpr FieldName field_names[] = {
    {"job-id", job_id},     {"id", job_id},           {"submit", submit},     {"t", submit},
    {"duration", duration}, {"time", time_limit},     {"limit", exact_limit}, {"user", user},
    {"account", account},   {"qos", qos},             {"exit-code", exit_code}, {"exit", exit_code},
    {"state", state},       {"begin", begin_at},      {"deadline", deadline_at}, {"eligible", eligible_at},
    {"start", start_at},    {"end", end_at},          {"gpu-share", gpu_share},
    {"array", array_spec},
};

/// What a job without a limit of its own plans with: a year, as Slurm's planner does for UNLIMITED.
constexpr Duration unlimited = std::chrono::hours{24 * 365};
/// Numbers beyond this are unix times: no trace waits three years for its first job.
constexpr Duration calendar_from = 100'000'000s;

/// "CPUs_per_task" -> "cpus-per-task".
std::string canonical(std::string_view header) {
  std::string name = to_lower(header);
  for (char& c : name) c = c == '_' ? '-' : c;
  return name;
}

std::optional<Field> field_named(std::string_view name) {
  for (const auto& known : field_names)
    if (known.name == name) return known.field;
  return std::nullopt;
}

const ExtrasColumn* extras_column_named(std::string_view name) {
  for (const auto& known : extras_columns())
    if (known.name == name) return &known;
  return nullptr;
}

const SbatchOption* option_named(std::string_view name) {
  for (const auto& option : sbatch_options())
    if (option.name == name) return &option;
  return nullptr;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const auto& known : field_names) names.push_back(known.name);
  for (const auto& column : extras_columns()) names.push_back(column.name);
  for (const auto& option : sbatch_options()) names.push_back(option.name);
  return names;
}

/// In (0, 1).
std::optional<double> parse_share(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0 && value < 1)) return std::nullopt;
  return value;
}

class NativeReader {
 public:
  NativeReader(LineSource& lines, JobSink& sink) : rows_{lines, sink}, sink_{sink} {
    at_.fill(absent);
    read_header();
  }

  void read() {
    for_each_row(rows_, sink_, [this](auto cells) { read_row(cells); });
  }

 private:
  using Cells = std::span<const std::string_view>;
  struct OptionColumn {
    std::size_t column;
    const SbatchOption* option;
  };
  struct TextColumn {
    std::size_t column;
    const ExtrasColumn* meaning;
  };
  /// A column to warn of at its first use.
  struct Unused {
    std::size_t column;
    std::string_view problem;
  };
  static constexpr std::string_view not_modelled = "is not modelled yet and has no effect";
  static constexpr std::string_view not_simulated = "is recorded, but not simulated yet";
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  void read_header() {
    if (sink_.done()) return;
    const auto header = rows_.header();
    std::vector<std::string> seen;
    for (std::size_t column = 0; column < header.size(); ++column) {
      const auto name = seen.emplace_back(canonical(header[column]));
      if (std::find(seen.begin(), seen.end() - 1, name) != seen.end() - 1)
        complain_of_header(column, {fmt::format("column '{}' is there twice", header[column]), {}});
      else
        place_column(column, name);
    }
    if (header.empty() || sink_.done()) return;
    require(submit, "submit", "when the job was submitted: seconds or a date");
    require(duration, "duration", "how long the job ran, in seconds");
  }

  void place_column(std::size_t column, const std::string& name) {
    if (const auto field = field_named(name)) {
      if (at_[*field] != absent)
        complain_of_header(column, {fmt::format("column '{}' says the same as '{}'", rows_.header()[column],
                                                rows_.header()[at_[*field]]),
                                    {}});
      at_[*field] = column;
    } else if (const ExtrasColumn* text = extras_column_named(name)) {
      texts_.push_back({column, text});
      if (text->effect == ColumnEffect::not_simulated) unused_.push_back({column, not_simulated});
    } else if (const SbatchOption* option = option_named(name)) {
      if (option->read != nullptr) options_.push_back({column, option});
      if (option->kind == OptionKind::not_modelled) unused_.push_back({column, not_modelled});
    } else {
      complain_of_header(column,
                         {fmt::format("unknown column '{}'", rows_.header()[column]), did_you_mean(name, all_names())});
    }
  }

  void require(Field field, std::string_view name, std::string_view meaning) {
    if (at_[field] == absent)
      complain_of_header(rows_.header().size(), {fmt::format("there is no column '{}'", name), std::string{meaning}});
  }
  void complain_of_header(std::size_t column, Complaint complaint) {
    sink_.reject(rows_.header_place(column), std::move(complaint), rows_.source_line(column));
  }

  /// A row is a job, or with --array as many as the array has tasks.
  struct Row {
    JobSpec job;
    JobExtras extras;
    RecordedRun history;
    TaskDurations durations;
    TaskExitCodes exit_codes;
    std::optional<ArrayTasks> array;
    bool state_given = false;  ///< its outcome is from the state column, whatever the exit code
  };

  void read_row(Cells cells) {
    const auto submitted = read_submit(cells);
    if (!submitted || !sink_.wants(*submitted)) return;
    Row row;
    row.job.submit = Time{*submitted};
    if (!read_array(cells, row) || !read_durations(cells, row)) return;
    if (!read_limit(cells, row.job) || !read_end(cells, row)) return;
    const auto request = read_request(cells);
    if (!request) return;
    if (!read_extras(cells, row) || !read_history(cells, row.history)) return;
    if (!unused_.empty()) warn_of_unused(cells);
    row.job.request = *request;
    row.job.user = sink_.user(cell(cells, user));
    row.job.account = sink_.account(cell(cells, account));
    row.job.qos = sink_.qos(cell(cells, qos));
    const std::string_view given = cell(cells, job_id);
    const std::string number = given.empty() ? fmt::format("{}", sink_.workload().report.rows) : std::string{};
    add_jobs(row, given.empty() ? std::string_view{number} : given);
  }

  void add_jobs(Row& row, std::string_view id) {
    if (!row.array) {
      add(row, std::nullopt, id);
      return;
    }
    row.extras.array = id;
    row.extras.array_limit = row.array->limit;
    for (const auto task : row.array->tasks) {
      row.extras.array_task = task;
      if (!add(row, task, fmt::format("{}_{}", id, task))) return;
    }
  }

  /// False after a complaint.
  bool add(const Row& row, const std::optional<std::int64_t>& task, std::string_view id) {
    JobSpec job = row.job;
    const auto runs = row.durations.of(task);
    if (!runs) return broken(duration, "does not say how long each task runs:", "name the others as *:SECONDS"), false;
    if (runs->length)
      job.duration = *runs->length;
    else if (job.limit)
      job.duration = Duration{std::llround(static_cast<double>(job.limit->count()) * runs->share)};
    if (job.duration <= 0s) return sink_.skip("run time <= 0"), true;
    job.exit_code = row.exit_codes.of(task).value_or(std::int16_t{0});
    if (!row.state_given) job.outcome = job.exit_code == 0 ? Outcome::completed : Outcome::failed;
    if (row.extras != JobExtras{}) job.extras = sink_.extras(row.extras);
    if (row.history.eligible || row.history.start || row.history.end)
      sink_.add(job, id, row.history);
    else
      sink_.add(job, id);
    return true;
  }

  bool read_array(Cells cells, Row& row) {
    const auto text = cell(cells, array_spec);
    if (text.empty()) return true;
    auto array = parse_array(text);
    if (!array) return broken(array_spec, std::move(array.error())), false;
    row.array = std::move(*array);
    return true;
  }

  bool read_durations(Cells cells, Row& row) {
    const auto text = cells[at_[duration]];
    if (const auto seconds = parse_seconds(text)) {
      row.durations.all = RunLength{*seconds, 0};
      return true;
    }
    auto durations = parse_task_durations(text);
    if (!durations) return broken(duration, "wants seconds, got", "write a number, as 90 or 0.5"), false;
    row.durations = std::move(*durations);
    return true;
  }

  static constexpr std::string_view none{};
  std::string_view cell(Cells cells, Field field) const { return at_[field] == absent ? none : cells[at_[field]]; }

  /// Since the trace's own 0. The first row says whether the column holds numbers or dates.
  std::optional<Duration> read_submit(Cells cells) {
    const auto text = cells[at_[submit]];
    const auto number = parse_seconds(text);
    const auto moment = number ? number : parse_civil(text);
    if (!moment) return broken(submit, "wants seconds or a date, got", "write 90 or 2020-09-01T00:00:00"), std::nullopt;
    if (!sink_.has_time_base()) {
      has_dates_ = !number;
      TimeBase base;
      base.is_calendar = has_dates_ || *moment > calendar_from;
      if (!sink_.time_base(base)) return std::nullopt;
    }
    if (has_dates_ != !number)
      return broken(submit, has_dates_ ? "was a date in the first row, now" : "was a number in the first row, now", {}),
             std::nullopt;
    return moment;
  }

  /// A moment in the base of the submissions; a blank cell is none. False after a complaint.
  bool read_moment(Cells cells, Field field, std::optional<Duration>& moment) {
    const auto text = cell(cells, field);
    if (text.empty()) return true;
    const auto number = parse_seconds(text);
    moment = number ? number : parse_civil(text);
    if (!moment) return broken(field, "wants seconds or a date, got", "write 90 or 2020-09-01T00:00:00"), false;
    if (has_dates_ == !number) return true;
    return broken(
               field,
               has_dates_ ? "should be a date, as submissions are, not" : "should be a number, as submissions are, not",
               {}),
           false;
  }
  bool read_moment(Cells cells, Field field, std::optional<Time>& moment) {
    std::optional<Duration> length;
    if (!read_moment(cells, field, length)) return false;
    if (length) moment = Time{*length};
    return true;
  }

  /// --begin and --deadline: as submissions are given, or as sbatch takes them.
  bool read_when(Cells cells, Field field, Duration submitted, std::optional<Duration>& when) {
    const auto text = cell(cells, field);
    if (text.empty()) return true;
    if (!has_dates_) when = parse_seconds(text);
    const auto moment = when ? std::nullopt : parse_moment(text);
    if (moment) when = resolve_moment(*moment, submitted, has_dates_ ? Calendar::known : Calendar::unknown);
    if (when) return true;
    if (moment) return broken(field, "should be a number, as submissions are, not", {}), false;
    if (parse_seconds(text)) return broken(field, "should be a date, as submissions are, not", {}), false;
    return broken(field, "wants seconds, a date or now+TIME, got", "write 90, now+1hour or 2020-09-01T00:00:00"), false;
  }

  bool read_extras(Cells cells, Row& row) {
    for (const auto& [column, meaning] : texts_) {
      if (cells[column].empty()) continue;
      if (auto complaint = meaning->read(cells[column], row.extras)) {
        complaint->message = fmt::format("{} {}", meaning->name, complaint->message);
        sink_.broken(rows_.place(column), std::move(*complaint), rows_.source_line(column));
        return false;
      }
    }
    const Duration submitted = row.job.submit.time_since_epoch();
    return read_when(cells, begin_at, submitted, row.extras.begin) &&
           read_when(cells, deadline_at, submitted, row.extras.deadline);
  }

  bool read_history(Cells cells, RecordedRun& history) {
    return read_moment(cells, eligible_at, history.eligible) && read_moment(cells, start_at, history.start) &&
           read_moment(cells, end_at, history.end);
  }

  /// limit is exact where time, which sbatch reads in whole minutes, is not.
  bool read_exact_limit(Cells cells, JobSpec& job) {
    const auto text = cell(cells, exact_limit);
    if (text.empty()) return true;
    job.limit = parse_seconds(text);
    if (!job.limit || *job.limit <= 0s)
      return broken(exact_limit, "wants seconds, got", "write a number above 0"), false;
    if (cell(cells, time_limit).empty()) return true;
    return broken(exact_limit, "is given beside time, as", "give one of the two"), false;
  }

  bool read_limit(Cells cells, JobSpec& job) {
    if (!read_exact_limit(cells, job)) return false;
    const auto text = cell(cells, time_limit);
    if (text.empty()) return true;
    if (const Duration* known = recent_limits_.find(text)) return job.limit = *known, true;
    const auto limit = parse_time(text);
    if (!limit)
      return broken(time_limit, "wants a time limit, got", "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED"), false;
    const bool has_length = limit->length && *limit->length > 0s;  // --time=0 asks for no limit
    job.limit = has_length ? round_up_to_minute(*limit->length) : unlimited;
    recent_limits_.put(text, *job.limit);
    return true;
  }

  bool read_end(Cells cells, Row& row) {
    if (const auto text = cell(cells, exit_code); !text.empty()) {
      auto codes = parse_task_exit_codes(text);
      if (!codes) return broken(exit_code, "wants an exit code, got", codes.error().hint), false;
      row.exit_codes = std::move(*codes);
    }
    if (const auto text = cell(cells, state); !text.empty()) {
      const auto outcome = outcome_named(text);
      if (!outcome) return broken(state, "wants a job state, got", "write COMPLETED, FAILED, CANCELLED, ..."), false;
      row.state_given = true;
      row.job.outcome = *outcome;
    }
    return true;
  }

  std::optional<RequestId> read_request(Cells cells) {
    key_.clear();
    for (const auto& one : options_) {
      key_ += cells[one.column];
      key_ += '\x1f';
    }
    key_ += cell(cells, gpu_share);
    if (const RequestId* known = recent_requests_.find(key_)) return *known;
    const auto request = read_new_request(cells);
    if (request) recent_requests_.put(key_, *request);
    return request;
  }

  std::optional<RequestId> read_new_request(Cells cells) {
    JobRequest request;
    for (const auto& [column, option] : options_) {
      if (cells[column].empty()) continue;
      if (auto complaint = option->read(cells[column], request)) {
        complaint->message = fmt::format("{} {}", option->name, complaint->message);
        sink_.broken(rows_.place(column), std::move(*complaint), rows_.source_line(column));
        return std::nullopt;
      }
    }
    if (const auto text = cell(cells, gpu_share); !text.empty()) {
      request.gpu_share = parse_share(text);
      if (!request.gpu_share) return broken(gpu_share, "wants a share between 0 and 1, got", {}), std::nullopt;
    }
    return sink_.workload().intern(request);
  }

  void warn_of_unused(Cells cells) {
    std::erase_if(unused_, [&](const Unused& one) {
      if (cells[one.column].empty()) return false;
      sink_.diagnostics().warning(rows_.place(one.column),
                                  fmt::format("column '{}' {}", rows_.header()[one.column], one.problem), {},
                                  rows_.source_line(one.column));
      return true;
    });
  }

  void broken(Field field, Complaint complaint) {
    const auto column = at_[field];
    complaint.message = fmt::format("{} {}", rows_.header()[column], complaint.message);
    sink_.broken(rows_.place(column), std::move(complaint), rows_.source_line(column));
  }
  void broken(Field field, std::string_view problem, std::string_view hint) {
    const auto column = at_[field];
    sink_.broken(rows_.place(column),
                 {fmt::format("{} {} '{}'", rows_.header()[column], problem, rows_.cells()[column]), std::string{hint}},
                 rows_.source_line(column));
  }

  CsvRows rows_;
  JobSink& sink_;
  std::array<std::size_t, field_count> at_{};  ///< column of each field
  std::vector<OptionColumn> options_;
  std::vector<TextColumn> texts_;
  std::vector<Unused> unused_;  ///< columns not warned of yet
  RecentCache<RequestId> recent_requests_;
  RecentCache<Duration> recent_limits_;
  std::string key_;  ///< the request cells of the row
  bool has_dates_ = false;
};

}  // namespace

/// At least one column must be ours: a table about something else should not get an error for each of its columns.
bool recognises_csv(std::string_view head) {
  const auto header = header_cells(head);
  return std::any_of(header.begin(), header.end(), [](const std::string& cell) {
    const auto name = canonical(cell);
    return field_named(name) || option_named(name) != nullptr;
  });
}

void read_csv(LineSource& lines, JobSink& sink) { NativeReader{lines, sink}.read(); }

}  // namespace sluice::workloads
