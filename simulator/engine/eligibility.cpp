#include "simulator/engine/eligibility.hpp"

#include <charconv>

#include "simulator/base/array_tasks.hpp"
#include "simulator/base/text.hpp"

namespace sluice {
namespace {

bool is_plain(const JobExtras& extras) {
  return extras.array.empty() && extras.dependency.empty() && !extras.begin && !extras.deadline && !extras.hold &&
         !extras.priority;
}

bool has_word(std::string_view list, std::string_view word) {
  for (const std::string_view part : split(list, ','))
    if (equal_ignoring_case(trim(part), word)) return true;
  return false;
}

/// CORRESPOND_ARRAY_TASK_CNT of slurmctld's loops. Other schedulers look at all tasks.
std::optional<std::size_t> most_corresponding(const ClusterSpec& cluster) {
  if (cluster.scheduler.name != "sched/backfill" && cluster.scheduler.name != "sched/builtin") return std::nullopt;
  constexpr std::size_t by_default = 10;
  constexpr std::string_view option = "correspond_after_task_cnt=";
  for (const std::string_view part : split(cluster.scheduler.parameters, ',')) {
    std::size_t count = 0;
    const std::string_view word = trim(part);
    if (!word.starts_with(option)) continue;
    const auto* const end = word.data() + word.size();
    if (std::from_chars(word.data() + option.size(), end, count).ec == std::errc{} && count > 0) return count;
  }
  return by_default;
}

void begin_life(JobLife& life, const JobExtras& extras) {
  if (extras.begin) life.begin = Time{*extras.begin};
  if (extras.priority) life.priority = static_cast<std::uint32_t>(*extras.priority);
  if (extras.hold || life.priority == 0U) life.hold = Hold::user;
}

}  // namespace

Eligibility::Eligibility(const ClusterSpec& cluster, JobTable& jobs)
    : links{*jobs.workload}, dependencies{links, jobs, cluster.times.min_job_age, most_corresponding(cluster)}, arrays{links}, jobs_{jobs},
      kill_invalid_depend_{has_word(cluster.job_settings.dependency_parameters, "kill_invalid_depend")},
      max_array_size_{cluster.is_pool ? max_array_index : cluster.job_settings.max_array_size} {
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
  if (life->hold == Hold::user) return Reason::job_held_user;
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
  if (const auto array = links.array_of(job); array && links.arrays()[array->index()].last_index >= max_array_size_)
    return "Invalid job array specification";
  for (const Condition& condition : links.conditions(job))
    if (condition.of == Condition::Of::job && condition.row == job.value) return "Job dependency problem";
  return std::nullopt;
}

bool Eligibility::dies_of_its_dependency(JobId job) const {
  return dependencies.standing(job) == Dependencies::Standing::never &&
         jobs_.extras(job).kill_on_invalid_dep.value_or(kill_invalid_depend_);
}

}  // namespace sluice
