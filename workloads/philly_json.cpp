// Microsoft's Philly cluster, the whole job log: cluster_job_log, a JSON list of jobs with their attempts.
// Source: https://github.com/msr-fiddle/philly-traces; Jeon et al., USENIX ATC 2019

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/json_items.hpp"
#include "workloads/line_source.hpp"

namespace sluice::workloads {
namespace {

using nlohmann::json;

/// The text of a member; empty if it is not there or no text.
std::string_view text_of(const json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? std::string_view{found->get_ref<const std::string&>()}
                                                    : std::string_view{};
}

struct Attempts {
  std::optional<Duration> start, end;  ///< of the first and of the last one
  Duration ran{};                      ///< in all
  std::int64_t gpus = 0;               ///< the most of any
  bool is_open = false;                ///< one has a start and no end
};

class PhillyReader {
 public:
  PhillyReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink} {}

  void read() {
    TimeBase base;
    base.is_calendar = true;
    if (!sink_.time_base(base)) return;
    for_each_json_item(lines_, sink_, [this](const JsonItem& where, const json& value) { read_job(where, value); });
    sink_.assume("dates are the cluster's local time, nominally US Pacific");
    sink_.assume("the run time is that of all attempts together; the GPUs are the most that any attempt had");
    sink_.assume(gpus_in_total);
    sink_.assume("a virtual cluster is read as an account, not as a partition");
  }

 private:
  void read_job(const JsonItem& where, const json& value) {
    sink_.begin_row();
    line_ = where.line;
    if (!value.is_object()) return broken("a job should be an object");
    id_ = text_of(value, "jobid");
    if (id_.empty()) return broken("the job has no jobid");
    const auto submit = date(value, "submitted_time");
    if (!submit) return wants("submitted_time", "a date such as 2017-10-07 01:11:39", value);
    const auto outcome = outcome_of(text_of(value, "status"));
    if (!outcome) return wants("status", "Pass, Killed or Failed", value);
    const auto attempts = read_attempts(value);
    if (!attempts || !sink_.wants(*submit)) return;
    if (!attempts->start) return sink_.skip("no attempt that started");
    if (attempts->is_open) return sink_.skip("an attempt without an end");
    add(value, *submit, *outcome, *attempts);
  }

  void add(const json& value, Duration submit, Outcome outcome, const Attempts& attempts) {
    auto job = gpu_job(submit, attempts.ran, attempts.gpus, sink_);
    if (!job) return;
    job->user = sink_.user(text_of(value, "user"));
    job->account = sink_.account(text_of(value, "vc"));
    job->extras = sink_.kind("training");
    job->outcome = outcome;
    job->exit_code = outcome == Outcome::failed ? 1 : 0;
    sink_.add(*job, id_, {std::nullopt, Time{*attempts.start}, Time{*attempts.end}});
  }

  static std::optional<Outcome> outcome_of(std::string_view status) {
    if (status == "Pass") return Outcome::completed;
    if (status == "Failed") return Outcome::failed;
    if (status == "Killed") return Outcome::cancelled;
    return std::nullopt;
  }

  /// An attempt without a start is one that was logged badly and is left out. nullopt: the row is broken.
  std::optional<Attempts> read_attempts(const json& value) {
    Attempts all;
    const auto list = value.find("attempts");
    if (list == value.end() || !list->is_array()) return broken("the job has no list of attempts"), std::nullopt;
    for (const auto& attempt : *list) {
      if (!attempt.is_object()) return broken("an attempt should be an object"), std::nullopt;
      if (!has_time(attempt, "start_time")) continue;
      const auto start = date(attempt, "start_time");
      if (!start) return wants("start_time", "a date or None", attempt), std::nullopt;
      if (!all.start) all.start = start;
      if (!has_time(attempt, "end_time")) {
        all.is_open = true;
        continue;
      }
      const auto end = date(attempt, "end_time");
      if (!end) return wants("end_time", "a date or None", attempt), std::nullopt;
      all.end = end;
      all.ran += std::max(Duration{}, *end - *start);
      all.gpus = std::max(all.gpus, gpus_of(attempt));
    }
    return all;
  }

  static bool has_time(const json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && !found->is_null() && !(found->is_string() && *found == "None");
  }
  static std::optional<Duration> date(const json& value, const char* key) { return parse_civil(text_of(value, key)); }

  static std::int64_t gpus_of(const json& attempt) {
    const auto detail = attempt.find("detail");
    if (detail == attempt.end() || !detail->is_array()) return 0;
    std::int64_t gpus = 0;
    for (const auto& machine : *detail)
      if (machine.is_object() && machine.contains("gpus") && machine["gpus"].is_array())
        gpus += static_cast<std::int64_t>(machine["gpus"].size());
    return gpus;
  }

  void wants(const char* key, std::string_view wanted, const json& value) {
    const auto found = value.find(key);
    if (found == value.end()) return broken(fmt::format("job {} has no {}", id_, key));
    const auto replace = json::error_handler_t::replace;
    broken(fmt::format("job {}: {} should be {}, got {}", id_, key, wanted, found->dump(-1, ' ', false, replace)));
  }
  void broken(std::string message) { sink_.broken({lines_.name(), line_, 0}, {std::move(message), {}}, {}); }

  LineSource& lines_;
  JobSink& sink_;
  std::size_t line_ = 0;  ///< where the current job begins
  std::string id_;
};

}  // namespace

bool recognises_philly_json(std::string_view head) {
  return trim(head).starts_with('[') && head.find("\"jobid\"") != std::string_view::npos &&
         head.find("\"attempts\"") != std::string_view::npos;
}

void read_philly_json(LineSource& lines, JobSink& sink) { PhillyReader{lines, sink}.read(); }

}  // namespace sluice::workloads
