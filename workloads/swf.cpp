// The Standard Workload Format of the Parallel Workloads Archive, as it occurs: gzip, tabs, indented header keys,
// banners, unix times, extra fields behind the 18th, requested times in the wrong field, semicolons between fields.
// Source: https://www.cs.huji.ac.il/labs/parallel/workload/swf.html

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "simulator/base/text.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t field_count = 18;
/// Fields by their place; the format counts them from 1.
enum Field : std::size_t {
  job = 0,
  submit = 1,
  wait = 2,
  run = 3,
  used_procs = 4,
  cpu_time = 5,
  asked_procs = 7,
  asked_time = 8,
  status = 10,
  user = 11,
  group = 12
};

struct Fields {
  std::array<std::string_view, field_count> text;
  std::size_t count = 0;
};

/// Some tools write the fields with semicolons between them, and nothing for -1.
bool has_semicolons_between(std::string_view line) {
  return std::count(line.begin(), line.end(), ';') >= static_cast<std::ptrdiff_t>(field_count) - 1;
}

Fields split_at_semicolons(std::string_view line) {
  Fields fields;
  for (const auto part : split(line, ';')) {
    if (fields.count == field_count) break;
    fields.text[fields.count++] = trim(part).empty() ? std::string_view{"-1"} : trim(part);
  }
  return fields;
}

/// The first 18 words; what is behind them is nobody's business.
Fields split_fields(std::string_view line) {
  if (has_semicolons_between(line)) return split_at_semicolons(line);
  Fields fields;
  for (std::size_t i = 0; fields.count < field_count;) {
    while (i < line.size() && is_space(line[i])) ++i;
    if (i == line.size()) break;
    const std::size_t start = i;
    while (i < line.size() && !is_space(line[i])) ++i;
    fields.text[fields.count++] = line.substr(start, i - start);
  }
  return fields;
}

/// "; UnixStartTime: 1296571124" -> 1296571124 s. Zero and less mean that nobody knew.
std::optional<Duration> read_unix_start(std::string_view line) {
  constexpr std::string_view key = "UnixStartTime:";
  line = trim(line.substr(1));
  if (!line.starts_with(key)) return std::nullopt;
  const auto start = parse_seconds(trim(line.substr(key.size())));
  return start && *start > 0s ? start : std::nullopt;
}

class SwfReader {
 public:
  SwfReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink} {}

  void read() {
    while (!sink_.done() && lines_.next()) {
      const auto line = lines_.text();
      const auto first = line.find_first_not_of(" \t\r");
      if (first == std::string_view::npos) continue;
      if (line[first] == ';')
        read_header(line.substr(first));
      else
        read_row(split_fields(line));
    }
    if (sink_.done()) return;
    take_limits_from_field_6();
    if (!sink_.has_time_base()) return;
    sink_.assume("a job is as many tasks of one processor as it was given (or asked for), on any nodes");
    sink_.assume("memory, queue and partition fields are not used; a user's group is the account");
  }

 private:
  void read_header(std::string_view line) {
    if (const auto start = read_unix_start(line)) unix_start_ = start;
  }

  void read_row(const Fields& fields) {
    sink_.begin_row();
    if (fields.count < field_count) {
      const auto length = lines_.text().size();
      return sink_.broken(lines_.place(length), {fmt::format("the row has {} fields of 18", fields.count), {}},
                          lines_.line_around(length));
    }
    bool ok = true;
    const Duration submitted = seconds(fields, submit, ok), ran = seconds(fields, run, ok);
    const Duration waited = seconds(fields, wait, ok);
    const Duration estimate = seconds(fields, asked_time, ok), used_time = seconds(fields, cpu_time, ok);
    const std::int64_t used = whole(fields, used_procs, ok), asked = whole(fields, asked_procs, ok);
    const std::int64_t end = whole(fields, status, ok);
    if (!ok) return;
    has_estimates_ = has_estimates_ || estimate != -1s;
    if (!sink_.has_time_base() && !fix_time_base(submitted)) return;
    if (!sink_.wants(submitted)) return;
    const std::int64_t procs = used > 0 ? used : asked;
    if (ran <= 0s) return sink_.skip("run time <= 0");
    if (procs <= 0) return sink_.skip("processors <= 0");
    if (end >= 2 && end <= 4) return sink_.skip("part of a job (status 2, 3 or 4)");
    const std::size_t kept = sink_.workload().jobs.size();
    add(fields, submitted, waited, ran, estimate, procs, end);
    if (has_estimates_) return;
    ++(used_time >= ran ? longer_ : shorter_);
    if (sink_.workload().jobs.size() > kept) field_6_.push_back(used_time);
  }

  void add(const Fields& fields, Duration submitted, Duration waited, Duration ran, Duration estimate,
           std::int64_t procs, std::int64_t end) {
    JobSpec spec;
    spec.submit = Time{submitted};
    spec.duration = ran;
    if (estimate > 0s) spec.limit = estimate;
    spec.request = sink_.tasks(procs);
    spec.user = sink_.user(name_of(fields.text[user]));
    spec.account = sink_.account(name_of(fields.text[group]));
    if (end == 0) spec.outcome = Outcome::failed;
    if (end == 5) spec.outcome = Outcome::cancelled;
    spec.exit_code = end == 0 ? 1 : 0;
    if (waited < 0s) return sink_.add(spec, fields.text[job]);
    const Time start = spec.submit + waited;
    sink_.add(spec, fields.text[job], {std::nullopt, start, start + ran});
  }

  static std::string_view name_of(std::string_view id) { return id == "-1" ? std::string_view{} : id; }

  bool fix_time_base(Duration first_submit) {
    TimeBase base;
    base.is_calendar = first_submit > 100'000'000s;  // three years: nobody's log waits that long for its first job
    if (!base.is_calendar) base.origin_of_base = unix_start_;
    if (base.calendar_origin()) sink_.assume("dates are UTC, as the log's times are unix times");
    return sink_.time_base(base);
  }

  /// Some logs (Mira) have the requested time in the field of the used CPU time, and -1 where it should be. Real CPU
  /// times do not exceed run times, requested ones mostly do.
  void take_limits_from_field_6() {
    auto& jobs = sink_.workload().jobs;
    if (has_estimates_ || jobs.empty() || longer_ < shorter_) return;
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (field_6_[i] > 0s) jobs[i].limit = field_6_[i];
    sink_.assume("requested times are taken from field 6, as field 9 is -1 in every row");
  }

  Duration seconds(const Fields& fields, Field which, bool& ok) {
    const auto value = parse_seconds(fields.text[which]);
    if (!value && ok) complain(fields, which, "a number of seconds"), ok = false;
    return value.value_or(Duration{});
  }
  std::int64_t whole(const Fields& fields, Field which, bool& ok) {
    const auto value = parse_whole(fields.text[which]);
    if (!value && ok) complain(fields, which, "a whole number"), ok = false;
    return value.value_or(0);
  }
  void complain(const Fields& fields, Field which, std::string_view wanted) {
    const auto offset = static_cast<std::size_t>(fields.text[which].data() - lines_.text().data());
    sink_.broken(lines_.place(offset),
                 {fmt::format("field {} should be {}, got '{}'", which + 1U, wanted, fields.text[which]), {}},
                 lines_.line_around(offset));
  }

  LineSource& lines_;
  JobSink& sink_;
  std::optional<Duration> unix_start_;
  bool has_estimates_ = false;
  std::vector<Duration> field_6_;            ///< of each kept job, while no row has a requested time
  std::size_t longer_ = 0, shorter_ = 0;     ///< of the jobs so far, those whose field 6 is their run time or more
};

}  // namespace

bool recognises_swf(std::string_view head) {
  while (!head.empty()) {
    const auto end = std::min(head.find('\n'), head.size());
    const auto line = trim(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.empty()) continue;
    if (line.front() == ';') return true;
    const auto fields = split_fields(line);
    if (fields.count < field_count) return false;
    const std::size_t numbers = has_semicolons_between(line) ? user : field_count;  // those have names from there on
    return std::all_of(fields.text.begin(), fields.text.begin() + numbers,
                       [](auto text) { return parse_whole(text) || parse_seconds(text); });
  }
  return false;
}

void read_swf(LineSource& lines, JobSink& sink) { SwfReader{lines, sink}.read(); }

}  // namespace sluice::workloads
