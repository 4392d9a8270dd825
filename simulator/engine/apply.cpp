#include "simulator/engine/apply.hpp"

#include <algorithm>
#include <cmath>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

constexpr std::uint8_t rank(Phase phase) { return static_cast<std::uint8_t>(phase); }

enum class Mark : std::uint64_t { rejected = 1, submitted, started, ended };

std::uint64_t mark(Mark what, JobId job) { return static_cast<std::uint64_t>(what) << 32 | job.value; }

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

State::State(const Workload& workload, const ClusterSpec& spec, const LimitsEntry* limits)
    : cluster{spec}, holdings{workload} {
  if (spec.accounting) accounts = std::make_unique<Accounts>(spec, workload, limits);
  jobs.workload = &workload;
  jobs.jobs.reserve(workload.jobs.size());
  for (const JobSpec& job : workload.jobs) jobs.jobs.emplace_back().shape = ShapeId{job.request.value};
  standing.resize(workload.jobs.size());
  queue.resize_shapes(workload.requests().size());
}

Apply::Apply(State& state, EventQueue<Event>& events, Fingerprint& fingerprint, const Shapes& shapes,
             Scheduler& scheduler, const Priority& priority, std::span<Observer* const> observers)
    : state_{state}, events_{events}, fingerprint_{fingerprint}, shapes_{shapes}, scheduler_{scheduler},
      priority_{priority}, observers_{observers} {
  for (auto* observer : observers_)
    if (observer->follows_priorities()) followers_.push_back(observer);
}

void Apply::reject(JobId id, Time now, Reason reason, std::string_view message) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Unsubmitted>(job.state), "job {} is submitted twice", id.value);
  job.state = Rejected{now};
  job.reason = reason;
  fingerprint_.fold(mark(Mark::rejected, id));
  for (auto* observer : observers_) observer->job_rejected(id, now, message);
}

void Apply::submit(JobId id, Time now, std::optional<Reason> waits_for) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Unsubmitted>(job.state), "job {} is submitted twice", id.value);
  job.state = Pending{};
  ++state_.pending;
  state_.holdings.wait(state_.jobs.spec(id), Sign::plus);
  fingerprint_.fold(mark(Mark::submitted, id));
  for (auto* observer : observers_) observer->job_submitted(id, now);
  job.eligible = now;
  state_.standing[id.index()].number = ++state_.numbers_given;
  if (waits_for) {
    set_reason(id, *waits_for);
    return;
  }
  enqueue(id, now);
}

PendingJob Apply::view_of(JobId id) {
  const JobSpec& spec = state_.jobs.spec(id);
  const Job& job = state_.jobs.job(id);
  const Shape& shape = shapes_[job.shape];
  PendingJob view;
  view.job = id;
  view.submit = spec.submit;
  view.eligible = job.eligible.value_or(spec.submit);
  view.limit = planned_length(spec);
  view.number = state_.standing[id.index()].number;
  view.nice = state_.jobs.workload->extras[spec.extras].nice;
  view.cpus = shape.cpus;
  view.gpus = shape.gpus;
  view.nodes = shape.nodes;
  view.memory = shape.memory;
  view.of_user = state_.holdings.of_user(spec);
  view.of_account = state_.holdings.of_account(spec);
  view.accruing_since = view.eligible;
  view.asked_limit = spec.limit;
  view.partition = shape.places.front().partition;
  if (state_.accounts) state_.accounts->describe(id, view);
  return view;
}

double Apply::checked(JobId id, double score) const {
  SLUICE_CHECK(std::isfinite(score), "job {} has priority {}", id.value, score);
  return score;
}

void Apply::enqueue(JobId id, Time now) {
  if (records_ != nullptr) return records_->add(id, now);
  const PendingJob view = view_of(id);
  double score = 0;
  priority_.score({&view, 1}, now, {&score, 1});
  const Duration length = scheduler_.believe(state_.jobs.spec(id)).waiting;
  Standing& standing = state_.standing[id.index()];
  standing = {checked(id, score), length, true, standing.number};
  state_.queue.insert({state_.key(id), length, state_.jobs.job(id).shape});
  state_.arrived.push_back(id);
  scheduler_.job_queued(id);
  tell_priority(view, now, score);
}

void Apply::tell_priority(const PendingJob& view, Time now, double priority) const {
  for (auto* follower : followers_)
    if (follower->follows_priority_of(view.job))
      follower->priority_computed(view.job, now, priority, priority_.terms(view, now));
}

void Apply::set_aside(JobId id, Reason limit) {
  state_.queue.erase(state_.key(id), state_.jobs.job(id).shape);
  state_.standing[id.index()].is_queued = false;
  state_.set_aside.push_back(id);
  set_reason(id, limit);
}

void Apply::take_back(Time now) {
  std::vector<JobId> back;
  back.swap(state_.set_aside);
  for (const JobId id : back) enqueue(id, now);
}

void Apply::look_at_pending(Time now) {
  if (!state_.accounts || !state_.accounts->limits_accrual()) return;
  std::vector<JobId> pending = state_.set_aside;
  state_.queue.all().for_each([&](const QueueEntry& entry) { pending.push_back(entry.place.job); });
  std::sort(pending.begin(), pending.end());
  state_.accounts->look_at(pending, now);
}

void Apply::priority_pass(Time now) {
  if (state_.accounts) state_.accounts->pass(now);
  if (records_ != nullptr) return records_->rescore(now);
  std::vector<PendingJob> views;
  std::vector<QueueEntry> entries;
  state_.queue.all().for_each([&](const QueueEntry& entry) {
    views.push_back(view_of(entry.place.job));
    entries.push_back(entry);
  });
  std::vector<double> scores(views.size());
  priority_.score(views, now, scores);
  state_.queue.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const JobId id = entries[i].place.job;
    state_.standing[id.index()].priority = checked(id, scores[i]);
    state_.queue.insert({state_.key(id), entries[i].length, entries[i].shape});
    tell_priority(views[i], now, scores[i]);
  }
  take_back(now);
}

void Apply::start(JobId id, Allocation&& allocation, Time now) {
  const JobSpec& spec = state_.jobs.spec(id);
  state_.queue.erase(state_.key(id), state_.jobs.job(id).shape);
  state_.standing[id.index()].is_queued = false;
  const Duration expected = scheduler_.believe(spec).running;
  begin_run(id, std::move(allocation), expected, planned_length(spec), spec.duration, now);
  if (expected < std::min(spec.duration, planned_length(spec)))
    events_.schedule(now + expected, rank(Phase::arrive), BeliefPassed{id, state_.jobs.job(id).generation});
  tell_started(id, now);
}

void Apply::start_for(JobId id, Allocation&& allocation, Duration limit, Duration launch, Time now) {
  records_->remove(id);
  begin_run(id, std::move(allocation), limit, limit, state_.jobs.spec(id).duration + launch, now);
  records_->job_started(id, std::get<Running>(state_.jobs.job(id).state));
  tell_started(id, now);
}

void Apply::begin_run(JobId id, Allocation&& allocation, Duration expected, Duration limit, Duration work, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Pending>(job.state), "job {} starts but is not pending", id.value);
  const JobSpec& spec = state_.jobs.spec(id);
  SLUICE_CHECK(now >= spec.submit, "job {} starts before it is submitted", id.value);
  fingerprint_.fold(mark(Mark::started, id));
  for (const NodeRun& run : allocation.runs) fingerprint_.fold(std::uint64_t{run.first} << 32 | run.count);
  const std::int64_t cpus = allocation.cpus;
  const std::uint32_t row = state_.cluster.allocate(std::move(allocation));
  state_.running.insert({{now + expected, id}, cpus, row});
  job.state = Running{now, now + expected, work, now, 1, row, limit};
  --state_.pending;
  state_.holdings.wait(spec, Sign::minus);
  state_.holdings.hold(spec, state_.cluster.allocation(row), Sign::plus);
  if (state_.accounts) state_.accounts->start(id, state_.cluster.allocation(row), now);
  schedule_end(id, now);
}

void Apply::tell_started(JobId id, Time now) {
  const Allocation& allocation = state_.cluster.allocation(std::get<Running>(state_.jobs.job(id).state).allocation);
  for (auto* observer : observers_) observer->job_started(id, now, allocation);
}

void Apply::schedule_end(JobId id, Time now) {
  const Job& job = state_.jobs.job(id);
  const auto& running = std::get<Running>(job.state);
  const Time done = now + time_for(running.work_left, running.rate);
  const Time end = std::min(done, running.start + running.limit);
  if (scheduler_.event_order() == EventOrder::each)
    events_.schedule_in_place(end, rank(Phase::release), id.value, JobEnds{id, job.generation});
  else
    events_.schedule(end, rank(Phase::release), JobEnds{id, job.generation});
}

void Apply::change_limit(JobId id, Duration limit, Time now) {
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  if (running.limit == limit) return;
  const Running before = running;
  state_.running.erase({running.expected_end, id});
  running.limit = limit;
  running.expected_end = running.start + limit;
  ++state_.release_epoch;
  state_.running.insert({{running.expected_end, id}, state_.cluster.allocation(running.allocation).cpus,
                         running.allocation});
  if (records_ != nullptr) {
    records_->job_ended(id, before);
    records_->job_started(id, running);
  }
  ++job.generation;
  schedule_end(id, now);
}

void Apply::set_rate(JobId id, double rate, Time now) {
  SLUICE_CHECK(rate > 0 && std::isfinite(rate), "job {} is to run at rate {}", id.value, rate);
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  const auto passed = static_cast<double>((now - running.counted_from).count());
  const Duration done{static_cast<std::int64_t>(std::floor(passed * running.rate))};
  running.work_left = std::max(Duration{0}, running.work_left - done);
  running.counted_from = now;
  running.rate = rate;
  ++job.generation;
  schedule_end(id, now);
}

void Apply::end(JobId id, EndState end_state, Time now) {
  Job& job = state_.jobs.job(id);
  const auto* running = std::get_if<Running>(&job.state);
  SLUICE_CHECK(running != nullptr, "job {} ends without running", id.value);
  const Running was = *running;
  state_.running.erase({was.expected_end, id});
  const Allocation& allocation = state_.cluster.release(was.allocation);
  ++state_.release_epoch;
  state_.holdings.hold(state_.jobs.spec(id), allocation, Sign::minus);
  if (state_.accounts) {
    state_.accounts->end(id, allocation, now);
    state_.accounts->leave(id);
    take_back(now);
  }
  job.state = Ended{was.start, now, end_state};
  if (records_ != nullptr) records_->job_ended(id, was);
  fingerprint_.fold(mark(Mark::ended, id));
  scheduler_.job_ended(id, state_.jobs.spec(id), now - was.start);
  for (auto* observer : observers_) observer->job_ended(id, now, end_state, allocation);
}

void Apply::drop(JobId id, EndState end_state, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Pending>(job.state), "job {} is dropped but is not pending", id.value);
  records_->remove(id);
  --state_.pending;
  state_.holdings.wait(state_.jobs.spec(id), Sign::minus);
  if (state_.accounts) state_.accounts->leave(id);
  job.state = Ended{now, now, end_state};
  fingerprint_.fold(mark(Mark::ended, id));
  for (auto* observer : observers_) observer->job_dropped(id, now, end_state);
}

void Apply::believe_longer(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  auto& running = std::get<Running>(job.state);
  const JobSpec& spec = state_.jobs.spec(id);
  const Duration longer = scheduler_.believe_longer(spec, now - running.start);
  SLUICE_CHECK(longer > now - running.start, "job {} is believed to run no longer than it has", id.value);
  state_.running.erase({running.expected_end, id});
  running.expected_end = running.start + longer;
  ++state_.release_epoch;  // plans made with the old belief no longer hold
  std::int64_t cpus = state_.cluster.allocation(running.allocation).cpus;
  state_.running.insert({{running.expected_end, id}, cpus, running.allocation});
  if (longer < std::min(spec.duration, planned_length(spec)))
    events_.schedule(running.expected_end, rank(Phase::arrive), BeliefPassed{id, job.generation});
}

void Apply::set_reason(JobId id, Reason reason) {
  Job& job = state_.jobs.job(id);
  if (job.reason == reason) return;
  job.reason = reason;
  for (auto* observer : observers_) observer->reason_changed(id, events_.now(), reason);
}

}  // namespace sluice
