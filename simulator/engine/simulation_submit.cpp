// What becomes of a submission: it is refused, or the job waits.

#include <fmt/format.h>

#include <algorithm>

#include "simulator/engine/simulation.hpp"

namespace sluice {
namespace {

/// slurmctld looks at partitions, accounts, limits and licences before it makes a record of the job, at nodes, features and
/// reservations behind that. Source: job_mgr.c, _job_create.
bool is_put_down(const Admission::Asked& asked, const Refusal& refusal) {
  return !asked.refusal.empty() && asked.refusal == refusal.message && refusal.message != JobLicenses::invalid;
}

}  // namespace

Admission::Asked Simulation::ask(JobId job) const {
  if (controller_) return controller_->ask(job, events_.now());
  Admission::Asked asked;
  const ShapeId shape = state_.jobs.job(job).shape;
  for (const Place& place : shapes_[shape].places) asked.partitions.push_back(place.partition);
  asked.refusal = shapes_.refusal(shape);
  asked.fits_nowhere = shapes_.fits_nowhere(shape);
  if (asked.refusal.empty() && state_.licenses)
    asked.refusal = state_.licenses->refusal(state_.jobs.spec(job)).value_or(std::string{});
  return asked;
}

/// MaxJobCount: slurmctld asks before it looks at the job itself, once for all tasks of an array.
/// Source: job_mgr.c, job_allocate.
bool Simulation::has_record_for(JobId job) {
  JobRecords& records = *state_.records;
  const Time now = events_.now();
  if (const auto array = state_.eligibility.links.array_of(job)) {
    const Time submit = workload_.jobs[job.index()].submit;
    const bool is_decided = array_decision_ && array_decision_->array == *array && array_decision_->at == now &&
                            array_decision_->submit == submit;
    if (is_decided) return !array_decision_->is_refused;
    const auto& tasks = state_.eligibility.links.arrays()[array->index()].tasks;
    const auto together =
        std::count_if(tasks.begin(), tasks.end(), [&](JobId task) { return workload_.jobs[task.index()].submit == submit; });
    array_decision_ = ArrayDecision{*array, now, submit, records.has_no_room_for(together, now)};
    if (!array_decision_->is_refused) records.submitted(together);
    return !array_decision_->is_refused;
  }
  const auto* components = state_.het_jobs.components_with(job);
  const bool is_first = components == nullptr || components->front() == job;
  if (is_first && records.has_no_room_for(components == nullptr ? 1 : std::ssize(*components), now)) return false;
  records.submitted(1);
  return true;
}

std::optional<Refusal> Simulation::refuses_alone(JobId job) {
  if (const auto message = state_.eligibility.refusal(job)) {
    tell_loops(Happening::job_refused);
    return Refusal{Reason::none, std::string{*message}};
  }
  if (const auto message = controller_ ? controller_->deadline_refusal(job, events_.now()) : std::nullopt)
    return Refusal{Reason::none, *message};
  const Admission::Asked asked = ask(job);
  auto no = admission_.refuses(job, asked);
  if (no && is_put_down(asked, *no)) tell_loops(Happening::job_refused);
  return no;
}

/// The components of a heterogeneous job are submitted together: all are taken, or none.
std::optional<Refusal> Simulation::refuses(JobId job) {
  const auto* components = controller_ ? state_.het_jobs.components_with(job) : nullptr;
  if (components == nullptr) return refuses_alone(job);
  const JobId first = components->front();
  const JobState& state = state_.jobs.job(first).state;
  if (job != first && std::holds_alternative<Rejected>(state))
    return Refusal{state_.jobs.job(first).reason, "Another component of the heterogeneous job is refused"};
  if (job != first) return std::nullopt;
  std::optional<Refusal> refusal;
  std::vector<JobId> taken;
  for (const JobId one : *components) {
    refusal = refuses_alone(one);
    if (refusal) break;
    taken.push_back(one);
  }
  for (const JobId one : taken)
    if (refusal && state_.accounts) state_.accounts->leave(one);
  return refusal;
}

/// While slurmctld has no room, sbatch sleeps a second, then two, three, ... and tries again; fifteen times.
/// Source: sbatch.c, MAX_RETRIES.
bool Simulation::tries_again(JobId job) {
  constexpr std::uint32_t most = 15;
  std::uint32_t& tries = tries_[job];
  if (tries == most) return false;
  events_.schedule(events_.now() + std::chrono::seconds{++tries}, rank(Phase::arrive), JobSubmitted{job});
  return true;
}

/// The other components of a heterogeneous job come with the first one.
bool Simulation::is_put_off(JobId job) const {
  const auto* components = tries_.empty() ? nullptr : state_.het_jobs.components_with(job);
  return components != nullptr && components->front() != job &&
         std::holds_alternative<Unsubmitted>(state_.jobs.job(components->front()).state);
}

void Simulation::on(const JobSubmitted& event) {
  const Time now = events_.now();
  const bool has_room = !state_.records || (!is_put_off(event.job) && has_record_for(event.job));
  if (!has_room && tries_again(event.job)) return;
  if (!has_room)
    return apply_.reject(event.job, now, Reason::none,
                         fmt::format("Resource temporarily unavailable: MaxJobCount limit from slurm.conf reached ({})",
                                     state_.records->most()));
  if (const auto no = refuses(event.job)) {
    if (state_.records) state_.records->refused();
    return apply_.reject(event.job, now, no->reason, no->message);
  }
  if (state_.jobs.submit(event.job) < now) state_.jobs.own_life(event.job).submit = now;
  apply_.submit(event.job, now);
  trigger(Trigger::job_submitted);
  tell_loops(Happening::job_submitted);
}

}  // namespace sluice
