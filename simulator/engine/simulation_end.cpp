// Whether a run goes on: as long as something can still happen, unless it is seen to go round in a circle.

#include <algorithm>

#include "simulator/engine/simulation.hpp"

namespace sluice {
namespace {

/// As long as nothing else happens, jobs may wait for another time of a reservation that recurs, but not for ever.
constexpr Duration recurring_patience = std::chrono::hours{24 * 15};

/// With nothing running and nothing to come, what the loops have not started within this time they never will: longer
/// than every period of theirs.
constexpr Duration patience = std::chrono::hours{1};

}  // namespace

bool Simulation::goes_on() const {
  if (policies_.loops) return may_still_change();
  return next_arrival_ < workload_.jobs.size() || waits_for_events() || (!state_.queue.empty() && state_.running.empty());
}

/// Events to come (a --begin, an operator's command) count as well: jobs may wait for nothing else.
bool Simulation::may_still_change() const {
  if (next_arrival_ < workload_.jobs.size() || waits_for_events() || waits_for_reservations()) return true;
  return state_.pending > 0 && events_.now() < std::max(changed_at_, decides_from_) + patience;
}

bool Simulation::waits_for_events() const {
  return events_.size() > periodic_ || (power_ && power_->has_waiting());
}

bool Simulation::waits_for_reservations() const {
  if (state_.pending == 0) return false;
  const ReservationBook& book = controller_->reservations().book();
  if (book.empty()) return false;
  const auto now = controller_->reservations().now();
  if (book.next_change(now, ReservationBook::Which::once)) return true;
  const auto next = book.next_change(now, ReservationBook::Which::recurring);
  return next && events_.now() < changed_at_ + recurring_patience;
}

/// What changes slowly has had its time to break a circle: the age of jobs, usage, reservations that recur.
Duration Simulation::slowest_change() const {
  Duration slowest{};
  if (policies_.priority->period() || (state_.accounts && (state_.accounts->watches_running() || state_.cluster.spec().accounting_settings.enforce.safe))) {
    const auto& settings = state_.cluster.spec().multifactor;
    slowest = std::max(settings.max_age, settings.decay_half_life);
  }
  if (controller_ && !controller_->reservations().book().empty()) slowest = std::max(slowest, recurring_patience);
  return slowest;
}

/// A job that has not been sent back yet, and still may end or start by itself.
bool Simulation::comes_by_itself(const Event& event) const {
  const auto is_fresh = [this](JobId job) {
    return std::holds_alternative<Pending>(state_.jobs.job(job).state) && !state_.restarts.is_patience_over(job);
  };
  if (const auto* wakes = std::get_if<JobWakes>(&event)) return is_fresh(wakes->job);
  if (const auto* due = std::get_if<DeadlineDue>(&event)) return std::holds_alternative<Pending>(state_.jobs.job(due->job).state);
  return std::holds_alternative<CommandDue>(event) || std::holds_alternative<NodeMissed>(event);
}

/// Nobody but an operator resumes it.
bool Simulation::is_suspended_for_good(JobId job) const {
  const auto& running = std::get<Running>(state_.jobs.job(job).state);
  return running.suspended && (!gang_ || !gang_->pauses(job) || gang_->is_held(job));
}

/// Nothing is to come but what has come before: all that run have been sent back often enough, and no job has ended
/// meanwhile.
bool Simulation::goes_round() const {
  if (next_arrival_ < workload_.jobs.size()) return false;
  if (events_.now() < state_.restarts.since() + slowest_change()) return false;
  if (controller_ && controller_->reservations().book().next_change(controller_->reservations().now(), ReservationBook::Which::once))
    return false;
  if (events_.any_of([this](const Event& event) { return comes_by_itself(event); })) return false;
  bool any_runs_its_first = false;
  state_.running.for_each([&](const RunningEntry& entry) {
    const JobId job = entry.end.job;
    if (!state_.restarts.is_patience_over(job) && !is_suspended_for_good(job)) any_runs_its_first = true;
  });
  return !any_runs_its_first;
}

/// Looked at between two events. Costs nothing as long as no job is sent back often, else O(jobs in the system) once in a
/// while.
bool Simulation::stops_in_circle() {
  if (!state_.restarts.is_due()) return false;
  if (!goes_round()) {
    state_.restarts.put_off();
    return false;
  }
  Circle circle{state_.restarts.since(), {}};
  for (const auto& [job, times] : state_.restarts.counts())
    if (2 * times >= Restarts::patience) circle.jobs.push_back({job, times});  // those that take turns are not all there yet
  statistics_.circle = std::move(circle);
  return true;
}

}  // namespace sluice
