// When will a job fit, and what may be started meanwhile? Against trying every moment.

#include <rapidcheck/catch.h>

#include <algorithm>

#include "policies/api/placement.hpp"
#include "simulator/engine/outlook.hpp"
#include "simulator/engine/placer.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

struct Running {
  Time end{};
  Allocation held;
};

void give(std::vector<Amount>& free, const Allocation& what, Sign sign) {
  for (const NodeRun& run : what.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      free[n] = combine(free[n], sign, what.takes[run.take]);
}

bool covers(const std::vector<Amount>& free) {
  return std::all_of(free.begin(), free.end(), [](const Amount& a) {
    return a.cpus >= 0 && a.memory >= 0 && std::all_of(a.gres.begin(), a.gres.end(), [](int c) { return c >= 0; });
  });
}

/// A cluster with running jobs, kept twice: as the engine has it, and as a list.
class Scene {
 public:
  explicit Scene(const Case& what)
      : case_{what},
        cluster_{what.cluster},
        policies_{make_policies(what.policies)},
        placer_{cluster_, *policies_.placement},
        outlook_{cluster_, ends_},
        free_{Books{what.workload, what.cluster}.free()} {}

  std::optional<Shape> shape_of(const JobSpec& job) const {
    auto shape = resolve(case_.workload.request(job.request), case_.cluster);
    const Books idle{case_.workload, case_.cluster};
    if (!shape || !fits(*shape, idle.free(), case_.cluster)) return std::nullopt;
    return std::move(*shape);
  }

  /// Where the job fits now, if it does; the placer must find it exactly when a search does.
  std::optional<Allocation> place(const Shape& shape) {
    Allocation where;
    const bool found = placer_.place(shape, where);
    RC_ASSERT(found == fits(shape, free_, case_.cluster));
    return found ? std::optional{where} : std::nullopt;
  }

  void start(std::uint32_t job, Allocation where, Time end) {
    give(free_, where, Sign::minus);
    RC_ASSERT(covers(free_));
    running_.push_back({end, where});
    const std::int64_t cpus = where.cpus;
    ends_.insert({{end, JobId{job}}, cpus, cluster_.allocate(std::move(where))});
  }

  std::vector<Amount> free_at(Time at) const {
    std::vector<Amount> free = free_;
    for (const Running& job : running_)
      if (job.end <= at) give(free, job.held, Sign::plus);
    return free;
  }

  Time first_fit(const Shape& shape, Time now) const {
    std::vector<Time> moments{now};
    for (const Running& job : running_) moments.push_back(std::max(now, job.end));
    std::sort(moments.begin(), moments.end());
    return *std::find_if(moments.begin(), moments.end(),
                         [&](Time at) { return fits(shape, free_at(at), case_.cluster); });
  }

  Outlook& outlook() { return outlook_; }
  const ClusterSpec& spec() const { return case_.cluster; }

 private:
  const Case& case_;
  Cluster cluster_;
  RunningJobs ends_;
  PolicySet policies_;
  Placer placer_;
  Outlook outlook_;
  std::vector<Amount> free_;
  std::vector<Running> running_;
};

}  // namespace

TEST_CASE("the outlook is the first moment at which a job fits, and admits what leaves it so", "[property][outlook]") {
  rc::prop("look, admits and started", [](std::uint8_t split) {
    CaseDraw draw = *any_case(any_cluster(), any_policies());
    for (auto& job : draw.jobs) job.kind = job.kind == 7 || job.kind == 17 ? 0 : job.kind;  // one partition each
    const Case what = build(draw);
    RC_PRE(what.workload.jobs.size() >= 2U);
    Scene scene{what};
    const std::size_t before = 1 + split % (what.workload.jobs.size() - 1);
    const auto head = scene.shape_of(what.workload.jobs[0]);
    RC_PRE(head.has_value());
    for (std::uint32_t i = 1; i < before; ++i)
      if (const auto shape = scene.shape_of(what.workload.jobs[i]))
        if (auto where = scene.place(*shape)) scene.start(i, *where, Time{what.workload.jobs[i].duration});
    const Time now{seconds(3)};
    const Time at = scene.outlook().look(*head, now);
    RC_ASSERT(whole_seconds(at) == whole_seconds(scene.first_fit(*head, now)));
    for (auto i = static_cast<std::uint32_t>(before); i < what.workload.jobs.size(); ++i) {
      const auto shape = scene.shape_of(what.workload.jobs[i]);
      const auto where = shape ? scene.place(*shape) : std::nullopt;
      if (!where) continue;
      const Time end = now + what.workload.jobs[i].duration;
      std::vector<Amount> then = scene.free_at(at);
      give(then, *where, Sign::minus);
      const bool stays = covers(then) && fits(*head, then, scene.spec());
      RC_ASSERT(scene.outlook().admits(*where) == stays);
      if (!stays && end > at) continue;
      scene.outlook().started(*where, end > at ? Outlook::Until::beyond : Outlook::Until::before);
      scene.start(i, *where, end);
    }
  });
}

}  // namespace sluice::test
