// What slurmctld's loops do on random clusters, whatever shortcuts they take.

#include <rapidcheck/catch.h>

#include "policies/catalogue.hpp"
#include "policies/scheduler/slurm/loops.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

using namespace scheduler::slurm;

/// Cycles come every few seconds, so that jobs of seconds meet many of them.
Settings busy_settings(Shortcuts shortcuts) {
  Settings settings;
  settings.clock.cycle = std::chrono::seconds{7};
  settings.clock.full_pass = std::chrono::seconds{20};
  settings.backfill.resolution = std::chrono::seconds{*rc::gen::element(1, 7, 60)};
  settings.main.shortcuts = settings.backfill.shortcuts = shortcuts;
  return settings;
}

Run run_loops(const Case& what, const Settings& settings) {
  Books books{what.workload, what.cluster};
  PolicyNames names;
  PolicySet policies = make_policies(names);
  policies.scheduler.reset();
  policies.placement.reset();
  policies.loops = make_loops(settings);
  std::vector<std::string> notes;
  const Policies all = builtin_policies();
  for (const SelectionEntry* entry : all.selections())
    if (entry->name == "select/cons_tres") policies.selection = entry->make(what.cluster, notes);
  Simulation simulation{what.workload, what.cluster, std::move(policies), {&books}};
  Run done;
  done.fingerprint = simulation.run().fingerprint;
  done.jobs = books.jobs();
  done.complaints = books.complaints();
  return done;
}

/// Limits are whole minutes, as slurmctld has them.
Case longer(Case what) {
  for (JobSpec& job : what.workload.jobs) {
    job.duration *= 30;
    if (job.limit) job.limit = std::chrono::ceil<std::chrono::minutes>(*job.limit * 30);
  }
  return what;
}

}  // namespace

TEST_CASE("answers that are known need not be asked for again", "[property][loops]") {
  rc::prop("shortcuts taken and avoided", [] {
    const auto kind = rc::gen::element(ClusterKind::pool, ClusterKind::equal_nodes, ClusterKind::mixed_nodes);
    const Case what = longer(build(*any_case(kind, any_policies())));
    Settings settings = busy_settings(Shortcuts::taken);
    const Run quick = run_loops(what, settings);
    settings.main.shortcuts = settings.backfill.shortcuts = Shortcuts::avoided;
    const Run slow = run_loops(what, settings);
    RC_ASSERT(quick.fingerprint == slow.fingerprint);
  });
}

}  // namespace sluice::test
