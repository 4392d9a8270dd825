// What slurmctld looks at again and again while it runs: time limits, turns, reservations.

#include <algorithm>

#include "simulator/engine/simulation.hpp"

namespace sluice {
namespace {

/// slurmctld's PERIODIC_TIMEOUT.
constexpr Duration watch_period = std::chrono::seconds{30};
/// slurmctld looks whether a reservation begins.
constexpr Duration reservation_period = std::chrono::seconds{5};

/// When slurmctld exchanges nodes of reservations and ends them: at its look at time limits.
Clockwork looks_at_reservations(Clockwork clockwork) {
  if (clockwork.is_exact()) clockwork.check_period = watch_period;
  return clockwork;
}

}  // namespace

void Simulation::watch_limits() {
  schedule_periodic(events_.now() + watch_period, Phase::release, LimitsWatched{});
}

void Simulation::on(const LimitsWatched&) {
  const Time now = events_.now();
  const auto late = state_.accounts->overdue(now);
  for (const JobId job : late)
    if (!std::get<Running>(state_.jobs.job(job).state).is_configuring) apply_.end(job, EndState::timeout, now);
  if (!late.empty()) trigger(Trigger::job_ended);
  if (goes_on()) watch_limits();
}

/// Slices are counted from slurmctld's start on. Where nobody waits for a turn they change nothing.
void Simulation::watch_turns() {
  if (slice_is_due_ || !gang_->has_turns()) return;
  slice_is_due_ = true;
  const Duration slice = state_.cluster.spec().preempt.time_slice;
  const Duration up = events_.now() + state_.cluster.spec().controller.uptime - Time{};
  const Duration beat = policies_.clockwork.slice_beat % slice;
  schedule_periodic(events_.now() + slice - (up + slice - beat) % slice, Phase::release, SliceDue{});
}

void Simulation::on(const SliceDue&) {
  slice_is_due_ = false;
  const Time now = events_.now();
  apply_.take_turns(now);
  apply_.look_again(now);
}

/// At the next moment at which a node is to be switched, as long as that can matter to anybody.
void Simulation::watch_power() {
  const Time now = events_.now();
  const auto due = power_->next_work();
  if (!due) return;
  const Time next = std::max(*due, now);
  if ((power_at_ && *power_at_ >= now && *power_at_ <= next) || !goes_on()) return;
  power_at_ = next;
  schedule_periodic(next, Phase::release, PowerDue{});
}

/// slurmctld's thread for power wakes nobody: what it changes is found by the next pass.
void Simulation::on(const PowerDue&) {
  const Time now = events_.now();
  if (power_at_ != now) return;
  power_at_.reset();
  power_->work(now);
  controller_->cores_changed();
  for (const JobId job : power_->take_ready()) {
    const Time start = std::get<Running>(state_.jobs.job(job).state).start;
    events_.schedule(policies_.clockwork.check_at(now), rank(Phase::release), JobConfigured{job, start});
  }
  clean_up();
  changed_at_ = now;
  if (apply_.look_again(now)) tell_loops(Happening::job_changed);
}

/// At its look at time limits slurmctld finds the nodes of the job up.
void Simulation::on(const JobConfigured& event) {
  const auto* running = std::get_if<Running>(&state_.jobs.job(event.job).state);
  if (running == nullptr || running->start != event.start || !running->is_configuring) return;
  const Time now = events_.now();
  controller_->begin(now);
  apply_.configured(event.job, now);
  if (const auto grace = controller_->grace_ends(event.job))
    events_.schedule(policies_.clockwork.check_at(std::max(now, *grace)), rank(Phase::release), GraceOver{event.job, now});
  tell_loops(Happening::job_configured);
}

Time Simulation::time_of(std::chrono::seconds on_clock) const {
  return Time{on_clock - std::chrono::floor<std::chrono::seconds>(workload_.time_base.zero)};
}

/// At the next look that may find something.
void Simulation::watch_reservations() {
  if (!controller_ || controller_->reservations().book().empty()) return;
  const Time now = events_.now();
  const Clockwork looks = looks_at_reservations(policies_.clockwork);
  Clockwork often = looks;
  often.check_period = reservation_period;
  Time next = looks.check_at(now + Duration{1});
  const ReservationBook& book = controller_->reservations(now).book();
  if (const auto change = book.next_change(controller_->reservations().now(), ReservationBook::Which::recurring))
    next = std::min(next, often.check_at(std::max(now + Duration{1}, time_of(*change))));
  if (watch_at_ && *watch_at_ > now && *watch_at_ <= next) return;
  watch_at_ = next;
  schedule_periodic(next, Phase::release, ReservationsWatched{});
}

void Simulation::on(const ReservationsWatched&) {
  const Time now = events_.now();
  if (watch_at_ != now) return;
  watch_at_.reset();
  const bool is_recurring_alone =
      !controller_->reservations(now).book().next_change(controller_->reservations().now() - std::chrono::seconds{1},
                                                         ReservationBook::Which::once);
  if (controller_->reservations(now).notice()) {
    if (!is_recurring_alone) changed_at_ = now;
    policies_.loops->on(Happening::reservation_changed, now);
  }
  const Clockwork looks = looks_at_reservations(policies_.clockwork);
  if (looks.check_at(now) == now) {
    const auto before = controller_->reservations().book().all().size();
    controller_->reservations(now).look();
    controller_->notice_end_of_maintenance();
    clean_up();
    if (apply_.look_again(now)) tell_loops(Happening::job_changed);
    if (controller_->reservations().book().all().size() != before) tell_loops(Happening::reservation_changed);
  }
  if (goes_on()) watch_reservations();
}

}  // namespace sluice
