// Whatever operators and nodes do to whatever jobs, under any policy, the books balance.

#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include <algorithm>

#include "simulator/base/rng.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

using Status = Entry::Status;

/// Draws of one seed, so that a failing case is one number.
class Draws {
 public:
  explicit Draws(int seed) : rng_{static_cast<std::uint64_t>(seed), "life"} {}
  /// In [0, below).
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(rng_.next() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  Rng rng_;
};

std::string some_dependency(const Workload& w, std::uint32_t job, Draws& draws) {
  constexpr const char* types[] = {"after", "afterany", "afterok", "afternotok", "aftercorr"};
  if (draws.one_in(6)) return "singleton";
  std::string text;
  for (int terms = 1 + static_cast<int>(draws.below(2)); terms > 0; --terms)
    text += fmt::format("{}{}:{}", text.empty() ? "" : draws.one_in(2) ? "," : "?", types[draws.below(5)],
                        w.job_id(JobId{draws.below(job)}));
  return text;
}

/// Holds, moments to begin at, deadlines, dependencies on earlier jobs, arrays of neighbours.
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

struct Outcome {
  std::uint64_t fingerprint = 0;
  std::vector<std::string> complaints;
};

Outcome play(const Case& what, const std::vector<TimedCommand>& commands, Clockwork clockwork, Memo memo) {
  Books books{what.workload, what.cluster};
  books.expect_commands();
  PolicySet policies = make_policies(what.policies);
  policies.clockwork = clockwork;
  Simulation simulation{what.workload, what.cluster, std::move(policies), {&books}, memo};
  simulation.set_commands(commands);
  Outcome outcome{simulation.run().fingerprint, books.complaints()};
  for (std::uint32_t i = 0; i < what.workload.jobs.size(); ++i) {
    const Status status = books.job(JobId{i}).status;
    const Job& job = simulation.jobs().job(JobId{i});
    const auto* running = std::get_if<Running>(&job.state);
    const bool suspended = running != nullptr && running->suspended;
    const bool may_wait = is_hindrance(job.reason) || job.reason == Reason::req_node_not_avail ||
                          job.reason == Reason::partition_down || job.reason == Reason::partition_time_limit ||
                          suspended;
    const bool stuck_behind = status == Status::waiting && (job.reason == Reason::resources || job.reason == Reason::priority);
    bool any_suspended = false;
    for (const Job& other : simulation.jobs().jobs)
      if (const auto* runs = std::get_if<Running>(&other.state)) any_suspended = any_suspended || runs->suspended;
    if (status == Status::running && !suspended) outcome.complaints.push_back(fmt::format("job {} still runs", i));
    if (status == Status::waiting && !may_wait && !(stuck_behind && any_suspended))
      outcome.complaints.push_back(fmt::format("job {} waits at the end, for {}", i, reason_name(job.reason)));
  }
  return outcome;
}

}  // namespace

TEST_CASE("whatever becomes of jobs and nodes, nothing is lost, leaked or done twice", "[property][life]") {
  rc::prop("life cycle", [] {
    Case what = build(*any_case(any_cluster(), any_policies()));
    const int seed = *rc::gen::inRange(0, 1'000'000'000);
    Draws draws{seed};
    what.cluster.times.slurmd_timeout = seconds(9);
    what.cluster.times.return_to_service = draws.below(3);
    what.cluster.job_settings.requeue_delay = seconds(5);
    decorate(what, draws);
    std::vector<TimedCommand> commands;
    if (!what.workload.jobs.empty())
      for (std::uint32_t n = draws.below(25); n > 0; --n)
        commands.push_back({Time{seconds(static_cast<int>(draws.below(150)))}, some_command(what, draws)});
    std::stable_sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    Clockwork clockwork;
    if (draws.one_in(2)) clockwork.check_period = seconds(30);
    const Outcome with = play(what, commands, clockwork, Memo::on);
    RC_LOG() << "seed of the life: " << seed << '\n';
    RC_ASSERT(with.complaints == std::vector<std::string>{});
    RC_ASSERT(with.fingerprint == play(what, commands, clockwork, Memo::off).fingerprint);
  });
}

}  // namespace sluice::test
