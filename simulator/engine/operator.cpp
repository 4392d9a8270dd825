#include "simulator/engine/operator.hpp"

#include <fmt/format.h>
#include <tl/expected.hpp>

#include <algorithm>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/base/parameters.hpp"
#include "simulator/engine/top_jobs.hpp"

namespace sluice {
namespace {

template <class State>
bool is(const Job& job) {
  return std::holds_alternative<State>(job.state);
}

/// What scontrol says of TimeLimit-=.
constexpr const char* too_much_shorter = "TimeLimit decrement larger than current time limit";

bool is_suspended(const Job& job) {
  const auto* running = std::get_if<Running>(&job.state);
  return running != nullptr && running->suspended;
}

/// The request is the same but for its number of nodes: that, if the command is about nothing else that only waiting jobs have.
std::optional<std::int64_t> asked_nodes(const Workload& workload, const JobSpec& job, JobId id, const UpdateJobs& command) {
  if (command.qos || command.account || command.begin || command.dependency) return std::nullopt;
  for (const NewRequest& one : command.requests) {
    if (one.job != id) continue;
    const JobRequest& asked = workload.request(one.request);
    JobRequest same = workload.request(job.request);
    same.min_nodes = asked.min_nodes;
    same.max_nodes = asked.max_nodes;
    if (same == asked) return asked.min_nodes;
  }
  return std::nullopt;
}

/// All but its first ones, on the first of which its script runs.
NodeSet nodes_behind(const Allocation& allocation, std::int64_t kept, std::size_t all) {
  NodeSet nodes{all};
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      if (--kept < 0) nodes.insert(NodeId{n});
  return nodes;
}

/// What a running job gives back to have so many nodes, or slurmctld's refusal. It never gets more. Jobs whose nodes boot are left
/// out. Source: job_mgr.c, _update_job; slurm.conf(5) disable_job_shrink.
tl::expected<NodeSet, const char*> given_back(const State& state, const Running& run, std::int64_t nodes) {
  using Refused = tl::unexpected<const char*>;
  const Allocation& held = state.cluster.allocation(run.allocation);
  if (nodes <= 0 || nodes > held.nodes) return Refused{"Node count specification invalid"};
  if (run.is_configuring || has_parameter(state.cluster.spec().scheduler.parameters, "disable_job_shrink"))
    return Refused{"Requested operation not supported on this system"};
  return nodes_behind(held, nodes, state.cluster.node_count());
}

}  // namespace

Operator::Operator(State& state, Apply& apply, EventQueue<Event>& events)
    : state_{state}, apply_{apply}, events_{events},
      keeps_whole_{has_parameter(state.cluster.spec().scheduler.parameters, "whole_hetjob") ||
                   has_parameter(state.cluster.spec().scheduler.parameters, "whole_pack")} {}

void Operator::execute(const Command& command, Time now) {
  now_ = now;
  std::visit(
      [this]<class What>(const What& what) {
        if constexpr (!is_cluster_change<What>) on(what);  // the simulation sees to those
      },
      command);
  apply_.look_again(now);
}

void Operator::on(const HoldJobs& command) {
  for (const JobId named : command.jobs)
    for (const JobId job : meant_by(named)) apply_.hold(job, command.by, now_);
}

void Operator::on(const ReleaseJobs& command) {
  for (const JobId named : command.jobs)
    for (const JobId job : meant_by(named)) apply_.release(job, now_);
}

/// A component of a heterogeneous job that is not the first cannot be named; the first stands for all.
/// Source: Slurm's page on heterogeneous jobs.
std::vector<JobId> Operator::whole_job(JobId job, std::string_view command) {
  const std::vector<JobId>* components = state_.het_jobs.components_with(job);
  if (components == nullptr) return {job};
  if (components->front() == job) return *components;
  note("Operation not permitted on individual component of heterogeneous job",
       fmt::format("{} {}", command, state_.jobs.workload->job_id(job)));
  return {};
}

std::vector<JobId> Operator::meant_by(JobId job) const {
  const std::vector<JobId>* components = state_.het_jobs.components_with(job);
  if (components == nullptr) return {job};
  return keeps_whole_ || components->front() == job ? *components : std::vector<JobId>{job};
}

/// slurmctld forgets ended jobs after MinJobAge; 0: never.
bool Operator::is_known(const Ended& job) const {
  const Duration age = state_.cluster.spec().times.min_job_age;
  return age == Duration{} || now_ - job.end <= age;
}

/// A job that may not be requeued is left alone, as are those that wait. Source: scontrol(1) requeue, requeuehold.
void Operator::requeue(JobId job, Hold hold) {
  if (!apply_.is_requeueable(job)) return;
  const JobState& state = state_.jobs.job(job).state;
  const auto* ended = std::get_if<Ended>(&state);
  if (ended != nullptr && is_known(*ended))
    apply_.requeue_ended(job, now_);
  else if (std::holds_alternative<Running>(state))
    apply_.requeue(job, EndState::requeued, now_);
  else
    return;
  if (hold != Hold::none) apply_.hold(job, hold, now_);
}

void Operator::on(const RequeueJobs& command) {
  for (const JobId named : command.jobs)
    for (const JobId job : whole_job(named, "requeue")) requeue(job, command.hold);
}

void Operator::on(const SuspendJobs& command) {
  for (const JobId named : command.jobs)
    for (const JobId job : whole_job(named, "suspend")) apply_.suspend(job, now_);
}

void Operator::on(const ResumeJobs& command) {
  for (const JobId named : command.jobs)
    for (const JobId job : whole_job(named, "resume")) apply_.resume(job, now_);
}

void Operator::on(const UpdateJobs& command) {
  for (const JobId job : command.jobs) update(job, command);
}

std::string Operator::update_of(JobId job) const {
  return fmt::format("update job {}", state_.jobs.workload->job_id(job));
}

void Operator::update(JobId job, const UpdateJobs& command) {
  if (is<Running>(state_.jobs.job(job))) return update_running(job, command);
  if (!is<Pending>(state_.jobs.job(job))) return;
  if (command.end) return note("Job is not running", update_of(job));
  JobSpec spec = state_.jobs.spec(job);
  if (command.limit) spec.limit = command.limit;
  if (command.longer && spec.limit) {
    if (*spec.limit + *command.longer < Duration{}) return note(too_much_shorter, update_of(job));
    spec.limit = *spec.limit + *command.longer;
  }
  if (command.qos) spec.qos = *command.qos;
  if (command.account) spec.account = *command.account;
  for (const NewRequest& request : command.requests)
    if (request.job == job) spec.request = request.request;
  for (const NewExtras& extras : command.extras)
    if (extras.job == job) spec.extras = extras.extras;
  if (const auto shortest = state_.jobs.workload->extras[spec.extras].time_min; shortest && spec.limit && *spec.limit < *shortest)
    return note("Invalid time-min specification (exceeds job's time or other limits)", update_of(job));
  if (!set_priority(job, command)) return note("Job is currently held", update_of(job));
  if (command.begin) state_.jobs.own_life(job).begin = command.begin;
  if (command.dependency) replace_dependency(job, *command.dependency);
  note(apply_.alter(job, spec, now_), update_of(job));
}

/// What becomes of a job without a life of its own nobody is told.
void Operator::replace_dependency(JobId job, const NewDependency& next) {
  state_.jobs.own_life(job);
  for (const Condition& condition : next.conditions) state_.jobs.own_life(JobId{condition.row});
  state_.eligibility.dependencies.replace(job, next.conditions, next.any_is_enough, now_);
}

/// Its limit grows and shrinks by whole minutes where its end is set. Source: job_mgr.c, _update_job.
void Operator::update_running(JobId job, const UpdateJobs& command) {
  const auto nodes = asked_nodes(*state_.jobs.workload, state_.jobs.spec(job), job, command);
  if (!nodes && command.is_about_waiting()) return note("Job is no longer pending execution", update_of(job));
  if (nodes) {
    const auto gone = given_back(state_, std::get<Running>(state_.jobs.job(job).state), *nodes);
    if (!gone) return note(gone.error(), update_of(job));
    apply_.shrink(job, *gone, now_);
  }
  for (const NewExtras& extras : command.extras) {
    if (extras.job != job) continue;
    const JobExtras& next = state_.jobs.workload->extras[extras.extras];
    const JobExtras& before = state_.jobs.extras(job);
    if (next.licenses != before.licenses || next.reservation != before.reservation)
      note("licences and reservations of running jobs are not changed in simulations", update_of(job));
    else
      state_.jobs.own_spec(job).extras = extras.extras;
  }
  const auto& run = std::get<Running>(state_.jobs.job(job).state);
  if (command.limit) apply_.change_limit(job, *command.limit, now_);
  if (command.longer && run.limit + *command.longer < Duration{}) return note(too_much_shorter, update_of(job));
  if (command.longer) apply_.change_limit(job, run.limit + *command.longer, now_);
  if (!command.end) return;
  if (*command.end < now_) return note("Invalid time specified", update_of(job));
  apply_.change_limit(job, *command.end - run.start, now_);
}

/// False: it is held, and a priority does not release it. Source: job_mgr.c, _update_job.
bool Operator::set_priority(JobId job, const UpdateJobs& command) {
  JobLife& life = state_.jobs.own_life(job);
  const bool is_held = life.hold != Hold::none;
  if (is_held && command.priority && *command.priority != 0) return false;
  if (command.compute_priority) {
    if (!is_held) life.nice = 0;
    life.priority.reset();
    life.hold = Hold::none;
  }
  if (command.priority) {
    life.priority = command.priority;
    if (*command.priority == 0)
      life.hold = Hold::admin;
    else
      life.nice = 0;
  }
  if (command.nice && life.priority.value_or(0) == 0) life.nice = command.nice;
  return true;
}

void Operator::on(const TopJobs& command) {
  SLUICE_CHECK(records_ != nullptr, "nobody keeps a queue in which jobs could be moved");
  if (command.jobs.empty()) return;
  note(move_to_top(state_, *records_, command.jobs), fmt::format("top {}", state_.jobs.workload->job_id(command.jobs.front())));
}

void Operator::on(const ThrottleArray& command) { apply_.throttle(command.array, command.limit); }

bool Operator::meets(JobId id, const CancelJobs& command) const {
  const Job& job = state_.jobs.job(id);
  if (!is<Pending>(job) && !is<Running>(job)) return false;
  const JobSpec& spec = state_.jobs.spec(id);
  if (command.user && spec.user != *command.user) return false;
  if (command.account && spec.account != *command.account) return false;
  if (command.qos && spec.qos != *command.qos) return false;
  if (command.name && state_.jobs.extras(id).name != *command.name) return false;
  if (command.partition && !apply_.may_run_in(id, *command.partition)) return false;
  if (!command.state) return true;
  using Wanted = CancelJobs::State;
  switch (*command.state) {
    case Wanted::pending: return is<Pending>(job);
    case Wanted::running: return is<Running>(job) && !is_suspended(job);
    case Wanted::suspended: return is_suspended(job);
  }
  return false;
}

/// Of a heterogeneous job that waits all components go together; when it runs, all go with the first.
/// Source: Slurm's page on heterogeneous jobs.
std::vector<JobId> Operator::cancelled_with(JobId job) const {
  const std::vector<JobId>* components = state_.het_jobs.components_with(job);
  if (components == nullptr) return {};
  const bool alone = components->front() != job && !is<Pending>(state_.jobs.job(job));
  if (alone && !keeps_whole_) return {};
  std::vector<JobId> others = *components;
  std::erase(others, job);
  return others;
}

void Operator::on(const CancelJobs& command) {
  std::vector<JobId> jobs;
  if (command.jobs) {
    jobs = *command.jobs;
  } else {
    for (std::uint32_t i = 0; i < state_.jobs.size(); ++i) jobs.push_back(JobId{i});
  }
  for (const JobId job : jobs) {
    if (!meets(job, command)) continue;
    for (const JobId other : cancelled_with(job)) apply_.cancel(other, now_);
    apply_.cancel(job, now_);
  }
}

void Operator::take_down(NodeId node, NodeStatus status) {
  status.down = true;
  apply_.change_node(node, status, now_);
  apply_.fail_jobs_on(node, now_);
}

void Operator::on(const SwitchPower& command) {
  using When = PowerSaving::When;
  if (power_ == nullptr)
    return note("Power saving is off: it takes SuspendProgram, ResumeProgram and SuspendTime, and slurmctld's loops",
                "update nodes state=power_*");
  for (const NodeId node : command.nodes) {
    switch (command.to) {
      case SwitchPower::To::down: power_->power_down(node, When::idle, now_); break;
      case SwitchPower::To::down_asap: power_->power_down(node, When::drained, now_); break;
      case SwitchPower::To::down_force: power_->power_down(node, When::at_once, now_); break;
      case SwitchPower::To::up: power_->power_up(node, now_); break;
    }
  }
}

/// Source: node_mgr.c, update_node.
void Operator::follow_power(NodeId node, UpdateNodes::State state) {
  using Wanted = UpdateNodes::State;
  const auto power = power_->power(node);
  if (state == Wanted::resume) power_->resumed(node, now_);
  const bool is_not_up = power == PowerSaving::Power::off || power == PowerSaving::Power::booting;
  if (is_not_up && (state == Wanted::drain || state == Wanted::fail)) apply_.fail_jobs_on(node, now_);
}

void Operator::on(const UpdateNodes& command) {
  for (const NodeId node : command.nodes) {
    if (power_ != nullptr) follow_power(node, command.state);
    NodeStatus status = state_.nodes[node.index()];
    switch (command.state) {
      case UpdateNodes::State::down:
        status.down_for_silence = false;
        take_down(node, status);
        continue;
      case UpdateNodes::State::drain: status.drained = true; break;
      case UpdateNodes::State::fail: status.failing = true; break;
      case UpdateNodes::State::undrain: status.drained = false; break;
      case UpdateNodes::State::resume: status.drained = status.failing = status.down = status.down_for_silence = false; break;
    }
    apply_.change_node(node, status, now_);
  }
  // A node that comes back has not answered yet when slurmctld looks at its reservations after the command.
  using Wanted = UpdateNodes::State;
  const bool comes_back = command.state == Wanted::resume || command.state == Wanted::undrain;
  if (reservations_ != nullptr && !comes_back) reservations().exchange_nodes();
}

/// slurmctld pings a node three times in SlurmdTimeout. Recordings show that it takes a ping that was not answered for
/// lost only when the next one is due. Source: slurm.conf(5) SlurmdTimeout, ping_nodes.c.
void Operator::on(const KillNode& command) {
  const Duration timeout = state_.cluster.spec().times.slurmd_timeout;
  const std::uint32_t slurmd = ++state_.nodes[command.node.index()].slurmd;
  if (timeout == Duration{}) return;  // never set DOWN
  events_.schedule(now_ + timeout * 2 / 3, rank(Phase::release), NodeMissed{command.node, slurmd, NodeMissed::Step::silent});
  events_.schedule(now_ + timeout, rank(Phase::release), NodeMissed{command.node, slurmd, NodeMissed::Step::down});
}

void Operator::missed(const NodeMissed& event, Time now) {
  now_ = now;
  NodeStatus status = state_.nodes[event.node.index()];
  if (status.slurmd != event.slurmd) return;
  status.silent = true;
  if (event.step == NodeMissed::Step::silent) {
    apply_.change_node(event.node, status, now);
  } else if (!status.down) {
    status.down_for_silence = true;
    take_down(event.node, status);
  }
  if (reservations_ != nullptr) reservations().exchange_nodes();
  apply_.look_again(now);
}

void Operator::on(const StartNode& command) {
  NodeStatus status = state_.nodes[command.node.index()];
  ++status.slurmd;
  status.silent = false;
  const auto returns = state_.cluster.spec().times.return_to_service;
  if (returns == 2 || (returns == 1 && status.down_for_silence)) status.down = status.down_for_silence = false;
  apply_.change_node(command.node, status, now_);
}

void Operator::on(const UpdatePartition& command) { apply_.set_partition(command.partition, command.state, now_); }

LiveReservations& Operator::reservations() {
  SLUICE_CHECK(reservations_ != nullptr, "a command about reservations where nobody keeps them");
  reservations_->begin(now_);
  return *reservations_;
}

void Operator::note(const std::optional<std::string>& refusal, std::string what) {
  if (refusal) refused_.push_back({now_, std::move(what), *refusal});
}

void Operator::on(const CreateReservation& command) {
  note(reservations().create(command.request), fmt::format("create reservation {}", command.request.name));
}

void Operator::on(const UpdateReservation& command) {
  note(reservations().update(command.request), fmt::format("update reservation {}", command.request.name));
}

void Operator::on(const DeleteReservation& command) {
  note(reservations().remove(command.name), fmt::format("delete reservation {}", command.name));
}

/// One that was refused at its submission is left alone.
void Operator::on(const StartJob& command) {
  if (!is<Pending>(state_.jobs.job(command.job))) return;
  Allocation where = command.where;
  if (power_ != nullptr) power_->found_up(where);
  apply_.start_as_told(command.job, std::move(where), now_);
}

void Operator::on(const PreemptJob& command) {
  if (is<Running>(state_.jobs.job(command.job))) apply_.preempt_as_told(command.job, now_);
}

}  // namespace sluice
