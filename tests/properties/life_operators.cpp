// What operators of a life do.

#include <fmt/format.h>

#include <algorithm>

#include "tests/properties/life_parts.hpp"

namespace sluice::test {
namespace {

void sort_by_time(std::vector<TimedCommand>& commands) {
  std::stable_sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

NodeSet some_nodes(const ClusterSpec& cluster, Draws& draws) {
  NodeSet nodes{cluster.nodes.size()};
  nodes.insert(NodeId{draws.below(cluster.nodes.size())});
  nodes.insert(NodeId{draws.below(cluster.nodes.size())});
  return nodes;
}

ReservationRequest some_reservation(const Case& what, Time at, Draws& draws) {
  using Flag = ReservationFlag;
  constexpr Flag flags[] = {Flag::maint,        Flag::overlap,     Flag::flex,       Flag::ignore_jobs,
                            Flag::static_alloc, Flag::any_nodes,   Flag::time_float, Flag::purge_comp,
                            Flag::replace,      Flag::replace_down, Flag::no_hold_jobs, Flag::magnetic};
  ReservationRequest request;
  request.name = draws.one_of("r0", "r1", "r2");
  request.start = at + seconds(30 + below(draws, 300));
  request.duration = ReservationRequest::Length{ReservationRequest::Length::How::set, std::chrono::minutes{1 + below(draws, 10)}};
  for (int n = below(draws, 3); n > 0; --n) request.flags.insert(flags[draws.below(std::size(flags))]);
  if (draws.one_in(2))
    request.nodes = some_nodes(what.cluster, draws);
  else
    request.node_counts = {1 + draws.below(2)};
  if (draws.one_in(5)) request.licenses = Licenses{{"matlab", 1}};
  if (draws.one_in(3)) request.partition = PartitionId{0};
  ReservationRequest::NamesChange users;
  users.names.names = {draws.one_of("u0", "u1", "u2")};
  request.users = users;
  return request;
}

Command change_of_reservation(const Case& what, Time at, Draws& draws) {
  if (draws.one_in(4)) return DeleteReservation{draws.one_of("r0", "r1", "r2")};
  if (!draws.one_in(4)) return CreateReservation{some_reservation(what, at, draws)};
  ReservationRequest request;
  request.name = draws.one_of("r0", "r1", "r2");
  using How = ReservationRequest::Length::How;
  request.duration = ReservationRequest::Length{draws.one_in(2) ? How::add : How::subtract, std::chrono::minutes{1 + below(draws, 3)}};
  if (draws.one_in(3)) request.nodes = some_nodes(what.cluster, draws);
  return UpdateReservation{std::move(request)};
}

UpdateJobs some_update(Case& what, Time at, Draws& draws) {
  Workload& workload = what.workload;
  const JobId job{draws.below(workload.jobs.size())};
  UpdateJobs update;
  update.jobs = {job};
  if (draws.one_in(3)) update.qos = workload.qos.intern(draws.one_of("low", "high"));
  if (draws.one_in(3)) update.nice = draws.below(100);
  if (draws.one_in(4)) update.compute_priority = true;
  if (draws.one_in(4)) update.begin = at + seconds(below(draws, 300));
  if (draws.one_in(3)) update.limit = std::chrono::minutes{1 + below(draws, 20)};
  if (draws.one_in(3) && what.cluster.partitions.size() > 1) {
    JobRequest request = workload.request(workload.jobs[job.index()].request);
    request.partition = draws.one_of("all", "gpu", "gpu,all");
    update.requests.push_back({job, workload.intern(request)});
  }
  return update;
}

CancelJobs some_cancel(const Case& what, Draws& draws) {
  CancelJobs cancel;
  if (draws.one_in(2)) cancel.name = draws.one_of("x", "y");
  if (draws.one_in(2)) cancel.partition = PartitionId{draws.below(what.cluster.partitions.size())};
  cancel.state = static_cast<CancelJobs::State>(draws.below(3));
  if (!draws.one_in(4)) cancel.jobs = std::vector<JobId>{JobId{draws.below(what.workload.jobs.size())}};
  return cancel;
}

Command some_more(Case& what, std::size_t arrays, Time at, Draws& draws) {
  const auto jobs = what.workload.jobs.size();
  switch (draws.below(8)) {
    case 0:
    case 1:
    case 2: return change_of_reservation(what, at, draws);
    case 3:
    case 4: return some_update(what, at, draws);
    case 5: return RequeueJobs{{JobId{draws.below(jobs)}}, draws.one_in(2) ? Hold::admin : Hold::none};
    case 6: return some_cancel(what, draws);
    default:
      if (arrays == 0) return ReleaseJobs{{JobId{draws.below(jobs)}}};
      ThrottleArray throttle{ArrayId{draws.below(arrays)}, std::nullopt};
      if (!draws.one_in(3)) throttle.limit = 1 + draws.below(3);
      return throttle;
  }
}

}  // namespace

void add_commands(SlurmLife& life, Draws& draws) {
  life.commands = some_commands(life.what, seconds(span_of_commands_s), 25, draws);
  const std::size_t arrays = JobLinks{life.what.workload}.arrays().size();
  for (int n = below(draws, 20); n > 0; --n) {
    const Time at{seconds(below(draws, span_of_commands_s))};
    life.commands.push_back({at, some_more(life.what, arrays, at, draws)});
  }
  sort_by_time(life.commands);
}

void save_power(SlurmLife& life, Draws& draws) {
  if (!draws.one_in(5)) return;
  PowerSettings& power = life.what.cluster.power;
  power.has_suspend_program = power.has_resume_program = true;
  if (!draws.one_in(4)) power.suspend_time = seconds(30 + below(draws, 300));
  power.suspend_timeout = seconds(below(draws, 90));
  power.resume_timeout = seconds(30 + below(draws, 60));
  if (draws.one_in(2)) power.boot = seconds(below(draws, 100));  // some too long
  power.suspend_rate = below(draws, 3);
  power.resume_rate = below(draws, 3);
  if (draws.one_in(3)) power.exempt = {NodeId{0}};
  const auto nodes = static_cast<std::uint32_t>(life.what.cluster.nodes.size());
  if (nodes > 2 && draws.one_in(3)) power.exempt_some = {{{NodeId{0}, NodeId{1}, NodeId{nodes - 1}}, 1}};
  for (int n = below(draws, 8); n > 0; --n) {
    const NodeId node{draws.below(life.what.cluster.nodes.size())};
    const auto to = static_cast<SwitchPower::To>(draws.below(4));
    life.commands.push_back({Time{seconds(below(draws, span_of_commands_s))}, SwitchPower{{node}, to}});
  }
  sort_by_time(life.commands);
  life.settings.push_back(fmt::format("SuspendTime={} SuspendTimeout={} ResumeTimeout={} SluiceBootTime={} SuspendRate={}",
                                      power.suspend_time ? to_seconds(*power.suspend_time) : -1, to_seconds(power.suspend_timeout),
                                      to_seconds(power.resume_timeout), power.boot ? to_seconds(*power.boot) : -1,
                                      power.suspend_rate));
}

void reserve_more(SlurmLife& life, Draws& draws) {
  const ClusterSpec& cluster = life.what.cluster;
  const bool may_be_of_cores = cluster.select.name != "select/linear" && draws.one_in(3);
  const bool may_be_late = draws.one_in(3), may_be_for_groups = cluster.groups && draws.one_in(2);
  for (TimedCommand& command : life.commands) {
    auto* create = std::get_if<CreateReservation>(&command.what);
    if (create == nullptr) continue;
    ReservationRequest& request = create->request;
    if (may_be_of_cores && draws.one_in(2)) {
      request.core_counts.assign(1 + draws.below(2), 1 + draws.below(2));
      if (draws.one_in(3)) request.flags.insert(ReservationFlag::first_cores);
      if (draws.one_in(3)) request.node_counts.clear();
    }
    if (may_be_late && draws.one_in(2)) request.max_start_delay = std::chrono::seconds{20 * below(draws, 10)};
    if (may_be_for_groups && draws.one_in(2)) {
      request.groups.emplace().names.names = {draws.one_of("even", "odd")};
      request.users.reset();
    }
  }
}

}  // namespace sluice::test
