// Batsim's JSON workloads: jobs, and profiles that say what they do.
// Source: https://batsim.readthedocs.io/en/latest/input-workload.html

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/json_items.hpp"
#include "workloads/line_source.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto longest_seconds = static_cast<double>(longest_length.count());
constexpr int deepest_sequence = 16;

/// A job before its profile is known: profiles may stand behind the jobs.
struct Pending {
  std::string id, profile;
  Duration submit{};
  std::optional<Duration> limit;
  std::int64_t resources = 0;
  std::size_t line = 0;
};

class BatsimReader {
 public:
  BatsimReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink} {}

  void read() {
    if (!sink_.time_base({})) return;
    for_each_json_item(lines_, sink_, [this](const JsonItem& where, const json& value) { take(where, value); });
    for (const auto& job : jobs_)
      if (!sink_.done()) add(job);
    sink_.assume("a resource is one task of one processor; a job takes as long as the delays of its profile");
  }

 private:
  void take(const JsonItem& where, const json& value) {
    if (where.section == "profiles") profiles_.insert_or_assign(where.key, value);
    if (where.section == "jobs") take_job(where, value);
  }

  void take_job(const JsonItem& where, const json& value) {
    sink_.begin_row();
    line_ = where.line;
    if (!value.is_object()) return broken("a job should be an object");
    Pending job;
    job.line = where.line;
    job.id = word_of(value, "id");
    if (job.id.empty()) return broken("the job has no id");
    job.profile = word_of(value, "profile");
    if (job.profile.empty()) return broken(fmt::format("job {} has no profile", job.id));
    const auto submit = seconds_of(value, "subtime");
    if (!submit) return wants(job, "subtime", "a number of seconds", value);
    const auto resources = value.find("res");
    if (resources == value.end() || !resources->is_number_integer()) return wants(job, "res", "a whole number", value);
    if (value.contains("walltime")) {
      const auto limit = seconds_of(value, "walltime");
      if (!limit) return wants(job, "walltime", "a number of seconds", value);
      if (*limit > 0s) job.limit = *limit;  // -1 is none
    }
    job.submit = *submit;
    job.resources = resources->get<std::int64_t>();
    jobs_.push_back(std::move(job));
  }

  void add(const Pending& pending) {
    line_ = pending.line;
    const auto profile = profiles_.find(pending.profile);
    if (profile == profiles_.end())
      return broken(fmt::format("job {}: there is no profile '{}'", pending.id, pending.profile));
    if (!sink_.wants(pending.submit)) return;
    const auto seconds = delay_of(profile->second, 0);
    if (!seconds) return sink_.skip("a profile that is not made of delays");
    const Duration ran{std::llround(*seconds * 1000.0)};
    if (ran <= 0s) return sink_.skip("run time <= 0");
    if (pending.resources <= 0) return sink_.skip("resources <= 0");
    JobSpec job;
    job.submit = Time{pending.submit};
    job.duration = ran;
    job.limit = pending.limit;
    job.request = sink_.tasks(pending.resources);
    sink_.add(job, pending.id);
  }

  /// Seconds of a delay, or of a sequence of profiles that are delays; nullopt when a platform's speed would matter.
  std::optional<double> delay_of(const json& profile, int depth) const {
    if (!profile.is_object() || depth > deepest_sequence) return std::nullopt;
    const auto type = word_of(profile, "type");
    if (type == "delay") return number_of(profile, "delay");
    if (type != "composed" && type != "sequential_composition") return std::nullopt;
    const auto sequence = profile.find("seq");
    if (sequence == profile.end() || !sequence->is_array()) return std::nullopt;
    double total = 0.0;
    for (const auto& name : *sequence) {
      const auto part = name.is_string() ? profiles_.find(name.get_ref<const std::string&>()) : profiles_.end();
      const auto seconds = part == profiles_.end() ? std::nullopt : delay_of(part->second, depth + 1);
      if (!seconds) return std::nullopt;
      total += *seconds;
    }
    total *= profile.contains("repeat") ? number_of(profile, "repeat").value_or(1.0) : 1.0;
    return total <= longest_seconds ? std::optional{total} : std::nullopt;
  }

  /// A text, or a number as text: ids are both.
  static std::string word_of(const json& value, const char* key) {
    const auto found = value.find(key);
    if (found == value.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    return found->is_number_integer() ? found->dump() : std::string{};
  }
  static std::optional<double> number_of(const json& value, const char* key) {
    const auto found = value.find(key);
    if (found == value.end() || !found->is_number()) return std::nullopt;
    const double number = found->get<double>();
    return std::abs(number) <= longest_seconds ? std::optional{number} : std::nullopt;
  }
  static std::optional<Duration> seconds_of(const json& value, const char* key) {
    const auto number = number_of(value, key);
    return number ? std::optional{Duration{std::llround(*number * 1000.0)}} : std::nullopt;
  }

  void wants(const Pending& job, const char* key, std::string_view wanted, const json& value) {
    const auto found = value.find(key);
    if (found == value.end()) return broken(fmt::format("job {} has no {}", job.id, key));
    const auto replace = json::error_handler_t::replace;
    broken(fmt::format("job {}: {} should be {}, got {}", job.id, key, wanted, found->dump(-1, ' ', false, replace)));
  }
  void broken(std::string message) { sink_.broken({lines_.name(), line_, 0}, {std::move(message), {}}, {}); }

  LineSource& lines_;
  JobSink& sink_;
  std::vector<Pending> jobs_;
  std::map<std::string, json, std::less<>> profiles_;
  std::size_t line_ = 0;  ///< where the current job begins
};

}  // namespace

bool recognises_batsim(std::string_view head) {
  return trim(head).starts_with('{') &&
         (head.find("\"jobs\"") != std::string_view::npos || head.find("\"profiles\"") != std::string_view::npos);
}

void read_batsim(LineSource& lines, JobSink& sink) { BatsimReader{lines, sink}.read(); }

}  // namespace sluice::workloads
