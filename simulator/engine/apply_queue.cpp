// The part of Apply about pending jobs: who may be considered, who is in the queue, and in which order.

#include <algorithm>
#include <cmath>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/engine/apply.hpp"

namespace sluice {
namespace {

}  // namespace

void Apply::wake(JobId id, Time now) {
  if (!std::holds_alternative<Pending>(state_.jobs.job(id).state)) return;
  state_.eligibility.dependencies.wake(id, now);
  consider(id, now);
}

/// What keeps a job that may be considered out of the queue: its partition, or want of nodes that are open.
std::optional<Reason> Apply::bar(JobId id) const {
  const ShapeId shape = state_.jobs.job(id).shape;
  std::vector<PartitionId> partitions;
  for (const Place& place : shapes_[shape].places) partitions.push_back(place.partition);
  if (const auto reason = admission_.waits_for(id, partitions)) return reason;
  if (state_.reach && !state_.reach->holds(shape)) return Reason::req_node_not_avail;
  return std::nullopt;
}

/// The job may be considered: it is queued, unless something bars it.
void Apply::enter_line(JobId id, Time now) {
  Job& job = state_.jobs.job(id);
  state_.standing[id.index()].is_in_line = true;
  if (!job.eligible) job.eligible = now;
  if (records_ != nullptr) return records_->add(id, now);
  const auto reason = bar(id);
  if (!reason) return enqueue(id, now);
  set_reason(id, *reason);
  state_.barred.push_back(id);
}

void Apply::leave_line(JobId id) {
  Standing& standing = state_.standing[id.index()];
  if (!std::exchange(standing.is_in_line, false)) return;
  if (records_ != nullptr) return records_->remove(id);
  if (std::exchange(standing.is_queued, false)) {
    state_.queue.erase(state_.key(id), state_.jobs.job(id).shape);
    scheduler_.job_left(id);
  } else {
    std::erase(state_.set_aside, id);
    std::erase(state_.barred, id);
  }
}

void Apply::keep_out(JobId id, Reason reason) {
  leave_line(id);
  Job& job = state_.jobs.job(id);
  set_reason(id, reason);
  if (reason != Reason::begin_time) job.eligible.reset();  // its age begins anew when it may be considered again
}

/// Puts a pending job in the line or takes it out, as it is due. True: it has entered.
bool Apply::consider(JobId id, Time now) {
  Eligibility& eligibility = state_.eligibility;
  const bool is_task = eligibility.is_task(id);
  if (const auto reason = eligibility.hindrance(id, now)) {
    if (is_task) eligibility.arrays.withdraw(id);
    keep_out(id, *reason);
    const Time begin = state_.jobs.life(id)->begin.value_or(now);
    if (*reason == Reason::begin_time) events_.schedule(begin, rank(Phase::arrive), JobWakes{id});
    if (eligibility.dies_of_its_dependency(id)) drop(id, EndState::cancelled, now);
    return false;
  }
  if (state_.standing[id.index()].is_in_line) return false;
  // slurmctld's loops keep an array's limit themselves.
  if (is_task && records_ == nullptr && !eligibility.arrays.admit(id)) {
    keep_out(id, Reason::job_array_task_limit);
    return false;
  }
  enter_line(id, now);
  return true;
}

bool Apply::look_again(Time now) {
  bool any = false;
  Eligibility& eligibility = state_.eligibility;
  for (bool more = true; more;) {
    auto jobs = eligibility.dependencies.take_changed();
    const auto tasks = eligibility.arrays.take_admitted();
    jobs.insert(jobs.end(), tasks.begin(), tasks.end());
    for (const JobId id : jobs)
      if (std::holds_alternative<Pending>(state_.jobs.job(id).state)) any = consider(id, now) || any;
    more = !jobs.empty();
  }
  for (const auto& [at, id] : eligibility.dependencies.take_wakes())
    events_.schedule(at, rank(Phase::arrive), JobWakes{id});
  return any;
}

void Apply::drop(JobId id, EndState end_state, Time now) {
  Job& job = state_.jobs.job(id);
  SLUICE_CHECK(std::holds_alternative<Pending>(job.state), "job {} is withdrawn but not pending", id.value);
  leave_line(id);
  job.state = Ended{std::nullopt, now, end_state};
  state_.conservation.ended();
  state_.restarts.ended();
  if (state_.records) state_.records->ended(id, now);
  --state_.pending;
  state_.holdings.wait(state_.jobs.spec(id), Sign::minus);
  record(Mark::dropped, id);
  if (state_.accounts) state_.accounts->leave(id);
  if (job.life != 0) {
    if (state_.eligibility.is_task(id)) {
      state_.eligibility.arrays.withdraw(id);
      state_.eligibility.arrays.split(id);
    }
    state_.eligibility.dependencies.ended(id, now);
  }
  for (auto* observer : observers_) observer->job_dropped(id, now, end_state);
}

void Apply::readmit_barred(Time now) {
  for (const JobId id : std::exchange(state_.barred, {})) enter_line(id, now);
}

/// Takes jobs out of the queue that nothing could run now.
void Apply::bar_unreachable() {
  std::vector<JobId> out;
  state_.queue.all().for_each([&](const QueueEntry& entry) {
    if (bar(entry.place.job)) out.push_back(entry.place.job);
  });
  for (const JobId id : out) {
    const Reason reason = *bar(id);
    leave_line(id);
    state_.standing[id.index()].is_in_line = true;
    state_.barred.push_back(id);
    set_reason(id, reason);
  }
}

PendingJob Apply::view_of(JobId id) {
  const JobSpec& spec = state_.jobs.spec(id);
  const Job& job = state_.jobs.job(id);
  const Shape& shape = shapes_[job.shape];
  PendingJob view;
  view.job = id;
  view.submit = state_.jobs.submit(id);
  view.eligible = job.eligible.value_or(view.submit);
  view.limit = planned_length(spec);
  view.number = state_.standing[id.index()].number;
  view.nice = state_.jobs.nice(id);
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

/// What a person has set counts instead of the score.
double Apply::checked(JobId id, double score) const {
  if (const JobLife* life = state_.jobs.life(id); life != nullptr && life->priority) return *life->priority;
  SLUICE_CHECK(std::isfinite(score), "job {} has priority {}", id.value, score);
  return score;
}

void Apply::enqueue(JobId id, Time now) {
  const PendingJob view = view_of(id);
  double score = 0;
  priority_.score({&view, 1}, now, {&score, 1});
  const Duration length = scheduler_.believe(state_.jobs.spec(id)).waiting;
  Standing& standing = state_.standing[id.index()];
  standing = {checked(id, score), length, true, standing.number, true};
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
  for (const JobId id : back) {
    if (state_.reach)
      enter_line(id, now);  // nodes may have gone meanwhile
    else
      enqueue(id, now);
  }
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

}  // namespace sluice
