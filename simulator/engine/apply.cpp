#include "simulator/engine/apply.hpp"

#include <algorithm>
#include <cmath>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

constexpr Duration for_ever = std::chrono::hours{24 * 365 * 1000};

/// Time that `work` takes at `rate`, to the next whole millisecond.
Duration time_for(Duration work, double rate) {
  if (rate == 1) return work;
  return Duration{static_cast<std::int64_t>(std::ceil(static_cast<double>(work.count()) / rate))};
}

}  // namespace

EndState natural_end(const JobSpec& spec) {
  switch (spec.outcome) {
    case Outcome::completed: return spec.exit_code == 0 ? EndState::completed : EndState::failed;
    case Outcome::failed: return EndState::failed;
    case Outcome::cancelled: return EndState::cancelled;
    case Outcome::node_fail: return EndState::node_fail;
    case Outcome::out_of_memory: return EndState::out_of_memory;
  }
  return EndState::completed;
}

Apply::Apply(State& state, EventQueue<Event>& events, Fingerprint& fingerprint, const Shapes& shapes,
             Admission& admission, Scheduler& scheduler, const Priority& priority, const Placement* placement,
             Clockwork clockwork,
             std::span<Observer* const> observers)
    : state_{state}, events_{events}, fingerprint_{fingerprint}, shapes_{shapes}, admission_{admission}, scheduler_{scheduler},
      priority_{priority}, placement_{placement}, clockwork_{clockwork}, observers_{observers} {
  for (auto* observer : observers_)
    if (observer->follows_priorities()) followers_.push_back(observer);
}

void Apply::record(Mark what, JobId job) { fingerprint_.fold(static_cast<std::uint64_t>(what) << 32 | job.value); }

void Apply::reject(JobId id, Time now, Reason reason, std::string_view message) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Unsubmitted>(job.state), "job {} is submitted twice", id.value);
  job.state = Rejected{now};
  job.reason = reason;
  record(Mark::rejected, id);
  if (job.life != 0) state_.eligibility.dependencies.rejected(id, now);
  for (auto* observer : observers_) observer->job_rejected(id, now, message);
  if (job.life != 0) look_again(now);
}

void Apply::submit(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Unsubmitted>(job.state), "job {} is submitted twice", id.value);
  job.state = Pending{};
  ++state_.pending;
  state_.conservation.submitted();
  state_.holdings.wait(state_.jobs.spec(id), Sign::plus);
  record(Mark::submitted, id);
  for (auto* observer : observers_) observer->job_submitted(id, now);
  state_.standing[id.index()].number = ++state_.numbers_given;
  state_.eligibility.arrays.submitted(id);
  if (job.life == 0) return enter_line(id, now);
  state_.eligibility.dependencies.submitted(id, now);
  schedule_deadline(id, now);
  consider(id, now);
  look_again(now);
}

/// A pending job is given up when it could not end in time any more. Source: deadline_ok() of job_mgr.c.
std::optional<Time> Apply::too_late_at(JobId id) const {
  const JobExtras& extras = state_.jobs.extras(id);
  if (!extras.deadline) return std::nullopt;
  const Duration need = extras.time_min.value_or(state_.jobs.spec(id).limit.value_or(Duration{}));
  return Time{*extras.deadline} - need + std::chrono::seconds{1};
}

void Apply::schedule_deadline(JobId id, Time now) {
  if (const auto late = too_late_at(id))
    events_.schedule(clockwork_.check_at(std::max(now, *late)), rank(Phase::arrive), DeadlineDue{id});
}

void Apply::start(JobId id, Allocation&& allocation, Time now) {
  const JobSpec& spec = state_.jobs.spec(id);
  state_.queue.erase(state_.key(id), state_.jobs.job(id).shape);
  state_.standing[id.index()].is_queued = false;
  const Duration expected = scheduler_.believe(spec).running;
  begin_run(id, std::move(allocation), {.expected = expected, .limit = planned_length(spec), .work = spec.duration}, now);
  if (expected < std::min(spec.duration, planned_length(spec)))
    events_.schedule(now + expected, rank(Phase::arrive), BeliefPassed{id, state_.jobs.job(id).generation});
  tell_started(id, now);
}

void Apply::start_as_told(JobId id, Allocation&& allocation, Time now) {
  leave_line(id);
  const JobSpec& spec = state_.jobs.spec(id);
  const Duration limit = planned_length(spec);
  const Duration expected = records_ == nullptr ? scheduler_.believe(spec).running : limit;
  begin_run(id, std::move(allocation), {.expected = expected, .limit = limit, .work = spec.duration}, now);
  if (records_ != nullptr)
    records_->job_started(id, std::get<Running>(state_.jobs.job(id).state));
  else if (expected < std::min(spec.duration, limit))
    events_.schedule(now + expected, rank(Phase::arrive), BeliefPassed{id, state_.jobs.job(id).generation});
  scheduler_.plans_void();
  tell_started(id, now);
  join_gang(id, now);
}

void Apply::start_for(JobId id, Allocation&& allocation, Duration limit, Duration launch, NodesAre nodes, Time now) {
  records_->remove(id);
  begin_run(id, std::move(allocation), {limit, limit, state_.jobs.spec(id).duration + launch, launch, nodes}, now);
  records_->job_started(id, std::get<Running>(state_.jobs.job(id).state));
  tell_started(id, now);
  join_gang(id, now);
}

/// What it held until now was overhead.
void Apply::configured(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  SLUICE_CHECK(running.is_configuring, "job {} is configured, but no node of its boots", id.value);
  const Running before = running;
  const Allocation& allocation = state_.cluster.allocation(running.allocation);
  state_.conservation.changed(state_.cluster, now);
  state_.conservation.ends(allocation, {before.start, now - before.start, RunWork::kept}, now);
  state_.conservation.begins(allocation, now);
  running.is_configuring = false;
  running.start = running.counted_from = now;
  running.expected_end = now + running.limit;
  if (running.suspended) running.suspended = now;
  ++job.generation;
  change_run(id, before);
  if (state_.accounts) state_.accounts->start_anew(id, now);
  schedule_end(id, now);
  for (auto* observer : observers_) observer->job_configured(id, now);
}

void Apply::begin_run(JobId id, Allocation&& allocation, const Terms& terms, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Pending>(job.state), "job {} starts but is not pending", id.value);
  const JobSpec& spec = state_.jobs.spec(id);
  SLUICE_CHECK(now >= spec.submit, "job {} starts before it is submitted", id.value);
  state_.standing[id.index()].is_in_line = false;
  record(Mark::started, id);
  for (const NodeRun& run : allocation.runs) fingerprint_.fold(std::uint64_t{run.first} << 32 | run.count);
  const std::int64_t cpus = allocation.cpus;
  const std::uint32_t row = state_.cluster.allocate(std::move(allocation));
  state_.conservation.changed(state_.cluster, now);
  state_.conservation.begins(state_.cluster.allocation(row), now);
  state_.running.insert({{now + terms.expected, id}, cpus, row});
  Running running;
  running.start = running.counted_from = now;
  running.expected_end = now + terms.expected;
  running.work_left = terms.work;
  running.limit = terms.limit;
  running.idle = terms.launch;
  running.is_configuring = terms.nodes == NodesAre::booting;
  running.allocation = row;
  job.state = running;
  --state_.pending;
  state_.holdings.wait(spec, Sign::minus);
  state_.holdings.hold(spec, state_.cluster.allocation(row), Sign::plus);
  if (state_.accounts) state_.accounts->start(id, state_.cluster.allocation(row), now);
  if (state_.accounts && running.is_configuring) state_.accounts->put_off(id);
  if (state_.licenses) state_.licenses->started(spec);
  schedule_end(id, now);
  if (job.life == 0) return;
  if (state_.eligibility.is_task(id)) state_.eligibility.arrays.started(id);
  state_.eligibility.dependencies.started(id, now);
}

void Apply::tell_started(JobId id, Time now) {
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  const Allocation& allocation = state_.cluster.allocation(running.allocation);
  for (auto* observer : observers_) {
    observer->job_started(id, now, allocation);
    if (running.is_configuring) observer->job_configuring(id, now, allocation);
  }
}

/// Beyond the limit, until which a job may go on. Unlimited is for ever.
Duration Apply::over_time(JobId id) const {
  if (clockwork_.is_exact()) return Duration{};
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  const ClusterSpec& cluster = state_.cluster.spec();
  const auto& own = cluster.partitions[state_.cluster.allocation(running.allocation).partition.index()].over_time_limit;
  return own.value_or(cluster.times.over_time_limit).value_or(for_ever);
}

void Apply::schedule_end(JobId id, Time now) {
  const Job& job = state_.jobs.job(id);
  const auto& running = std::get<Running>(job.state);
  if (running.suspended || running.is_configuring) return;
  Time end = now + time_for(running.work_left, running.rate);
  if (clockwork_.is_exact()) {
    end = std::max(now, std::min(end, running.start + running.limit));  // a limit may be cut below what it has run
  } else if (const Duration over = over_time(id); over < for_ever) {
    const Time start{floor_seconds(running.start)};
    end = std::min(end, clockwork_.check_at(std::max(now, start + running.limit + over)));
  }
  if (scheduler_.event_order() == EventOrder::each)
    events_.schedule_in_place(end, rank(Phase::release), id.value, JobEnds{id, job.generation});
  else
    events_.schedule(end, rank(Phase::release), JobEnds{id, job.generation});
}

EndState Apply::end_due(JobId id, Time now) const {
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  const auto passed = static_cast<double>((now - running.counted_from).count());
  if (passed * running.rate < static_cast<double>(running.work_left.count())) return EndState::timeout;
  // Between its limit and the next look of slurmctld a job can come to its own end, which is too late all the same.
  // So can one that is preempted between the end of its grace and that look.
  const auto grace = records_ != nullptr ? records_->grace_ends(id) : std::nullopt;
  const Time limit = Time{floor_seconds(running.start)} + running.limit;
  const Time must_end = grace ? std::min(limit, Time{floor_seconds(*grace)}) : limit;
  const bool is_late = !clockwork_.is_exact() && Time{floor_seconds(now)} > must_end + over_time(id);
  return is_late ? EndState::timeout : natural_end(state_.jobs.spec(id));
}

void Apply::count_work(Running& running, Time now) const {
  if (running.is_configuring) return;
  const auto passed = static_cast<double>((now - running.counted_from).count());
  const Duration done{static_cast<std::int64_t>(std::floor(passed * running.rate))};
  running.work_left = std::max(Duration{0}, running.work_left - done);
  running.counted_from = now;
}

void Apply::set_rate(JobId id, double rate, Time now) {
  SLUICE_CHECK(rate > 0 && std::isfinite(rate), "job {} is to run at rate {}", id.value, rate);
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  count_work(running, now);
  running.rate = rate;
  ++job.generation;
  schedule_end(id, now);
}

/// The work of a run that others ended is lost: the job begins anew, or never does.
void Apply::count_run(JobId id, const Running& run, const Allocation& allocation, EndState end_state, Time now) {
  const bool is_lost = end_state == EndState::requeued || end_state == EndState::preempted || end_state == EndState::node_fail;
  const Duration idle = run.is_configuring ? now - run.start : run.idle + (run.suspended ? now - *run.suspended : Duration{});
  const Time since = state_.resizes.since(id, run.start);
  const Duration own = std::min(state_.resizes.uncounted(id, idle), now - since);
  state_.conservation.changed(state_.cluster, now);
  state_.conservation.ends(allocation, {since, own, is_lost ? RunWork::lost : RunWork::kept}, now);
  if (end_state == EndState::resizing) state_.resizes.changed(id, now, own);
}

/// The run is over: what it held is given back. The allocation stays readable until the next start.
const Allocation& Apply::stop(JobId id, Stop how, EndState end_state, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Running>(job.state), "job {} stops without running", id.value);
  const Running was = std::get<Running>(job.state);
  if (records_ != nullptr) records_->run_stops(id);
  state_.running.erase({was.expected_end, id});
  const Allocation& allocation = state_.cluster.release(was.allocation);
  ++state_.release_epoch;
  count_run(id, was, allocation, how == Stop::to_wait ? EndState::requeued : end_state, now);
  state_.resizes.forget(id);
  state_.holdings.hold(state_.jobs.spec(id), allocation, Sign::minus);
  if (state_.accounts && how == Stop::for_good) state_.accounts->end(id, allocation, now);
  if (state_.accounts && how == Stop::to_wait) state_.accounts->requeue(id, allocation, now);
  if (state_.licenses) state_.licenses->stopped(state_.jobs.spec(id));
  if (job.life != 0 && state_.eligibility.is_task(id)) state_.eligibility.arrays.stopped(id);
  if (records_ != nullptr) records_->job_ended(id, was);
  return allocation;
}

void Apply::end(JobId id, EndState end_state, Time now) {
  Job& job = state_.jobs.job(id);
  const Allocation& allocation = stop(id, Stop::for_good, end_state, now);
  if (state_.accounts) state_.accounts->leave(id);
  if (state_.accounts || state_.licenses) take_back(now);
  const Time start = std::get<Running>(job.state).start;
  job.state = Ended{start, now, end_state};
  state_.conservation.ended();
  state_.restarts.ended();
  if (state_.records) state_.records->ended(id, now);
  record(Mark::ended, id);
  scheduler_.job_ended(id, state_.jobs.spec(id), now - start);
  Dependencies& dependencies = state_.eligibility.dependencies;
  if (job.life != 0 && records_ != nullptr) dependencies.completing(id);
  if (job.life != 0 && records_ == nullptr) dependencies.ended(id, now);
  for (auto* observer : observers_) observer->job_ended(id, now, end_state, allocation);
  if (gang_ != nullptr) obey(gang_->ended(id), now);
  if (job.life != 0) look_again(now);
}

void Apply::completed(JobId id, Time now) {
  Dependencies& dependencies = state_.eligibility.dependencies;
  if (!dependencies.is_completing(id)) return;
  dependencies.ended(id, now);
  look_again(now);
}

/// A trace tells how a job's last run ended, and perhaps its first ones (earlier_exits): that the last one would be sent
/// back by RequeueExit, for ever, is not so. Whether the job may be requeued is not asked.
/// Source: job_mgr.c, job_hold_requeue.
Apply::SentBack Apply::sent_back(JobId id, EndState end) const {
  if (end != EndState::completed && end != EndState::failed) return SentBack::no;
  const auto& earlier = state_.jobs.extras(id).earlier_exits;
  const JobLife* life = state_.jobs.life(id);
  const std::size_t run = life != nullptr ? life->restarts : 0;
  const bool is_last = run >= earlier.size();
  const std::int16_t code = is_last ? state_.jobs.spec(id).exit_code : earlier[run];
  const auto is_among = [code](const auto& codes) { return std::find(codes.begin(), codes.end(), code) != codes.end(); };
  const JobSettings& settings = state_.cluster.spec().job_settings;
  if (!is_last && is_among(settings.requeue_exit)) return SentBack::to_wait;
  return is_among(settings.requeue_exit_hold) ? SentBack::to_be_held : SentBack::no;
}

void Apply::finish(JobId id, Time now) {
  const EndState end_state = end_due(id, now);
  const SentBack back = sent_back(id, end_state);
  if (back == SentBack::no) return end(id, end_state, now);
  requeue(id, EndState::requeued, now);
  if (back == SentBack::to_be_held) {
    hold(id, Hold::special_exit, now);
    state_.eligibility.dependencies.is_in_special_exit(id, now);
  }
  look_again(now);
}

void Apply::believe_longer(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  const JobSpec& spec = state_.jobs.spec(id);
  const Duration longer = scheduler_.believe_longer(spec, now - running.start);
  SLUICE_CHECK(longer > now - running.start, "job {} is believed to run no longer than it has", id.value);
  const Running before = running;
  running.expected_end = running.start + longer;
  change_run(id, before);
  if (longer < std::min(spec.duration, planned_length(spec)))
    events_.schedule(running.expected_end, rank(Phase::arrive), BeliefPassed{id, job.generation});
}

void Apply::set_reason(JobId id, Reason reason) {
  Job& job = state_.jobs.job(id);
  if (job.reason == reason) return;
  job.reason = reason;
  for (auto* observer : observers_) observer->reason_changed(id, events_.now(), reason);
}

void Apply::describe_reason(JobId id, std::string_view text) const {
  for (auto* observer : observers_) observer->reason_described(id, events_.now(), text);
}

void Apply::set_eligible(JobId id, std::optional<Time> since) { state_.jobs.job(id).eligible = since; }

}  // namespace sluice
