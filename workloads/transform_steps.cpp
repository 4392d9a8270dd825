#include "workloads/transform_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/base/complaint.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

using Value = TransformArguments::Value;

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Seconds, or Slurm's forms with colons or days; a minus in front of either.
std::optional<Duration> parse_length(std::string_view text) {
  if (const auto seconds = parse_seconds(text)) return seconds;
  const bool negative = text.starts_with('-');
  const auto limit = parse_time(negative ? text.substr(1) : text);
  if (!limit || !limit->length) return std::nullopt;
  return negative ? -*limit->length : *limit->length;
}

std::optional<TransformArguments::Pairs> parse_pairs(std::string_view text) {
  TransformArguments::Pairs pairs;
  for (const auto item : split(text, ',')) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    pairs.emplace_back(trim(item.substr(0, colon)), trim(item.substr(colon + 1)));
  }
  return pairs;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> list;
  for (const auto item : split(text, ',')) list.emplace_back(trim(item));
  return list;
}

bool is_in_range(const TransformArgument& argument, double value) {
  return value >= argument.low && value <= argument.high;
}

std::string_view wanted(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::number: return "a number";
    case ArgumentKind::whole: return "a whole number";
    case ArgumentKind::length: return "a length of time";
    case ArgumentKind::moment: return "a moment";
    case ArgumentKind::pairs: return "OLD:NEW pairs";
    case ArgumentKind::word:
    case ArgumentKind::text:
    case ArgumentKind::list: break;
  }
  return "a text";
}

std::string_view how_to_write(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::length: return "write seconds, HH:MM:SS or D-HH:MM:SS";
    case ArgumentKind::moment: return "write seconds in the trace's own time, or a date such as 2020-09-01T00:00:00";
    case ArgumentKind::pairs: return "write OLD:NEW[,OLD:NEW...]; * is every other name, an empty one is none";
    default: return {};
  }
}

std::optional<Value> read_plain(ArgumentKind kind, std::string_view text) {
  switch (kind) {
    case ArgumentKind::number:
      if (const auto value = parse_number(text)) return *value;
      return std::nullopt;
    case ArgumentKind::whole:
      if (const auto value = parse_integer(text)) return *value;
      return std::nullopt;
    case ArgumentKind::length:
      if (const auto value = parse_length(text)) return *value;
      return std::nullopt;
    case ArgumentKind::moment:
      if (parse_seconds(text) || parse_civil(text)) return std::string{text};
      return std::nullopt;
    case ArgumentKind::pairs:
      if (auto pairs = parse_pairs(text)) return std::move(*pairs);
      return std::nullopt;
    case ArgumentKind::list: return parse_list(text);
    case ArgumentKind::word:
    case ArgumentKind::text: break;
  }
  return std::string{text};
}

/// The value as a number to hold against the argument's range; nullopt for texts.
std::optional<double> magnitude(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* length = std::get_if<Duration>(&value)) return to_seconds(*length);
  return std::nullopt;
}

std::optional<Value> read_value(const TransformArgument& argument, std::string_view text, Complaint& complaint) {
  if (argument.kind == ArgumentKind::word) {
    const auto choices = split(argument.range, '|');
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string{text};
    auto hint = did_you_mean(text, choices);
    if (hint.empty()) hint = fmt::format("choices: {}", fmt::join(choices, ", "));
    complaint = {fmt::format("{} is none of its choices: '{}'", argument.name, text), std::move(hint)};
    return std::nullopt;
  }
  auto value = read_plain(argument.kind, text);
  if (!value) {
    complaint = {fmt::format("{} wants {}, got '{}'", argument.name, wanted(argument.kind), text),
                 std::string{how_to_write(argument.kind)}};
    return std::nullopt;
  }
  if (const auto size = magnitude(*value); size && !is_in_range(argument, *size)) {
    complaint = {fmt::format("{} must be {}, got '{}'", argument.name, argument.range, text), {}};
    return std::nullopt;
  }
  return value;
}

const TransformInfo* find_transform(const WrittenStep& step, Diagnostics& diags) {
  std::vector<std::string_view> names;
  for (const auto& info : transforms()) {
    if (info.name == step.name) return &info;
    names.push_back(info.name);
  }
  auto hint = did_you_mean(step.name, names);
  if (hint.empty()) hint = fmt::format("transforms: {}", fmt::join(names, ", "));
  diags.error(step.at, fmt::format("unknown transform '{}'", step.name), std::move(hint), step.source_line);
  return nullptr;
}

const TransformArgument* find_argument(const TransformInfo& info, const WrittenArgument& written,
                                       const WrittenStep& step, Diagnostics& diags) {
  if (info.arguments.empty()) {
    diags.error(written.at, fmt::format("{} takes no arguments", info.name), {}, step.source_line);
    return nullptr;
  }
  if (written.name.empty()) return &info.arguments.front();
  std::vector<std::string_view> names;
  for (const auto& argument : info.arguments) {
    if (argument.name == written.name) return &argument;
    names.push_back(argument.name);
  }
  auto hint = did_you_mean(written.name, names);
  if (hint.empty()) hint = fmt::format("arguments: {}", fmt::join(names, ", "));
  diags.error(written.at, fmt::format("{} has no argument '{}'", info.name, written.name), std::move(hint),
              step.source_line);
  return nullptr;
}

/// Fallbacks for what was not given; complains of what is required.
void complete(const TransformInfo& info, const std::vector<const TransformArgument*>& given, const WrittenStep& step,
              TransformArguments& arguments, Diagnostics& diags) {
  for (const auto& argument : info.arguments) {
    if (std::find(given.begin(), given.end(), &argument) != given.end()) continue;
    if (argument.is_required)
      diags.error(step.at, fmt::format("{} needs {}: {}", info.name, argument.name, argument.meaning),
                  fmt::format("write {}={}=...", info.name, argument.name), step.source_line);
    else if (Complaint ignored; !argument.fallback.empty())
      arguments.set(argument.name, read_value(argument, argument.fallback, ignored).value());
  }
}

}  // namespace

std::optional<Transform> understand(const WrittenStep& step, Diagnostics& diags) {
  const std::size_t errors = diags.errors();
  const TransformInfo* info = find_transform(step, diags);
  if (info == nullptr) return std::nullopt;
  Transform transform{info, {}, step.at, step.source_line};
  std::vector<const TransformArgument*> given;
  for (const auto& written : step.arguments) {
    const TransformArgument* argument = find_argument(*info, written, step, diags);
    if (argument == nullptr) continue;
    if (std::find(given.begin(), given.end(), argument) != given.end()) {
      diags.error(written.at, fmt::format("{} is given twice", argument->name), {}, step.source_line);
      continue;
    }
    given.push_back(argument);
    Complaint complaint;
    if (auto value = read_value(*argument, written.value, complaint))
      transform.arguments.set(argument->name, std::move(*value));
    else
      diags.error(written.value_at, std::move(complaint.message), std::move(complaint.hint), step.source_line);
  }
  complete(*info, given, step, transform.arguments, diags);
  if (diags.errors() != errors) return std::nullopt;
  return transform;
}

}  // namespace sluice::workloads
