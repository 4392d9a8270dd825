#include <cmath>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "policies/priority/multifactor.hpp"
#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/usage.hpp"

namespace sluice::bench {
namespace {

using namespace accounting;

/// Accounts in a tree of `depth` levels, and users below the lowest ones.
AccountingSpec tree_of(std::int64_t associations, std::int64_t depth) {
  AccountingSpec spec;
  spec.associations.resize(1);
  spec.associations[0].account = "root";
  Rng rng{1, "tree"};
  std::vector<AssociationId> level{AssociationId{0}};
  const auto add = [&](AssociationId above, bool is_user) {
    const auto row = static_cast<std::uint32_t>(spec.associations.size());
    AssociationSpec one;
    one.account = is_user ? spec.associations[above.index()].account : fmt::format("a{}", row);
    if (is_user) one.user = fmt::format("u{}", row);
    one.parent = above;
    one.shares = static_cast<std::int64_t>(1 + rng.next() % 100);
    spec.associations.push_back(one);
    return AssociationId{row};
  };
  for (std::int64_t d = 1; d < depth; ++d) {
    std::vector<AssociationId> next;
    for (std::size_t i = 0; i < 10; ++i) next.push_back(add(level[i % level.size()], false));
    level = next;
  }
  for (std::size_t i = 0; std::ssize(spec.associations) < associations; ++i) add(level[i % level.size()], true);
  return spec;
}

/// One priority pass: usage fades, running jobs are charged, users are ranked, pending jobs are computed.
struct PriorityPass {
  PriorityPass(std::int64_t associations, std::int64_t depth, std::int64_t pending, std::int64_t running)
      : spec{tree_of(associations, depth)} {
    settings.weight_age = settings.weight_fairshare = settings.weight_job_size = settings.weight_qos = 1000;
    settings.weight_tres = {{"cpu", 100}, {"mem", 50}, {"gres/gpu", 3000}};
    Rng rng{2, "jobs"};
    const auto any_user = [&] {
      AssociationId id{};
      while (!tree.is_user(id))
        id = AssociationId{static_cast<std::uint32_t>(rng.next() % static_cast<std::uint64_t>(associations))};
      return id;
    };
    for (std::int64_t i = 0; i < pending; ++i) {
      owners.push_back(any_user());
      priority::MultifactorJob job;
      job.accruing_since = Seconds{static_cast<std::int64_t>(rng.next() % 100'000)};
      job.size = {1, 16};
      job.qos_priority = 10;
      job.tres = counts;
      job.tres_of_partition = totals;
      jobs.push_back(job);
    }
    for (std::int64_t i = 0; i < running; ++i) {
      UsingJob job;
      job.association = any_user();
      job.billing = 16;
      job.tres = counts;
      job.limit = Seconds{86'400};
      charged.push_back(job);
    }
    terms.resize(jobs.size());
  }

  void run(Seconds last, Seconds now) {
    usage.decay(now - last);
    for (const UsingJob& job : charged) usage.charge_in_pass(job, last, now);
    usage.settle();
    fair_tree.compute(usage.raw());
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].fair_share = fair_tree.factor(owners[i]);
    formula.compute(jobs, now, terms);
  }

  AccountingSpec spec;
  AssociationTree tree{spec};
  TresTable tres{std::vector<std::string>{"gres/gpu"}};
  TresRow counts = tres.row({{"cpu", 16}, {"mem", 64'000}, {"node", 1}, {"billing", 16}, {"gres/gpu", 2}});
  TresRow totals = tres.row({{"cpu", 64'000}, {"mem", 256'000'000}, {"gres/gpu", 8'000}});
  Usage usage{tree, tres.size(), Decay{std::chrono::hours{168}}, {}};
  FairTree fair_tree{tree};
  PrioritySettings settings;
  std::vector<AssociationId> owners;
  std::vector<priority::MultifactorJob> jobs;
  std::vector<UsingJob> charged;
  std::vector<priority::MultifactorTerms> terms;
  priority::Multifactor formula{settings, {{1000, 64'000}, 1, 100, 1}, tres};
};

void run_passes(benchmark::State& state, PriorityPass& pass) {
  Seconds now{100'000};
  for (auto _ : state) {
    pass.run(now, now + Seconds{300});
    now += Seconds{300};
  }
  double of_users = 0;  // what users have used is what root has
  for (std::uint32_t row = 1; row < pass.tree.size(); ++row)
    if (pass.tree.is_user(AssociationId{row})) of_users += pass.usage.raw()[row];
  const double of_root = pass.usage.raw()[0];
  SLUICE_CHECK(std::abs(of_users - of_root) <= 1e-9 * of_root, "users have used {}, root {}", of_users, of_root);
  for (const auto& terms : pass.terms) SLUICE_CHECK(terms.priority >= 1, "a pending job has no priority");
}

/// Associations; 10000 pending and 2000 running jobs.
void priority_pass(benchmark::State& state) {
  PriorityPass pass{state.range(0), 6, 10'000, 2'000};
  run_passes(state, pass);
}
BENCHMARK(priority_pass)->Arg(1'000)->Arg(10'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

/// Levels of accounts above each user; 10000 associations and as many running jobs: the cost does not grow with them.
void priority_pass_depth(benchmark::State& state) {
  PriorityPass pass{10'000, state.range(0), 1'000, 10'000};
  run_passes(state, pass);
}
BENCHMARK(priority_pass_depth)->Arg(2)->Arg(10)->Arg(50)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::bench
