// Whatever operators and nodes do to whatever jobs, under any policy, the books balance.

#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include "tests/properties/life_draws.hpp"

namespace sluice::test {
namespace {

using Status = Entry::Status;

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
    Draws draws{static_cast<std::uint64_t>(seed)};
    what.cluster.times.slurmd_timeout = seconds(9);
    what.cluster.times.return_to_service = draws.below(3);
    what.cluster.job_settings.requeue_delay = seconds(5);
    decorate(what, draws);
    const auto commands = some_commands(what, seconds(150), 25, draws);
    Clockwork clockwork;
    if (draws.one_in(2)) clockwork.check_period = seconds(30);
    const Outcome with = play(what, commands, clockwork, Memo::on);
    RC_LOG() << "seed of the life: " << seed << '\n';
    RC_ASSERT(with.complaints == std::vector<std::string>{});
    RC_ASSERT(with.fingerprint == play(what, commands, clockwork, Memo::off).fingerprint);
  });
}

}  // namespace sluice::test
