#include "workloads/append.hpp"

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

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

std::uint32_t append_jobs(Workload& to, Workload from, Duration moved, std::string_view prefix) {
  const auto number = free_number(to, from);
  std::vector<RowCopy> copies;
  for (std::uint32_t row = 0; row < from.jobs.size(); ++row) copies.push_back({row, {}, number - 1});
  replace_by_copies(from, copies);
  // finish() has put both first jobs at their zeros; the distance lies between these.
  for (auto& job : from.jobs) job.submit += moved;
  for (auto& run : from.recorded)
    for (auto* moment : {&run.eligible, &run.start, &run.end})
      if (*moment) **moment += moved;
  for (auto& extra : from.extras)
    for (auto* moment : {&extra.begin, &extra.deadline})
      if (*moment) **moment += moved;
  append(to, from, prefix);
  return number;
}

}  // namespace sluice::workloads
