// Rules that no policy may break, on random clusters under random policies.

#include <rapidcheck/catch.h>

#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

using Status = Entry::Status;

bool waits_for_ever(const Simulation& simulation, JobId job) {
  return is_of_partition(simulation.jobs().job(job).reason);
}

}  // namespace

TEST_CASE("whatever the policy, no rule is broken and every job that can run does", "[property]") {
  rc::prop("rules", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    Books books{what.workload, what.cluster};
    Simulation simulation{what.workload, what.cluster, make_policies(what.policies), {&books}};
    simulation.run();
    RC_ASSERT(books.complaints() == std::vector<std::string>{});
    RC_ASSERT(books.running() == 0);
    for (std::uint32_t i = 0; i < what.workload.jobs.size(); ++i) {
      const Status status = books.job(JobId{i}).status;
      const bool for_ever = status == Status::waiting && waits_for_ever(simulation, JobId{i});
      RC_ASSERT(status == Status::ended || status == Status::rejected || for_ever);
    }
  });
}

TEST_CASE("a job is refused if and only if it does not fit an empty cluster", "[property]") {
  rc::prop("refusals", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    const Books idle{what.workload, what.cluster};
    const Run done = run(what);
    for (std::size_t i = 0; i < what.workload.jobs.size(); ++i) {
      const auto shape = resolve(what.workload.request(what.workload.jobs[i].request), what.cluster);
      const bool can_run = shape && fits(*shape, idle.free(), what.cluster);
      RC_ASSERT((done.jobs[i].status == Status::rejected) == !can_run);
    }
  });
}

TEST_CASE("work is conserved: what was asked for is what was done", "[property]") {
  rc::prop("work", [] {
    const Case what = build(*any_case(rc::gen::just(ClusterKind::pool), any_policies()));
    const Run done = run(what);
    std::int64_t asked = 0, held = 0;
    for (std::size_t i = 0; i < what.workload.jobs.size(); ++i) {
      const JobSpec& job = what.workload.jobs[i];
      const Duration length = std::min(job.duration, job.limit.value_or(job.duration));
      asked += length.count() * requested_cpus(what.workload.request(job.request));
      held += (done.jobs[i].end - done.jobs[i].start).count() * done.jobs[i].held.cpus;
    }
    RC_ASSERT(asked == held);
  });
}

TEST_CASE("the engine's memory of what did not fit changes no decision", "[property]") {
  rc::prop("memo on and off", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    RC_ASSERT(run(what, Memo::on).fingerprint == run(what, Memo::off).fingerprint);
  });
}

TEST_CASE("the same inputs give the same run, whether in one go or in steps, beside another run or alone",
          "[property]") {
  rc::prop("determinism", [](bool many_steps) {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    const auto whole = run(what).fingerprint;
    Simulation stepped{what.workload, what.cluster, make_policies(what.policies), {}};
    Simulation other{what.workload, what.cluster, make_policies(what.policies), {}};
    for (int t = 0; t < 60; t += many_steps ? 1 : 13) {
      stepped.run({Time{seconds(t)}});
      other.run({Time{seconds(t / 2)}});
    }
    RC_ASSERT(stepped.run().fingerprint == whole);
    RC_ASSERT(other.run().fingerprint == whole);
  });
}

TEST_CASE("at any cut, submitted = finished + running + queued", "[property]") {
  rc::prop("cuts", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    const Time cut{seconds(*rc::gen::inRange(0, 120))};
    Books books{what.workload, what.cluster};
    Simulation simulation{what.workload, what.cluster, make_policies(what.policies), {&books}};
    simulation.run({cut});
    std::int64_t due = 0, rejected = 0;
    for (const JobSpec& job : what.workload.jobs) due += job.submit <= cut ? 1 : 0;
    for (const Entry& job : books.jobs()) rejected += job.status == Status::rejected ? 1 : 0;
    RC_ASSERT(due - rejected == books.finished() + books.running() + books.waiting());
    RC_ASSERT(simulation.load().pending == books.waiting());
    RC_ASSERT(simulation.load().running == books.running());
    RC_ASSERT(books.complaints() == std::vector<std::string>{});
  });
}

TEST_CASE("what had happened by a cut does not depend on what comes after it", "[property]") {
  rc::prop("causality", [] {
    CaseDraw draw = *any_case(any_cluster(), any_policies());
    const Case whole = build(draw);
    RC_PRE(!draw.jobs.empty());
    const auto kept = *rc::gen::inRange<std::size_t>(0, draw.jobs.size());
    const Time cut = whole.workload.jobs[kept].submit;
    draw.jobs.resize(kept);
    const Run with = run(whole), without = run(build(draw));
    for (std::size_t i = 0; i < kept; ++i) {
      if (with.jobs[i].start >= cut || with.jobs[i].status != Status::ended) continue;
      RC_ASSERT(without.jobs[i].start == with.jobs[i].start);
      RC_ASSERT(without.jobs[i].held == with.jobs[i].held);
    }
  });
}

}  // namespace sluice::test
