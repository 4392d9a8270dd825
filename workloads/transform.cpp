#include "workloads/transform.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/text.hpp"
#include "workloads/transform_steps.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

constexpr std::string_view option = "--transform";
constexpr std::string_view true_run_time = "is the true run time";  // how the readers' statement ends

/// "user=ann" -> "user"; empty when no name stands before the first `=`.
std::string_view key_of(std::string_view item) {
  const auto equals = item.find('=');
  if (equals == std::string_view::npos || equals == 0) return {};
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto key = item.substr(0, equals);
  return std::all_of(key.begin(), key.end(), is_part) ? key : std::string_view{};
}

Location place(std::size_t offset) { return {std::string{option}, 1, offset + 1}; }

void split_arguments(std::string_view text, std::size_t offset, std::vector<WrittenArgument>& arguments) {
  for (const auto item : split(text, ',')) {
    const auto key = key_of(item);
    if (!key.empty()) {
      const std::size_t value = key.size() + 1;
      arguments.push_back({std::string{key}, std::string{item.substr(value)}, place(offset), place(offset + value)});
    } else if (arguments.empty()) {
      arguments.push_back({{}, std::string{item}, place(offset), place(offset)});
    } else {
      arguments.back().value += ',';
      arguments.back().value += item;
    }
    offset += item.size() + 1;
  }
}

/// Says again which limits are the true run time: a step may have changed it.
void restate_limits(Workload& workload) {
  auto& statements = workload.report.assumptions;
  std::erase_if(statements, [](const std::string& text) { return is_about_missing_limits(text); });
  const auto unlimited = static_cast<std::size_t>(
      std::count_if(workload.jobs.begin(), workload.jobs.end(), [](const JobSpec& job) { return !job.limit; }));
  if (unlimited == 0) return;
  statements.push_back(
      unlimited == workload.jobs.size()
          ? fmt::format("no job has a time limit: the limit {}", true_run_time)
          : fmt::format("{} of {} jobs have no time limit: theirs {}", unlimited, workload.jobs.size(), true_run_time));
}

std::string_view kind_text(const TransformArgument& argument) {
  switch (argument.kind) {
    case ArgumentKind::number: return "number";
    case ArgumentKind::whole: return "whole number";
    case ArgumentKind::length: return "length";
    case ArgumentKind::moment: return "moment";
    case ArgumentKind::word: return argument.range;
    case ArgumentKind::text: return "text";
    case ArgumentKind::list: return "list";
    case ArgumentKind::pairs: return "OLD:NEW,...";
  }
  return {};
}

}  // namespace

std::span<const TransformInfo> transforms() { return catalogue(); }

bool is_about_missing_limits(std::string_view statement) {
  return statement.find(" time limit: ") != std::string_view::npos && statement.ends_with(true_run_time);
}

std::string describe_transforms() {
  std::string text;
  for (const auto& info : transforms()) {
    text += fmt::format("{}: {}\n", info.name, info.meaning);
    for (const auto& argument : info.arguments) {
      std::string notes{kind_text(argument)};
      if (!argument.range.empty() && argument.kind != ArgumentKind::word) notes += fmt::format(" {}", argument.range);
      if (!argument.fallback.empty()) notes += fmt::format(", default {}", argument.fallback);
      if (argument.is_required) notes += ", required";
      text += fmt::format("    {:<10} {} ({})\n", argument.name, argument.meaning, notes);
    }
  }
  text +=
      "The first argument may be given without its name. A length is seconds, HH:MM:SS or D-HH:MM:SS; a moment is a "
      "date,\n"
      "or seconds in the trace's own base.\n";
  return text;
}

std::optional<Transform> parse_transform(std::string_view text, Diagnostics& diags) {
  const auto equals = text.find('=');
  WrittenStep step{std::string{trim(text.substr(0, equals))}, place(0), std::string{text}, {}};
  if (equals != std::string_view::npos && equals + 1 < text.size())
    split_arguments(text.substr(equals + 1), equals + 1, step.arguments);
  return understand(step, diags);
}

bool apply_transforms(std::span<const Transform> steps, Workload& workload, const TransformContext& context,
                      Diagnostics& diags) {
  for (const Transform& step : steps) {
    const std::size_t errors = diags.errors();
    const TransformCall call{step, context, diags};
    step.info->apply(workload, call);
    if (diags.errors() == errors && workload.jobs.empty()) call.complain("no job is left after this step", {});
    if (diags.errors() != errors) return false;
  }
  if (!steps.empty()) restate_limits(workload);
  return true;
}

}  // namespace sluice::workloads
