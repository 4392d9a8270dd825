#include "workloads/task_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/array_tasks.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

std::optional<RunLength> parse_length(std::string_view text) {
  using namespace std::chrono_literals;
  if (text.ends_with('%')) {
    const auto percent = parse_seconds(text.substr(0, text.size() - 1));
    if (!percent || *percent <= 0s) return std::nullopt;
    return RunLength{std::nullopt, to_seconds(*percent) / 100};
  }
  if (const auto seconds = parse_seconds(text)) return *seconds > 0s ? std::optional{RunLength{*seconds, 0}} : std::nullopt;
  const auto time = parse_time(text);
  if (!time || !time->length || *time->length <= 0s) return std::nullopt;
  return RunLength{*time->length, 0};
}

std::optional<std::int16_t> parse_exit_code(std::string_view text) {
  const auto code = parse_whole(text.substr(0, text.find(':')));
  if (!code || *code < 0 || *code > 255) return std::nullopt;
  return static_cast<std::int16_t>(*code);
}

/// `KEY:VALUE[,KEY:VALUE...]`, KEY a range of tasks or `*`. False: not of this form.
template <class V, class Parse>
bool read_entries(std::string_view text, TaskValues<V>& values, Parse parse) {
  for (const auto item : split(text, ',')) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return false;
    const auto key = trim(item.substr(0, colon));
    const auto value = parse(trim(item.substr(colon + 1)));
    const auto range = key == "*" ? std::optional<TaskRange>{} : parse_task_range(key);
    if (!value || (key != "*" && !range)) return false;
    if (!range) values.all = value;
    for (auto i = range ? range->first : 1; range && i <= range->last; ++i) values.of_task[i] = *value;
  }
  return true;
}

bool is_list(std::string_view text) { return text.find(',') != std::string_view::npos || text.starts_with('*'); }

}  // namespace

tl::expected<TaskDurations, Complaint> parse_task_durations(std::string_view text) {
  TaskDurations durations;
  const bool has_entries = is_list(text) || std::count(text.begin(), text.end(), ':') == 1;
  if (!has_entries) durations.all = parse_length(text);
  if (has_entries ? read_entries(text, durations, parse_length) : durations.all.has_value()) return durations;
  return tl::unexpected{Complaint{fmt::format("wants how long the job runs, got '{}'", text),
                                  "write seconds, H:MM:SS, 80% (of the time limit), or for an array *:60,3:150"}};
}

tl::expected<TaskExitCodes, Complaint> parse_task_exit_codes(std::string_view text) {
  TaskExitCodes codes;
  if (!is_list(text)) codes.all = parse_exit_code(text);
  if (is_list(text) ? read_entries(text, codes, parse_exit_code) : codes.all.has_value()) return codes;
  return tl::unexpected{
      Complaint{fmt::format("wants an exit code, got '{}'", text), "write 0 to 255, or for an array *:0,3:1"}};
}

}  // namespace sluice::workloads
