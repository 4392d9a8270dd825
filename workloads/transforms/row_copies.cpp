#include "workloads/transforms/row_copies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace sluice::workloads {
namespace {

std::unordered_set<std::string_view> known_ids(const Workload& workload) {
  std::unordered_set<std::string_view> ids;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    ids.insert(workload.job_id(JobId{i}));
    if (const auto& array = workload.extras[workload.jobs[i].extras].array; !array.empty()) ids.insert(array);
  }
  return ids;
}

/// Whether a copy needs extras of its own.
bool depends_on_copy(const JobExtras& extras, const RowCopy& copy) {
  if (copy.moved != Duration{} && (extras.begin || extras.deadline)) return true;
  return copy.copy > 0 && !(extras.dependency.empty() && extras.array.empty() && extras.het_group.empty());
}

JobExtras extras_of_copy(JobExtras extras, const RowCopy& copy, std::string_view suffix,
                         const std::unordered_set<std::string_view>& ids) {
  if (extras.begin) *extras.begin += copy.moved;
  if (extras.deadline) *extras.deadline += copy.moved;
  if (suffix.empty()) return extras;
  extras.dependency = with_suffix(extras.dependency, suffix, [&](std::string_view id) { return ids.contains(id); });
  if (!extras.array.empty()) extras.array += suffix;
  if (!extras.het_group.empty()) extras.het_group += suffix;
  return extras;
}

RecordedRun moved(RecordedRun run, Duration by) {
  for (auto* moment : {&run.eligible, &run.start, &run.end})
    if (*moment) **moment += by;
  return run;
}

}  // namespace

void replace_by_copies(Workload& workload, std::span<const RowCopy> copies) {
  const auto ids = known_ids(workload);
  Workload out;
  for (const auto& request : workload.requests()) out.intern(request);  // in order: ids stay what they were
  out.extras = workload.extras;
  out.jobs.reserve(copies.size());
  for (const RowCopy& copy : copies) {
    const std::string suffix = copy.copy > 0 ? fmt::format("#{}", copy.copy + 1) : std::string{};
    JobSpec job = workload.jobs[copy.row];
    job.submit += copy.moved;
    if (const JobExtras& extras = workload.extras[job.extras]; depends_on_copy(extras, copy)) {
      job.extras = static_cast<std::uint32_t>(out.extras.size());
      out.extras.push_back(extras_of_copy(extras, copy, suffix, ids));
    }
    out.jobs.push_back(job);
    out.add_id(std::string{workload.job_id(JobId{copy.row})} + suffix);
    if (!workload.recorded.empty()) out.recorded.push_back(moved(workload.recorded[copy.row], copy.moved));
  }
  out.format = std::move(workload.format);
  out.time_base = workload.time_base;
  out.report = std::move(workload.report);
  out.users = std::move(workload.users);
  out.accounts = std::move(workload.accounts);
  out.qos = std::move(workload.qos);
  out.finish();
  workload = std::move(out);
}

}  // namespace sluice::workloads
