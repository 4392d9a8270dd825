#include "simulator/report/endless.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice::report {
namespace {

constexpr std::size_t most_named = 8;

/// Up to eight of them, and how many more there are.
template <class List, class Text>
std::string named(const List& list, Text text) {
  std::string out;
  const std::size_t shown = std::min(list.size(), most_named);
  for (std::size_t i = 0; i < shown; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", text(list[i]));
  if (shown < list.size()) out += fmt::format(" and {} more", list.size() - shown);
  return out;
}

}  // namespace

std::optional<Endless> endless(const JobRows& rows, const RunStatistics& statistics) {
  if (!statistics.circle) return std::nullopt;
  const Workload& workload = rows.workload();
  const auto in_trace = [&](Time at) { return to_seconds(workload.time_base.zero + at.time_since_epoch()); };
  Endless run{in_trace(statistics.end), in_trace(statistics.circle->since), {}, {}};
  std::set<JobId> members;
  for (const auto& [job, requeues] : statistics.circle->jobs) {
    run.jobs.push_back({workload.job_id(job), requeues});
    members.insert(job);
  }
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const JobId id{i};
    const Job& job = rows.job(id);
    const bool is_kept = is_of_partition(job.reason) || is_limit(job.reason) || is_hindrance(job.reason);
    if (!std::holds_alternative<Pending>(job.state) || is_kept || members.contains(id)) continue;
    run.waiting.push_back({workload.job_id(id), job.reason});
  }
  return run;
}

std::string endless_text(const Endless& run) {
  std::string out =
      fmt::format("stopped at {} s, as the run has no end: since {} s no job has ended, and {} sent back to wait again and again\n",
                  run.at_s, run.since_s, run.jobs.size() == 1 ? "one job is" : fmt::format("{} jobs are", run.jobs.size()));
  out += fmt::format("  jobs: {}\n", named(run.jobs, [](const Endless::Member& one) {
                       return fmt::format("{} ({} times)", one.job_id, one.requeues);
                     }));
  if (!run.waiting.empty())
    out += fmt::format("  meanwhile wait: {}\n", named(run.waiting, [](const Endless::Waiting& one) {
                         return fmt::format("{} ({})", one.job_id, reason_name(one.reason));
                       }));
  return out +
         "  hint: slurmctld would go on like this. Where jobs preempt one another, PreemptExemptTime or GraceTime give victims\n"
         "        time, and PreemptMode=CANCEL sends them back no more; a victim cannot come first under\n"
         "        PriorityType=priority/multifactor or SchedulerType=sched/backfill. Where nodes do not come up, see\n"
         "        ResumeTimeout and SluiceBootTime. --until ends a run at a moment of your choice\n";
}

}  // namespace sluice::report
