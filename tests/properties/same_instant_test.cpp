// The order of rows with equal submission times, where it must not matter.

#include <rapidcheck/catch.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "simulator/base/rng.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

/// The same jobs with the rows of each instant in another order; row i of the result is job order[i] of `what`.
std::vector<std::size_t> shuffled_order(const Workload& workload, std::uint64_t seed) {
  std::vector<std::size_t> order(workload.jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng{seed, "shuffle"};
  std::vector<std::uint64_t> luck(order.size());
  for (auto& draw : luck) draw = rng.next();
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Time at = workload.jobs[a].submit, bt = workload.jobs[b].submit;
    return at != bt ? at < bt : luck[a] < luck[b];
  });
  return order;
}

Case reordered(const CaseDraw& draw, const std::vector<std::size_t>& order, bool distinct_limits) {
  Case what = build(draw);
  std::vector<JobSpec> rows;
  for (std::size_t i = 0; i < order.size(); ++i) {
    JobSpec job = what.workload.jobs[order[i]];
    if (distinct_limits) job.limit = job.limit.value_or(job.duration) + Duration{static_cast<int>(order[i]) + 1};
    rows.push_back(job);
  }
  what.workload.jobs = rows;
  return what;
}

}  // namespace

TEST_CASE("with distinct priorities the order of the rows of one instant does not matter", "[property][order]") {
  rc::prop("shuffled rows", [](std::uint64_t seed) {
    PolicyNames names{"sched/fcfs"};
    const auto variant = *rc::gen::element<std::string>("", "textbook", "fast", "cq", "sjbf");
    if (!variant.empty()) names = {"sched/easy", "easy_variant=" + variant};
    names.order = "priority/sjf";
    names.placement = *rc::gen::element<std::string>("select/first_fit", "select/best_fit", "select/pack_gpu");
    const CaseDraw draw = *any_case(any_cluster(), rc::gen::just(names));
    std::vector<std::size_t> as_is(draw.jobs.size());
    std::iota(as_is.begin(), as_is.end(), std::size_t{0});
    const auto order = shuffled_order(build(draw).workload, seed);
    const Run a = run(reordered(draw, as_is, true)), b = run(reordered(draw, order, true));
    for (std::size_t i = 0; i < order.size(); ++i) {
      RC_ASSERT(b.jobs[i].status == a.jobs[order[i]].status);
      RC_ASSERT(b.jobs[i].start.time_since_epoch().count() == a.jobs[order[i]].start.time_since_epoch().count());
      RC_ASSERT(b.jobs[i].held == a.jobs[order[i]].held);
    }
  });
}

TEST_CASE("which of some equal jobs stands first does not matter to anybody else", "[property][order]") {
  rc::prop("equal jobs", [](std::uint64_t seed) {
    PolicyNames names = *any_policies();
    RC_PRE(names.options.find("easy++") == std::string::npos);  // that one tells users apart
    CaseDraw draw = *any_case(any_cluster(), rc::gen::just(names));
    for (std::size_t i = 1; i < draw.jobs.size(); ++i)  // all jobs of an instant are alike
      if (draw.jobs[i].gap == 0) {
        draw.jobs[i] = draw.jobs[i - 1];
        draw.jobs[i].gap = 0;
      }
    const Case what = build(draw);
    const auto order = shuffled_order(what.workload, seed);
    const Run a = run(what), b = run(reordered(draw, order, false));
    using Schedule = std::map<std::pair<Time, std::vector<std::uint32_t>>, int>;
    const auto schedule = [](const Run& done) {
      Schedule all;
      for (const Entry& job : done.jobs) {
        std::vector<std::uint32_t> nodes;
        for (const NodeRun& run : job.held.runs) nodes.insert(nodes.end(), {run.first, run.count});
        ++all[{job.start, nodes}];
      }
      return all;
    };
    RC_ASSERT(schedule(a) == schedule(b));
  });
}

}  // namespace sluice::test
