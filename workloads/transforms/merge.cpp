// merge: two traces become one.

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "workloads/reader.hpp"
#include "workloads/transforms/catalogue.hpp"
#include "workloads/transforms/row_copies.hpp"

namespace sluice::workloads {
namespace {

std::unordered_set<std::string_view> ids_of(const Workload& workload) {
  std::unordered_set<std::string_view> ids;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) ids.insert(workload.job_id(JobId{i}));
  return ids;
}

/// The smallest N such that no "ID#N" of the second trace is an id of the first; 1 when the bare ids will do.
std::uint32_t free_number(const Workload& first, const Workload& second) {
  const auto taken = ids_of(first);
  for (std::uint32_t number = 1;; ++number) {
    const std::string suffix = number > 1 ? fmt::format("#{}", number) : std::string{};
    bool clash = false;
    for (std::uint32_t i = 0; i < second.jobs.size() && !clash; ++i)
      clash = taken.contains(std::string{second.job_id(JobId{i})} + suffix);
    if (!clash) return number;
  }
}

/// How far the second trace's jobs must move to count from the first one's zero. nullopt: complained.
std::optional<Duration> distance(const Workload& first, const Workload& second, const TransformCall& call) {
  if (*call.arguments().text("align") == "start") return Duration{};
  const auto a = first.time_base.calendar_origin(), b = second.time_base.calendar_origin();
  if (a && b) return (*b + second.time_base.zero) - (*a + first.time_base.zero);
  if (!a && !b) return second.time_base.zero - first.time_base.zero;
  call.complain("align=time needs two traces with dates or two without", "leave align out, and both begin together");
  return std::nullopt;
}

/// Adds the tables and jobs of `from` to `to`.
void append(Workload& to, const Workload& from, std::string_view prefix) {
  const auto named = [&](Names& names, std::string_view text) {
    return text.empty() ? NameId{} : names.intern(std::string{prefix} + std::string{text});
  };
  const bool has_history = !to.recorded.empty() || !from.recorded.empty();
  if (has_history) to.recorded.resize(to.jobs.size());
  const auto extras_base = static_cast<std::uint32_t>(to.extras.size()) - 1;  // row 0 is the plain job in both
  to.extras.insert(to.extras.end(), from.extras.begin() + 1, from.extras.end());
  for (std::uint32_t i = 0; i < from.jobs.size(); ++i) {
    JobSpec job = from.jobs[i];
    job.request = to.intern(from.request(job.request));
    job.user = named(to.users, from.users.text(job.user));
    job.account = named(to.accounts, from.accounts.text(job.account));
    job.qos = to.qos.intern(from.qos.text(job.qos));
    if (job.extras != 0) job.extras += extras_base;
    to.jobs.push_back(job);
    to.add_id(from.job_id(JobId{i}));
    if (has_history) to.recorded.push_back(from.recorded.empty() ? RecordedRun{} : from.recorded[i]);
  }
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
  const auto number = free_number(workload, *second);
  std::vector<RowCopy> copies;
  for (std::uint32_t row = 0; row < second->jobs.size(); ++row) copies.push_back({row, {}, number - 1});
  replace_by_copies(*second, copies);
  // finish() has put both first jobs at their zeros; the distance lies between these.
  for (auto& job : second->jobs) job.submit += *moved;
  for (auto& run : second->recorded)
    for (auto* moment : {&run.eligible, &run.start, &run.end})
      if (*moment) **moment += *moved;
  for (auto& extra : second->extras)
    for (auto* moment : {&extra.begin, &extra.deadline})
      if (*moment) **moment += *moved;
  const auto* prefix = call.arguments().text("prefix");
  append(workload, *second, prefix != nullptr ? std::string_view{*prefix} : std::string_view{});
  workload.finish();
  call.state(workload,
             fmt::format("{} jobs of {} are added{}", second->jobs.size(), file,
                         number > 1 ? fmt::format("; as ids clash, theirs end in #{}", number) : std::string{}));
  for (const auto& statement : second->report.assumptions)
    if (!is_about_missing_limits(statement)) call.state(workload, fmt::format("of {}: {}", file, statement));
}

}  // namespace sluice::workloads
