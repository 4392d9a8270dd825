// What jobs of a life ask for.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tests/properties/life_parts.hpp"

namespace sluice::test {

void stretch(Workload& workload, Draws& draws) {
  for (JobSpec& job : workload.jobs) {
    job.submit = Time{} + (job.submit - Time{}) * 15;
    job.duration *= 30;
    if (job.limit) job.limit = std::chrono::ceil<std::chrono::minutes>(*job.limit * 30);
    job.qos = workload.qos.intern(draws.one_in(3) ? "high" : "low");
  }
}

void ask_for_more(Case& what, Draws& draws) {
  const bool has_shards = what.cluster.classes.size() > 1 && what.cluster.classes[1].gres.size() > 1;
  const std::string a_node = what.cluster.nodes[draws.below(what.cluster.nodes.size())].name;
  for (JobSpec& job : what.workload.jobs) {
    JobRequest request = what.workload.request(job.request);
    if (has_shards && requested_gpus(request) == 0 && draws.one_in(4)) request.gres_per_node = {{"shard", "", 1 + draws.below(2)}};
    if (draws.one_in(8)) request.layout.prefer = "fast";
    if (draws.one_in(12)) request.constraint = "fast";
    if (draws.one_in(6) && request.sharing == Sharing::unspecified) request.sharing = Sharing::oversubscribe;
    if (draws.one_in(12)) request.layout.overcommit = true;
    if (draws.one_in(12)) request.layout.contiguous = true;
    if (draws.one_in(15)) request.nodelist = a_node;
    if (draws.one_in(15) && request.nodelist.empty()) request.exclude = a_node;
    job.request = what.workload.intern(request);
  }
}

void add_extras(Workload& workload, Draws& draws) {
  for (JobSpec& job : workload.jobs) {
    JobExtras extras = workload.extras[job.extras];
    if (draws.one_in(6)) extras.licenses = draws.one_of("matlab", "matlab:2", "ansys:2", "matlab,ansys");
    if (draws.one_in(6)) extras.reservation = draws.one_of("r0", "r1", "r0,r1");
    if (draws.one_in(10) && job.limit) extras.time_min = std::chrono::ceil<std::chrono::minutes>(*job.limit / 2);
    if (draws.one_in(10)) extras.nice = 50;
    if (draws.one_in(12)) job.exit_code = 1;
    workload.extras.push_back(std::move(extras));
    job.extras = static_cast<std::uint32_t>(workload.extras.size() - 1);
  }
}

void join_components(Workload& workload, Draws& draws) {
  if (!draws.one_in(3)) return;
  for (std::uint32_t i = 0; i + 1 < workload.jobs.size();) {
    const std::uint32_t count = 1 + (draws.one_in(8) ? 1 + draws.below(2) : 0);
    const std::uint32_t end = std::min(i + count, static_cast<std::uint32_t>(workload.jobs.size()));
    const std::string leader{workload.job_id(JobId{i})};
    for (std::uint32_t c = i; end - i > 1 && c < end; ++c) {
      JobSpec& job = workload.jobs[c];
      JobExtras& extras = workload.extras[job.extras];
      extras.het_group = leader;
      extras.array.clear();
      extras.array_task.reset();
      extras.array_limit.reset();
      extras.begin = workload.extras[workload.jobs[i].extras].begin;
      extras.dependency = workload.extras[workload.jobs[i].extras].dependency;
      extras.hold = workload.extras[workload.jobs[i].extras].hold;
      job.submit = workload.jobs[end - 1].submit;
      job.user = workload.jobs[i].user;
    }
    i = end;
  }
  for (std::uint32_t i = 1; i < workload.jobs.size(); ++i)
    workload.jobs[i].submit = std::max(workload.jobs[i].submit, workload.jobs[i - 1].submit);
}

void give_fates(SlurmLife& life, Draws& draws) {
  Workload& workload = life.what.workload;
  JobSettings& settings = life.what.cluster.job_settings;
  if (draws.one_in(3)) settings.requeue_exit = {1, 2};
  if (draws.one_in(4)) settings.requeue_exit_hold = {draws.one_in(2) ? std::int16_t{1} : std::int16_t{3}};
  const bool may_survive = draws.one_in(3), may_borrow = draws.one_in(3);
  for (JobSpec& job : workload.jobs) {
    JobExtras extras = workload.extras[job.extras];
    if (draws.one_in(6)) extras.earlier_exits.assign(1 + draws.below(3), static_cast<std::int16_t>(draws.below(4)));
    if (may_survive && draws.one_in(3)) extras.no_kill = true;
    if (may_borrow && draws.one_in(3)) extras.borrow_warning = seconds(10 * below(draws, 12));
    workload.extras.push_back(std::move(extras));
    job.extras = static_cast<std::uint32_t>(workload.extras.size() - 1);
  }
  const auto text = [](const std::vector<std::int16_t>& codes) { return fmt::format("{}", fmt::join(codes, ",")); };
  life.settings.push_back(fmt::format("RequeueExit={}", text(settings.requeue_exit)));
  life.settings.push_back(fmt::format("RequeueExitHold={}", text(settings.requeue_exit_hold)));
}

}  // namespace sluice::test
