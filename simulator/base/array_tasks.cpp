#include "simulator/base/array_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "simulator/base/text.hpp"

namespace sluice {
namespace {

constexpr std::string_view array_hint = "write indices as 0-9:2,15, and %N behind them for N tasks at once";

tl::unexpected<Complaint> bad_array(std::string_view text) {
  return tl::unexpected{Complaint{fmt::format("wants task indices, got '{}'", text), std::string{array_hint}}};
}

std::optional<std::int64_t> parse_index(std::string_view text) {
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool is_index = error == std::errc{} && end == text.data() + text.size() && index >= 0;
  return is_index && index < max_array_index ? std::optional{index} : std::nullopt;
}

std::string_view without_brackets(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<TaskRange> parse_task_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_index(trim(text.substr(0, dash)));
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return TaskRange{*first, *first, 1};
  const auto rest = text.substr(dash + 1);
  const auto colon = rest.find(':');
  const auto last = parse_index(trim(rest.substr(0, colon)));
  const auto step =
      colon == std::string_view::npos ? std::optional<std::int64_t>{1} : parse_index(trim(rest.substr(colon + 1)));
  if (!last || *last < *first || !step || *step < 1) return std::nullopt;
  return TaskRange{*first, *last, *step};
}

tl::expected<ArrayTasks, Complaint> parse_array(std::string_view text) {
  ArrayTasks array;
  const auto whole = without_brackets(text);
  const auto percent = whole.find('%');
  if (percent != std::string_view::npos) {
    array.limit = parse_index(trim(whole.substr(percent + 1)));
    if (!array.limit || *array.limit < 1) return bad_array(text);
  }
  for (const auto item : split(without_brackets(whole.substr(0, percent)), ',')) {
    const auto range = parse_task_range(item);
    if (!range) return bad_array(text);
    for (auto i = range->first; i <= range->last; i += range->step) array.tasks.push_back(i);
  }
  std::sort(array.tasks.begin(), array.tasks.end());
  array.tasks.erase(std::unique(array.tasks.begin(), array.tasks.end()), array.tasks.end());
  return array;
}

}  // namespace sluice
