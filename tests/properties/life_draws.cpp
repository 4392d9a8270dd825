#include "tests/properties/life_draws.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::test {
namespace {

std::string some_dependency(const Workload& w, std::uint32_t job, Draws& draws) {
  constexpr const char* types[] = {"after", "afterany", "afterok", "afternotok", "aftercorr"};
  if (draws.one_in(6)) return "singleton";
  std::string text;
  for (int terms = 1 + static_cast<int>(draws.below(2)); terms > 0; --terms)
    text += fmt::format("{}{}:{}", text.empty() ? "" : draws.one_in(2) ? "," : "?", types[draws.below(5)],
                        w.job_id(JobId{draws.below(job)}));
  return text;
}

Command some_command(const Case& what, Draws& draws) {
  const JobId job{draws.below(what.workload.jobs.size())};
  const NodeId node{draws.below(what.cluster.nodes.size())};
  switch (draws.below(12)) {
    case 0: return HoldJobs{{job}, Hold::user};
    case 1:
    case 2: return ReleaseJobs{{job}};
    case 3: return RequeueJobs{{job}, draws.one_in(3) ? Hold::admin : Hold::none};
    case 4: return SuspendJobs{{job}};
    case 5: return ResumeJobs{{job}};
    case 6: {
      UpdateJobs update;
      update.jobs = {job};
      if (draws.one_in(2)) update.limit = seconds(1 + static_cast<int>(draws.below(60)));
      if (draws.one_in(2)) update.priority = draws.below(4);
      return update;
    }
    case 7: {
      CancelJobs cancel;
      cancel.jobs = {job};
      return cancel;
    }
    case 8: return KillNode{node};
    case 9: return StartNode{node};
    case 10:
      if (what.cluster.partitions.size() > 1 && draws.one_in(2))
        return UpdatePartition{PartitionId{draws.below(what.cluster.partitions.size())},
                               draws.one_in(2) ? PartitionState::up : PartitionState::down};
      return UpdateNodes{{node}, static_cast<UpdateNodes::State>(draws.below(5))};
    default: return UpdateNodes{{node}, UpdateNodes::State::resume};
  }
}

}  // namespace

void decorate(Case& what, Draws& draws) {
  Workload& w = what.workload;
  std::int64_t array_limit = 1;
  for (std::uint32_t i = 0; i < w.jobs.size(); ++i) {
    JobExtras extras;
    extras.name = draws.one_in(2) ? "x" : "y";
    if (draws.one_in(8)) extras.hold = true;
    if (draws.one_in(5)) extras.begin = w.jobs[i].submit.time_since_epoch() + seconds(static_cast<int>(draws.below(40)));
    if (draws.one_in(8)) extras.deadline = w.jobs[i].submit.time_since_epoch() + seconds(static_cast<int>(draws.below(90)));
    if (draws.one_in(4)) extras.requeue = draws.one_in(2);
    if (draws.one_in(4)) extras.kill_on_invalid_dep = true;
    if (i > 0 && draws.one_in(3)) extras.dependency = some_dependency(w, i, draws);
    if (i % 7 == 0) array_limit = 1 + draws.below(3);
    if (i % 7 < 4 && draws.one_in(2)) {
      extras.array = fmt::format("A{}", i / 7);
      extras.array_task = i % 7;
      extras.array_limit = array_limit;
    }
    w.jobs[i].extras = static_cast<std::uint32_t>(w.extras.size());
    w.extras.push_back(std::move(extras));
  }
}

std::vector<TimedCommand> some_commands(const Case& what, Duration span, std::uint32_t most, Draws& draws) {
  std::vector<TimedCommand> commands;
  if (what.workload.jobs.empty()) return commands;
  const auto whole = static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(span).count());
  for (std::uint32_t n = draws.below(most); n > 0; --n)
    commands.push_back({Time{seconds(static_cast<int>(draws.below(whole)))}, some_command(what, draws)});
  std::stable_sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return commands;
}

}  // namespace sluice::test
