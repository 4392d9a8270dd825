// The engine against plain implementations, start by start.

#include <rapidcheck/catch.h>

#include "tests/properties/draws.hpp"
#include "tests/properties/naive_pool.hpp"

namespace sluice::test {
namespace {

struct Named {
  NaivePolicy::Kind kind;
  std::string scheduler, options, events_option;
};
using Kind = NaivePolicy::Kind;
using Events = NaivePolicy::Events;

const std::vector<Named> schedulers{
    {Kind::fcfs, "sched/fcfs", "", "fcfs_events"},
    {Kind::textbook, "sched/easy", "easy_variant=textbook,", "easy_events"},
    {Kind::fast, "sched/easy", "easy_variant=fast,", "easy_events"},
    {Kind::cq, "sched/easy", "easy_variant=cq,", "easy_events"},
    {Kind::sjbf, "sched/easy", "easy_variant=sjbf,", "easy_events"},
    {Kind::conservative, "sched/conservative", "", "conservative_events"},
};
const std::vector<std::pair<Events, std::string>> event_orders{
    {Events::batch, "batch"}, {Events::each, "each"}, {Events::arrivals_first, "arrivals_first"}};

void compare(const Named& named, const std::pair<Events, std::string>& events) {
  PolicyNames names{named.scheduler, named.options + named.events_option + "=" + events.second};
  names.order =
      *rc::gen::element<std::string>("priority/basic", "priority/sjf", "priority/largest", "priority/smallest");
  const CaseDraw draw = *any_case(rc::gen::just(ClusterKind::pool), rc::gen::just(names));
  const Case what = build(draw);
  const auto expected = naive_starts(what.workload, draw.nodes, {named.kind, events.first, names.order});
  std::vector<int> starts;
  for (const Time t : expected) starts.push_back(t == Time::max() ? -1 : whole_seconds(t));
  RC_ASSERT(start_seconds(run(what)) == starts);
}

}  // namespace

TEST_CASE("on a pool every start is that of a plain implementation of the same policy", "[property][naive]") {
  for (const auto& named : schedulers)
    for (const auto& events : event_orders)
      rc::prop(named.scheduler + ' ' + named.options + events.second, [&] { compare(named, events); });
}

TEST_CASE("nodes of one CPU each are a pool to jobs that ask for nodes", "[property][naive]") {
  rc::prop("pool and nodes", [] {
    const PolicyNames names = *any_policies();
    RC_PRE(names.scheduler != "sched/conservative");  // it plans with the nodes themselves
    const CaseDraw draw = *any_case(rc::gen::just(ClusterKind::pool), rc::gen::just(names));
    const Case pool = build(draw);
    CaseDraw on_nodes = draw;
    on_nodes.cluster = ClusterKind::equal_nodes;
    on_nodes.cpus = 1;
    for (auto& job : on_nodes.jobs) job.kind = 0 + 4 * (job.kind % 3);  // asks for nodes; the users stay three
    Case nodes = build(on_nodes);
    for (std::size_t i = 0; i < pool.workload.jobs.size(); ++i)
      nodes.workload.jobs[i].user = pool.workload.jobs[i].user;
    const Run a = run(pool), b = run(nodes);
    RC_ASSERT(b.complaints == std::vector<std::string>{});
    RC_ASSERT(start_seconds(a) == start_seconds(b));
  });
}

}  // namespace sluice::test
