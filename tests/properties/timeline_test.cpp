// The plan of free resources against a plain one: free resources of every node, second by second.

#include <rapidcheck/catch.h>

#include <algorithm>

#include "simulator/model/timeline.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

constexpr int horizon = 600;  // nothing is planned beyond

class PlainPlan {
 public:
  explicit PlainPlan(const ClusterSpec& cluster) : cluster_{cluster} {
    std::vector<Amount> all;
    for (const auto& node : cluster.nodes) all.push_back(capacity_of(cluster.classes[node.node_class.index()]));
    free_.assign(horizon, all);
  }

  void change(const Allocation& what, Time from, Time to, Sign sign) {
    for (int t = whole_seconds(from); t < whole_seconds(to); ++t)
      for (const NodeRun& run : what.runs)
        for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
          Amount& free = free_[static_cast<std::size_t>(t)][n];
          free = combine(free, sign, what.takes[run.take]);
          RC_ASSERT(free.cpus >= 0);
          RC_ASSERT(free.memory >= 0);
          for (const auto count : free.gres) RC_ASSERT(count >= 0);
        }
  }

  Time earliest_fit(const Shape& shape, Duration length, Time after) const {
    for (int t = whole_seconds(after);; ++t)
      if (fits(shape, least(t, t + whole_seconds(Time{length})), cluster_)) return Time{seconds(t)};
  }

 private:
  /// What stays free of each node throughout [from, to).
  std::vector<Amount> least(int from, int to) const {
    std::vector<Amount> low = free_[static_cast<std::size_t>(from)];
    for (int t = from + 1; t < to; ++t)
      for (std::size_t n = 0; n < low.size(); ++n) {
        const Amount& here = free_[static_cast<std::size_t>(t)][n];
        low[n].cpus = std::min(low[n].cpus, here.cpus);
        low[n].memory = std::min(low[n].memory, here.memory);
        for (std::size_t k = 0; k < max_gres_kinds; ++k) low[n].gres[k] = std::min(low[n].gres[k], here.gres[k]);
      }
    return low;
  }

  const ClusterSpec& cluster_;
  std::vector<std::vector<Amount>> free_;  ///< by second, by node
};

struct Held {
  Slot slot;
  Time end{};
};

}  // namespace

TEST_CASE("the plan's earliest fit is the first second at which the job fits for its whole length",
          "[property][timeline]") {
  rc::prop("earliest_fit, hold, free and forget_before", [] {
    CaseDraw draw = *any_case(any_cluster(), any_policies());
    if (draw.jobs.size() > 20) draw.jobs.resize(20);
    const Case what = build(draw);
    Timeline plan{what.cluster};
    PlainPlan plain{what.cluster};
    const Books idle{what.workload, what.cluster};
    std::vector<Held> held;
    for (std::size_t i = 0; i < draw.jobs.size(); ++i) {
      const JobSpec& job = what.workload.jobs[i];
      plan.forget_before(job.submit);
      const auto shape = resolve(what.workload.request(job.request), what.cluster);
      if (!shape || !fits(*shape, idle.free(), what.cluster)) continue;
      const Slot slot = plan.earliest_fit(*shape, job.duration, job.submit);
      RC_ASSERT(whole_seconds(slot.start) == whole_seconds(plain.earliest_fit(*shape, job.duration, job.submit)));
      plan.hold(slot.where, slot.start, slot.start + job.duration);
      plain.change(slot.where, slot.start, slot.start + job.duration, Sign::minus);
      held.push_back({slot, slot.start + job.duration});
      if (draw.jobs[i].kind % 3 != 0) continue;
      const Held& gone = held[static_cast<std::size_t>(draw.jobs[i].size) % held.size()];
      const Time from = std::max(job.submit, gone.slot.start);
      if (from >= gone.end) continue;
      plan.free(gone.slot.where, from, gone.end);
      plain.change(gone.slot.where, from, gone.end, Sign::plus);
      held.erase(held.begin() + (&gone - held.data()));
    }
    for (const Held& last : held) {
      const Time from = std::max(last.slot.start, what.workload.jobs.back().submit);
      if (from < last.end) plan.free(last.slot.where, from, last.end);
    }
    if (!held.empty()) plan.forget_before(what.workload.jobs.back().submit);
    RC_ASSERT(plan.steps() == 1U);
  });
}

}  // namespace sluice::test
