// Transforms that leave jobs out: cut, filter, thin_users.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "workloads/transforms/catalogue.hpp"
#include "workloads/transforms/job_choice.hpp"

namespace sluice::workloads {
namespace {

template <class Wanted>
std::size_t keep_jobs(Workload& workload, Wanted wanted) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i)
    if (wanted(workload.jobs[i])) kept.push_back(i);
  workload.select(kept);
  workload.finish();
  return kept.size();
}

/// The users that have jobs, in the order of their own draws: the same user draws the same in any trace.
std::vector<NameId> users_by_draw(const Workload& workload, std::uint64_t seed) {
  std::vector<bool> has_jobs(workload.users.size());
  for (const auto& job : workload.jobs) has_jobs[job.user.index()] = true;
  std::vector<std::pair<double, NameId>> draws;
  for (std::uint32_t i = 0; i < has_jobs.size(); ++i) {
    if (!has_jobs[i]) continue;
    Rng rng{seed, fmt::format("transform.thin_users/{}", workload.users.text(NameId{i}))};
    draws.emplace_back(rng.uniform(), NameId{i});
  }
  std::stable_sort(draws.begin(), draws.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<NameId> users;
  for (const auto& draw : draws) users.push_back(draw.second);
  return users;
}

/// Keeps what the step wants, a job at a time.
void choose(Workload& workload, const TransformCall& call) {
  auto choice = JobChoice::make({&call.step, 1}, call.diags);
  if (!choice || !choice->begin(workload.time_base, call.diags)) return;
  keep_jobs(workload, [&](const JobSpec& job) { return choice->wants(workload, job); });
  choice->state(workload);
}

}  // namespace

void thin_users(Workload& workload, const TransformCall& call) {
  const auto users = users_by_draw(workload, call.seed());
  if (users.size() == 1 && workload.users.text(users.front()).empty())
    return call.complain("the trace has no users", {});
  const double share = *call.arguments().number("share");
  const auto wanted = std::max(1L, std::lround(share * static_cast<double>(users.size())));
  std::vector<bool> is_kept(workload.users.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(wanted); ++i) is_kept[users[i].index()] = true;
  const std::size_t before = workload.jobs.size();
  const auto kept = keep_jobs(workload, [&](const JobSpec& job) { return is_kept[job.user.index()]; });
  call.state(workload, fmt::format("{} of {} users are kept, with {} of {} jobs", wanted, users.size(), kept, before));
}

void cut(Workload& workload, const TransformCall& call) { choose(workload, call); }
void filter(Workload& workload, const TransformCall& call) { choose(workload, call); }

}  // namespace sluice::workloads
