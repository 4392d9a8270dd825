// merge: two traces become one.

#include <string>
#include <utility>

#include "workloads/append.hpp"
#include "workloads/reader.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

/// How far the second trace's jobs must move to count from the first one's zero. nullopt: complained.
std::optional<Duration> distance(const Workload& first, const Workload& second, const TransformCall& call) {
  if (*call.arguments().text("align") == "start") return Duration{};
  const auto a = first.time_base.calendar_origin(), b = second.time_base.calendar_origin();
  if (a && b) return (*b + second.time_base.zero) - (*a + first.time_base.zero);
  if (!a && !b) return second.time_base.zero - first.time_base.zero;
  call.complain("align=time needs two traces with dates or two without", "leave align out, and both begin together");
  return std::nullopt;
}

}  // namespace

void merge(Workload& workload, const TransformCall& call) {
  const std::string& file = *call.arguments().text("file");
  const auto* format = call.arguments().text("format");
  ReadOptions options;
  if (format != nullptr) options.format = *format;
  auto second = read_workload(file, options, call.diags);
  if (!second) return;
  const auto moved = distance(workload, *second, call);
  if (!moved) return;
  const auto* prefix = call.arguments().text("prefix");
  const std::size_t added = second->jobs.size();
  const auto statements = second->report.assumptions;
  const auto number =
      append_jobs(workload, std::move(*second), *moved, prefix != nullptr ? std::string_view{*prefix} : std::string_view{});
  workload.finish();
  call.state(workload,
             fmt::format("{} jobs of {} are added{}", added, file,
                         number > 1 ? fmt::format("; as ids clash, theirs end in #{}", number) : std::string{}));
  for (const auto& statement : statements)
    if (!is_about_missing_limits(statement)) call.state(workload, fmt::format("of {}: {}", file, statement));
}

}  // namespace sluice::workloads
