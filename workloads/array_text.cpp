#include "workloads/array_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

constexpr std::string_view array_hint = "write indices as 0-9:2,15, and %N behind them for N tasks at once";

tl::unexpected<Complaint> bad_array(std::string_view text) {
  return tl::unexpected{Complaint{fmt::format("wants task indices, got '{}'", text), std::string{array_hint}}};
}

std::optional<std::int64_t> parse_index(std::string_view text) {
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto number = parse_whole(text);
  return number && *number < max_array_index ? number : std::nullopt;
}

struct IndexRange {
  std::int64_t first = 0, last = 0, step = 1;
};

/// `n`, `a-b` or `a-b:step`.
std::optional<IndexRange> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_index(trim(text.substr(0, dash)));
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return IndexRange{*first, *first, 1};
  const auto rest = text.substr(dash + 1);
  const auto colon = rest.find(':');
  const auto last = parse_index(trim(rest.substr(0, colon)));
  const auto step =
      colon == std::string_view::npos ? std::optional<std::int64_t>{1} : parse_index(trim(rest.substr(colon + 1)));
  if (!last || *last < *first || !step || *step < 1) return std::nullopt;
  return IndexRange{*first, *last, *step};
}

std::string_view without_brackets(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  return text;
}

std::optional<TaskDurations::Value> parse_value(std::string_view text) {
  using namespace std::chrono_literals;
  if (text.ends_with('%')) {
    const auto percent = parse_seconds(text.substr(0, text.size() - 1));
    if (!percent || *percent <= 0s) return std::nullopt;
    return TaskDurations::Value{std::nullopt, to_seconds(*percent) / 100};
  }
  if (const auto seconds = parse_seconds(text))
    return *seconds > 0s ? std::optional{TaskDurations::Value{*seconds, 0}} : std::nullopt;
  const auto time = parse_time(text);
  if (!time || !time->length || *time->length <= 0s) return std::nullopt;
  return TaskDurations::Value{*time->length, 0};
}

tl::unexpected<Complaint> bad_duration(std::string_view text) {
  return tl::unexpected{Complaint{fmt::format("wants how long the job runs, got '{}'", text),
                                  "write seconds, H:MM:SS, 80% (of the time limit), or for an array *:60,3:150"}};
}

bool is_one_value(std::string_view text) {
  return std::count(text.begin(), text.end(), ':') != 1 && text.find(',') == std::string_view::npos &&
         !text.starts_with('*');
}

}  // namespace

tl::expected<ArrayTasks, Complaint> parse_array(std::string_view text) {
  ArrayTasks array;
  const auto whole = without_brackets(text);
  const auto percent = whole.find('%');
  if (percent != std::string_view::npos) {
    array.limit = parse_index(trim(whole.substr(percent + 1)));
    if (!array.limit || *array.limit < 1) return bad_array(text);
  }
  for (const auto item : split(without_brackets(whole.substr(0, percent)), ',')) {
    const auto range = parse_range(item);
    if (!range) return bad_array(text);
    for (auto i = range->first; i <= range->last; i += range->step) array.tasks.push_back(i);
  }
  std::sort(array.tasks.begin(), array.tasks.end());
  array.tasks.erase(std::unique(array.tasks.begin(), array.tasks.end()), array.tasks.end());
  return array;
}

tl::expected<TaskDurations, Complaint> parse_task_durations(std::string_view text) {
  TaskDurations durations;
  if (is_one_value(text)) {
    durations.all = parse_value(text);
    if (!durations.all) return bad_duration(text);
    return durations;
  }
  for (const auto item : split(text, ',')) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return bad_duration(text);
    const auto key = trim(item.substr(0, colon));
    const auto value = parse_value(trim(item.substr(colon + 1)));
    const auto range = key == "*" ? std::optional<IndexRange>{} : parse_range(key);
    if (!value || (key != "*" && !range)) return bad_duration(text);
    if (!range) durations.all = value;
    for (auto i = range ? range->first : 1; range && i <= range->last; ++i) durations.of_task[i] = *value;
  }
  return durations;
}

}  // namespace sluice::workloads
