// The part of Apply about what operators and preemption do to jobs.

#include <algorithm>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {
namespace {

template <class State>
bool is(const Job& job) {
  return std::holds_alternative<State>(job.state);
}

}  // namespace

void Apply::hold(JobId id, Hold by, Time now) {
  if (!is<Pending>(state_.jobs.job(id))) return;
  state_.jobs.own_life(id).hold = by;
  if (state_.eligibility.is_task(id)) state_.eligibility.arrays.split(id);
  consider(id, now);
}

void Apply::hold_as_never(JobId id) {
  state_.jobs.own_life(id).hold = Hold::admin;
  leave_line(id);
  set_reason(id, Reason::bad_constraints);
}

/// The eligible time of before counts no more. Source: scontrol(1) release, observed.
void Apply::release(JobId id, Time now) {
  if (!is<Pending>(state_.jobs.job(id))) return;
  JobLife& life = state_.jobs.own_life(id);
  life.hold = Hold::none;
  if (life.priority == 0U) life.priority.reset();
  consider(id, now);
}

void Apply::cancel(JobId id, Time now) {
  if (is<Pending>(state_.jobs.job(id))) return drop(id, EndState::cancelled, now);
  if (is<Running>(state_.jobs.job(id))) end(id, EndState::cancelled, now);
}

bool Apply::is_requeueable(JobId id) const {
  return state_.jobs.extras(id).requeue.value_or(state_.cluster.spec().job_settings.requeue);
}

/// Source: job_mgr.c, job_requeue and batch_requeue_fini: a new submission that may not begin before the credential of
/// the old run has run out.
void Apply::begin_anew(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  JobLife& life = state_.jobs.own_life(id);
  ++life.restarts;
  life.submit = now;
  if (!life.begin || *life.begin <= now)
    life.begin = Time{floor_seconds(now)} + state_.cluster.spec().job_settings.requeue_delay + std::chrono::seconds{1};
  job.state = Pending{};
  job.eligible.reset();
  job.reason = Reason::none;  // whatever it waited for before: it is told anew
  ++job.generation;
  ++state_.pending;
  state_.holdings.wait(state_.jobs.spec(id), Sign::plus);
  record(Mark::requeued, id);
}

ClosedRun Apply::closed_run(JobId id, EndState state) const {
  const Job& job = state_.jobs.job(id);
  const Time submit = state_.jobs.submit(id);
  return {submit, job.eligible.value_or(submit), std::get<Running>(job.state).start, state_.jobs.spec(id).request, state};
}

void Apply::requeue(JobId id, EndState run, Time now) {
  const ClosedRun closed = closed_run(id, run);
  const Allocation& allocation = stop(id, Stop::to_wait, run, now);
  if (state_.accounts || state_.licenses) take_back(now);
  begin_anew(id, now);
  state_.restarts.requeued(id, now);
  scheduler_.job_ended(id, state_.jobs.spec(id), now - closed.start);
  state_.eligibility.dependencies.requeued(id, Dependencies::From::running, now);
  for (auto* observer : observers_) observer->job_requeued(id, now, closed, allocation);
  if (gang_ != nullptr) obey(gang_->ended(id), now);
  schedule_deadline(id, now);
  consider(id, now);
}

/// What had come of it counts no more, but for those whose dependencies have been judged by it.
void Apply::requeue_ended(JobId id, Time now) {
  const Job& job = state_.jobs.job(id);
  const Ended was = std::get<Ended>(job.state);
  const Time submit = state_.jobs.submit(id);
  const ClosedRun closed{submit, job.eligible.value_or(submit), was.start.value_or(was.end), state_.jobs.spec(id).request,
                         EndState::requeued};
  begin_anew(id, now);
  state_.conservation.waits_again();
  if (state_.records) state_.records->waits_again(id);
  if (state_.accounts) state_.accounts->queue_again(id);
  using From = Dependencies::From;
  state_.eligibility.dependencies.requeued(id, was.state == EndState::completed ? From::ended_well : From::ended_badly, now);
  for (auto* observer : observers_) observer->ended_job_requeued(id, now, closed);
  schedule_deadline(id, now);
  consider(id, now);
}

void Apply::requeue_or_end(JobId id, EndState state, Time now) {
  if (is_requeueable(id))
    requeue(id, state, now);
  else
    end(id, state, now);
}

void Apply::preempt(JobId id, PreemptMode::Action action, Time now) {
  SLUICE_CHECK(action != PreemptMode::Action::off, "job {} is preempted, but nothing is to become of it", id.value);
  if (action == PreemptMode::Action::suspend) return pause(id, now);
  if (action == PreemptMode::Action::requeue) return requeue_or_end(id, EndState::preempted, now);
  end(id, EndState::preempted, now);
}

void Apply::preempt_as_told(JobId id, Time now) {
  using Action = PreemptMode::Action;
  const Action action = records_ != nullptr ? records_->action_on(id) : Action::cancel;
  preempt(id, action == Action::off ? Action::cancel : action, now);
}

void Apply::suspend(JobId id, Time now) {
  const auto* running = std::get_if<Running>(&state_.jobs.job(id).state);
  if (running == nullptr) return;
  if (running->suspended) {
    if (gang_ != nullptr) gang_->hold(id);
    return;
  }
  pause(id, now);
  if (records_ == nullptr) return;
  state_.cluster.leave_cores(running->allocation);
  ++state_.release_epoch;
  records_->cores_changed();
  if (gang_ != nullptr) obey(gang_->ended(id), now);
}

void Apply::resume(JobId id, Time now) {
  const auto* running = std::get_if<Running>(&state_.jobs.job(id).state);
  if (running == nullptr || !running->suspended) return;
  const bool waits_its_turn = gang_ != nullptr && gang_->pauses(id);
  if (waits_its_turn && !gang_->is_held(id)) return;
  if (records_ != nullptr && !waits_its_turn) {
    state_.cluster.retake_cores(running->allocation);
    records_->cores_changed();
  }
  go_on(id, now);
  join_gang(id, now);
}

/// Components of heterogeneous jobs take no turns. Source: slurmctld's gang.c.
void Apply::join_gang(JobId id, Time now) {
  if (gang_ == nullptr || !state_.jobs.extras(id).het_group.empty()) return;
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  obey(gang_->started(id, state_.cluster.allocation(running.allocation), records_->action_on(id)), now);
}

void Apply::obey(const std::vector<Gang::Order>& orders, Time now) {
  for (const Gang::Order& order : orders) {
    switch (order.what) {
      case Gang::Order::What::pause: pause(order.job, now); break;
      case Gang::Order::What::go_on: go_on(order.job, now); break;
      case Gang::Order::What::preempt:
        if (is<Running>(state_.jobs.job(order.job))) preempt(order.job, records_->action_on(order.job), now);
        break;
    }
  }
}

void Apply::pause(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  auto* running = std::get_if<Running>(&job.state);
  if (running == nullptr || running->suspended) return;
  count_work(*running, now);
  running->rate = 0;
  running->suspended = now;
  ++job.generation;
  for (auto* observer : observers_) observer->job_suspended(id, now);
}

/// The time it was suspended does not count against its limit.
void Apply::go_on(JobId id, Time now) {
  auto* running = std::get_if<Running>(&state_.jobs.job(id).state);
  if (running == nullptr || !running->suspended) return;
  const Running before = *running;
  const Duration since = now - *std::exchange(running->suspended, std::nullopt);
  const Duration away = running->is_configuring ? Duration{} : since;
  running->rate = 1;
  running->counted_from = now;
  running->limit += away;
  running->idle += away;
  running->expected_end += away;
  change_run(id, before);
  schedule_end(id, now);
  for (auto* observer : observers_) observer->job_resumed(id, now);
}

/// What is planned with the run as it was holds no longer.
void Apply::change_run(JobId id, const Running& before) {
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  state_.running.erase({before.expected_end, id});
  const std::int64_t cpus = state_.cluster.allocation(running.allocation).cpus;
  state_.running.insert({{running.expected_end, id}, cpus, running.allocation});
  ++state_.release_epoch;
  scheduler_.plans_void();
  if (records_ != nullptr) records_->run_changed(id, before, running);
}

void Apply::change_limit(JobId id, Duration limit, Time now) {
  Job& job = state_.jobs.job(id);
  auto* running = std::get_if<Running>(&job.state);
  if (running == nullptr || running->limit == limit) return;
  const Running before = *running;
  running->limit = limit;
  running->expected_end += limit - before.limit;
  if (records_ == nullptr) running->expected_end = std::max(now, running->expected_end);
  if (!running->suspended) count_work(*running, now);
  ++job.generation;
  change_run(id, before);
  schedule_end(id, now);
}

void Apply::throttle(ArrayId array, std::optional<std::int64_t> limit) {
  state_.eligibility.arrays.set_limit(array, limit);
  if (records_ != nullptr) records_->array_changed(array);
}

std::optional<std::string> Apply::alter(JobId id, const JobSpec& spec, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(is<Pending>(job), "job {} is altered but not pending", id.value);
  const JobSpec before = state_.jobs.spec(id);
  const JobRequest& asks = state_.jobs.workload->request(spec.request);
  if (asks.partition != state_.jobs.workload->request(before.request).partition)
    if (const auto named = sluice::partitions_of(asks, state_.cluster.spec()); !named) return named.error();
  leave_line(id);
  if (state_.accounts) state_.accounts->leave(id);
  const auto describe = [&](const JobSpec& as) -> std::optional<std::string> {
    state_.holdings.wait(state_.jobs.spec(id), Sign::minus);
    state_.jobs.own_spec(id) = as;
    state_.holdings.wait(as, Sign::plus);
    job.shape = ShapeId{as.request.value};
    if (!state_.accounts) return std::nullopt;
    const auto partitions = partitions_of(as.request);
    auto no = state_.accounts->refuses(id, partitions);
    if (!no) no = state_.accounts->submit(id, partitions);
    return no ? std::optional{no->message} : std::nullopt;
  };
  auto refusal = describe(spec);
  if (refusal) describe(before);
  if (state_.eligibility.is_task(id)) state_.eligibility.arrays.split(id);
  if (spec.extras != before.extras || spec.limit != before.limit) schedule_deadline(id, now);
  consider(id, now);
  return refusal;
}

}  // namespace sluice
