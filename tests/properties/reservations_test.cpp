// Whatever is reserved, nobody else runs there, and nobody runs elsewhere than where they asked to.

#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include <algorithm>

#include "policies/catalogue.hpp"
#include "simulator/base/rng.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

struct Window {
  std::string name;
  Time start{}, end{};
  NodeSet nodes;
};

/// Looks at every start.
class Guard final : public Observer {
 public:
  Guard(const Case& what, const std::vector<Window>& windows) : what_{what}, windows_{windows} {}

  void job_started(JobId job, Time at, const Allocation& allocation) override {
    const JobSpec& spec = what_.workload.jobs[job.index()];
    const std::string& asked = what_.workload.extras[spec.extras].reservation;
    const Time limit = Time{floor_seconds(at)} + std::get<Running>(simulation_->jobs().job(job).state).limit;
    NodeSet nodes{what_.cluster.nodes.size()};
    mark_nodes(allocation, nodes);
    for (const Window& window : windows_) {
      const auto common = nodes.count_common(window.nodes);
      if (asked == window.name) {
        is_fine_ = is_fine_ && common == nodes.count() && at >= window.start && at <= window.end;
        ++inside_;
      } else if (limit > window.start && Time{floor_seconds(at)} < window.end) {
        is_fine_ = is_fine_ && common == 0;
      }
    }
  }
  void watch(const Simulation& simulation) { simulation_ = &simulation; }
  bool is_fine() const { return is_fine_; }
  int inside() const { return inside_; }

 private:
  const Case& what_;
  const std::vector<Window>& windows_;
  const Simulation* simulation_ = nullptr;
  bool is_fine_ = true;
  int inside_ = 0;
};

/// Limits are whole minutes, as slurmctld has them.
void lengthen(Case& what) {
  for (PartitionSpec& partition : what.cluster.partitions) partition.max_time.reset();
  for (JobSpec& job : what.workload.jobs) {
    job.duration *= 30;
    if (job.limit) job.limit = std::chrono::ceil<std::chrono::minutes>(*job.limit * 30);
  }
}

std::vector<TimedCommand> reserve(const Case& what, Rng& rng, std::vector<Window>& windows) {
  std::vector<TimedCommand> commands;
  const auto below = [&](std::uint64_t bound) { return rng.next() % bound; };
  for (std::uint32_t n = 0; n < what.cluster.nodes.size(); n += 2) {
    Window window{fmt::format("r{}", n), Time{std::chrono::minutes{1 + below(60)}}, {}, NodeSet{what.cluster.nodes.size()}};
    window.end = window.start + std::chrono::minutes{1 + below(60)};
    window.nodes.insert(NodeId{n});
    if (n + 1 < what.cluster.nodes.size() && below(2) == 0) window.nodes.insert(NodeId{n + 1});
    CreateReservation create;
    create.request.name = window.name;
    create.request.start = window.start;
    create.request.end = window.end;
    create.request.nodes = window.nodes;
    create.request.users = ReservationRequest::NamesChange{{}, {{"nobody"}, true}};
    if (below(3) == 0) create.request.flags.insert(ReservationFlag::maint);
    commands.push_back({Time{}, std::move(create)});
    windows.push_back(std::move(window));
  }
  return commands;
}

}  // namespace

TEST_CASE("no job outside of a reservation runs on its nodes in its time, and none inside runs elsewhere",
          "[property][reservations]") {
  rc::prop("random reservations", [](std::uint32_t seed) {
    const auto kind = rc::gen::element(ClusterKind::equal_nodes, ClusterKind::mixed_nodes);
    Case what = build(*any_case(kind, rc::gen::element(PolicyNames{})));
    Rng rng{seed, "reservations"};
    std::vector<Window> windows;
    const auto commands = reserve(what, rng, windows);
    lengthen(what);
    for (JobSpec& job : what.workload.jobs) {
      job.submit += std::chrono::seconds{1};
      if (rng.next() % 3 != 0) continue;
      JobExtras extras;
      extras.reservation = windows[rng.next() % windows.size()].name;
      job.extras = static_cast<std::uint32_t>(what.workload.extras.size());
      what.workload.extras.push_back(extras);
    }
    Books books{what.workload, what.cluster};
    books.expect_commands();
    books.expect_cut_tasks();
    Guard guard{what, windows};
    PolicyNames names;
    names.scheduler = "sched/backfill";
    PolicySet policies = make_policies(names, what.cluster);
    policies.clockwork.check_period = std::chrono::seconds{30};
    Simulation simulation{what.workload, what.cluster, std::move(policies), {&books, &guard}};
    guard.watch(simulation);
    simulation.set_commands(commands);
    simulation.run();
    RC_CLASSIFY(guard.inside() > 0, "jobs inside");
    RC_ASSERT(simulation.refused_commands().empty());
    RC_ASSERT(books.complaints() == std::vector<std::string>{});
    RC_ASSERT(guard.is_fine());
  });
}

TEST_CASE("licences in use are never more than there are", "[property][licences]") {
  rc::prop("random licences", [](std::uint32_t seed) {
    Case what = build(*any_case(rc::gen::element(ClusterKind::equal_nodes, ClusterKind::mixed_nodes),
                                rc::gen::element(PolicyNames{})));
    Rng rng{seed, "licences"};
    const auto total = static_cast<std::int64_t>(1 + rng.next() % 3);
    what.cluster.licenses = {{"a", total}};
    lengthen(what);
    for (JobSpec& job : what.workload.jobs) {
      if (rng.next() % 2 == 0) continue;
      JobExtras extras;
      extras.licenses = fmt::format("a:{}", 1 + rng.next() % static_cast<std::uint64_t>(total));
      job.extras = static_cast<std::uint32_t>(what.workload.extras.size());
      what.workload.extras.push_back(extras);
    }
    Books books{what.workload, what.cluster};
    books.expect_cut_tasks();
    PolicyNames names;
    names.scheduler = "sched/backfill";
    names.options = rng.next() % 2 == 0 ? "" : "bf_licenses";
    Simulation simulation{what.workload, what.cluster, make_policies(names, what.cluster), {&books}};
    simulation.run();  // the pool itself checks
    RC_ASSERT(books.complaints() == std::vector<std::string>{});
  });
}

}  // namespace sluice::test
