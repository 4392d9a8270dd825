#include "simulator/engine/eligibility.hpp"

#include "simulator/base/array_tasks.hpp"
#include "simulator/base/parameters.hpp"

namespace sluice {
namespace {

bool is_plain(const JobExtras& extras) {
  return extras.array.empty() && extras.dependency.empty() && !extras.begin && !extras.deadline && !extras.hold &&
         !extras.priority;
}

/// CORRESPOND_ARRAY_TASK_CNT of slurmctld's loops. Other schedulers look at all tasks.
std::optional<std::size_t> most_corresponding(const ClusterSpec& cluster) {
  if (cluster.scheduler.name != "sched/backfill" && cluster.scheduler.name != "sched/builtin") return std::nullopt;
  constexpr std::int64_t by_default = 10;
  const auto count = find_count(cluster.scheduler.parameters, "correspond_after_task_cnt").value_or(by_default);
  return static_cast<std::size_t>(count > 0 ? count : by_default);
}

void begin_life(JobLife& life, const JobExtras& extras) {
  if (extras.begin) life.begin = Time{*extras.begin};
  if (extras.priority) life.priority = static_cast<std::uint32_t>(*extras.priority);
  if (extras.hold || life.priority == 0U) life.hold = Hold::user;
}

}  // namespace

Eligibility::Eligibility(const ClusterSpec& cluster, JobTable& jobs)
    : links{*jobs.workload}, dependencies{links, jobs, cluster.times.min_job_age, most_corresponding(cluster)}, arrays{links}, jobs_{jobs},
      kill_invalid_depend_{has_parameter(cluster.job_settings.dependency_parameters, "kill_invalid_depend")},
      max_array_size_{cluster.is_pool ? max_array_index : cluster.job_settings.max_array_size},
      max_array_tasks_{find_count(cluster.scheduler.parameters, "max_array_tasks").value_or(max_array_size_)} {
  const Workload& workload = *jobs.workload;
  if (workload.extras.size() == 1) return;
  std::vector<bool> plain;
  for (const JobExtras& extras : workload.extras) plain.push_back(is_plain(extras));
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const JobId job{i};
    const std::uint32_t row = workload.jobs[i].extras;
    if (plain[row] && links.dependents_of(job).empty() && !links.namesakes_of(job)) continue;
    begin_life(jobs.own_life(job), workload.extras[row]);
  }
}

std::optional<Reason> Eligibility::hindrance(JobId job, Time now) const {
  const JobLife* life = jobs_.life(job);
  if (life == nullptr) return std::nullopt;
  if (life->hold == Hold::user || life->hold == Hold::special_exit) return Reason::job_held_user;
  if (life->hold == Hold::admin) return Reason::job_held_admin;
  if (life->hold == Hold::reservation_deleted) return Reason::reservation_deleted;
  switch (dependencies.standing(job)) {
    case Dependencies::Standing::never: return Reason::dependency_never_satisfied;
    case Dependencies::Standing::waiting: return Reason::dependency;
    case Dependencies::Standing::met: break;
  }
  if (life->begin && *life->begin > now) return Reason::begin_time;
  return std::nullopt;
}

std::optional<std::string_view> Eligibility::refusal(JobId job) const {
  if (jobs_.life(job) == nullptr) return std::nullopt;
  if (const auto row = links.array_of(job)) {
    const auto& array = links.arrays()[row->index()];
    const auto tasks = static_cast<std::int64_t>(array.tasks.size());
    // With fewer tasks than MaxArraySize nobody counts them. Source: job_mgr.c, _valid_array_inx.
    const bool has_too_many = max_array_tasks_ < max_array_size_ && tasks > max_array_tasks_;
    if (array.last_index >= max_array_size_ || has_too_many) return "Invalid job array specification";
  }
  for (const Condition& condition : links.conditions(job))
    if (condition.of == Condition::Of::job && condition.row == job.value) return "Job dependency problem";
  return std::nullopt;
}

bool Eligibility::dies_of_its_dependency(JobId job) const {
  return dependencies.standing(job) == Dependencies::Standing::never &&
         jobs_.extras(job).kill_on_invalid_dep.value_or(kill_invalid_depend_);
}

}  // namespace sluice
