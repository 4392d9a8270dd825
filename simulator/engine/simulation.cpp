#include "simulator/engine/simulation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

/// What an event is about, for the fingerprint.
std::uint64_t subject(const Event& event) {
  return std::visit(
      [](const auto& e) -> std::uint64_t {
        if constexpr (requires { e.job; })
          return e.job.value;
        else if constexpr (requires { e.node; })
          return e.node.value;
        else if constexpr (requires { e.row; })
          return e.row;
        else
          return 0;
      },
      event);
}

/// Priorities are computed anew where the order asks for it; usage decays wherever it is kept and can limit or order.
std::optional<Duration> period_of_passes(const ClusterSpec& cluster, const PolicySet& policies) {
  if (const auto period = policies.priority->period()) return period;
  const bool limited = cluster.accounting && cluster.accounting_settings.enforce.limits && policies.limits != nullptr;
  return limited ? std::optional{cluster.multifactor.calc_period} : std::nullopt;
}

/// Passes lie on a fixed grid from slurmctld's start on.
Time first_priority_pass(Duration uptime, Duration period) {
  const Duration since_last = uptime % period;
  return since_last == Duration{} ? Time{} : Time{} + (period - since_last);
}

/// Stands where slurmctld's loops decide: runs are believed to last as long as their limits, nothing else is asked.
class NoScheduler final : public Scheduler {
 public:
  void run(Pass&) override { SLUICE_CHECK(false, "slurmctld's loops decide, no scheduler"); }
  std::optional<Time> on(Trigger, Time) override { return std::nullopt; }
};

PolicySet with_scheduler(PolicySet policies) {
  if (!policies.scheduler) policies.scheduler = std::make_unique<NoScheduler>();
  return policies;
}

Shapes make_shapes(const Workload& workload, const Cluster& idle, const PolicySet& policies) {
  return policies.loops ? Shapes{idle.spec()} : Shapes{workload, idle, *policies.placement};
}

/// What slurmctld's loops are told of a command.
Happening happening_of(const Command& command) {
  if (std::holds_alternative<CancelJobs>(command)) return Happening::job_cancelled;
  if (std::holds_alternative<KillNode>(command)) return Happening::node_lost;
  if (std::holds_alternative<StartNode>(command)) return Happening::node_usable;
  if (std::holds_alternative<SwitchPower>(command)) return Happening::node_switched;
  if (std::holds_alternative<UpdatePartition>(command) || changes_cluster(command)) return Happening::partition_changed;
  if (const auto* nodes = std::get_if<UpdateNodes>(&command)) {
    using State = UpdateNodes::State;
    return nodes->state == State::resume || nodes->state == State::undrain ? Happening::node_usable : Happening::node_lost;
  }
  if (std::holds_alternative<CreateReservation>(command) || std::holds_alternative<UpdateReservation>(command) ||
      std::holds_alternative<DeleteReservation>(command))
    return Happening::reservation_changed;
  return Happening::job_changed;
}

}  // namespace

Simulation::Simulation(const Workload& workload, const ClusterSpec& cluster, PolicySet policies,
                       std::vector<Observer*> observers, Memo memo, std::uint64_t seed)
    : workload_{workload}, policies_{with_scheduler(std::move(policies))}, observers_{std::move(observers)},
      state_{workload, cluster, policies_.limits}, shapes_{make_shapes(workload, state_.cluster, policies_)},
      admission_{cluster, state_.jobs, state_.accounts.get()},
      apply_{state_, events_, fingerprint_, shapes_, admission_, *policies_.scheduler, *policies_.priority,
             policies_.placement.get(), policies_.clockwork, observers_},
      operator_{state_, apply_, events_}, latencies_{cluster.controller, seed}, order_{policies_.scheduler->event_order()},
      pass_period_{period_of_passes(cluster, policies_)} {
  if (policies_.loops) {
    if (std::ssize(workload_.jobs) >= cluster.job_settings.max_job_count) state_.records.emplace(cluster);
    controller_ = std::make_unique<LiveController>(state_, apply_, admission_, cluster, workload, *policies_.selection,
                                                   *policies_.priority, policies_.preemption.get(), latencies_);
    apply_.keep_records(*controller_);
    operator_.keep_reservations(controller_->reservations(Time{}));
    operator_.keep_queue(controller_->records());
    policies_.loops->boot(Time{} - cluster.controller.uptime, policies_.clockwork.cycle_beat);
    if (cluster.saves_power()) {
      power_.emplace(state_, apply_, events_, controller_->completing());
      controller_->save_power(*power_);
      operator_.save_power(*power_);
    }
    if (cluster.preempt.mode.gang && state_.cluster.core_map() != nullptr) {
      gang_.emplace(cluster, *state_.cluster.core_map());
      apply_.use_gang(*gang_);
    }
  } else {
    if (!cluster.licenses.empty()) state_.licenses = std::make_unique<JobLicenses>(cluster, workload);
    pass_.emplace(state_, apply_, admission_, shapes_, *policies_.placement, memo);
  }
  if (pass_period_) schedule_priority_pass(first_priority_pass(cluster.controller.uptime, *pass_period_));
  if (state_.accounts && state_.accounts->watches_running()) watch_limits();
}

void Simulation::begin_with(const accounting::StartUsage& usage) {
  SLUICE_CHECK(state_.accounts != nullptr, "start usage needs accounting");
  state_.accounts->begin_with(usage);
}

/// What comes again and again is no reason to go on.
void Simulation::schedule_periodic(Time at, Phase phase, Event event) {
  ++periodic_;
  events_.schedule(at, rank(phase), event);
}

/// As long as something can still change.
void Simulation::schedule_priority_pass(Time at) {
  schedule_periodic(at, Phase::arrive, PriorityPassDue{});
}

void Simulation::on(const PriorityPassDue&) {
  const bool again = goes_on();
  apply_.priority_pass(events_.now());
  if (again) schedule_priority_pass(events_.now() + *pass_period_);
  trigger(Trigger::priorities_changed);
  if (policies_.loops) policies_.loops->on(Happening::priorities_changed, events_.now());
}

RunStatistics Simulation::run(const RunBounds& bounds) {
  if (power_ && statistics_.events == 0) watch_power();
  while (const auto upcoming = next()) {
    if (bounds.until && upcoming->at > *bounds.until) break;
    if (bounds.stop != nullptr && bounds.stop->load(std::memory_order_relaxed)) break;
    if (stops_in_circle()) break;
    if (upcoming->at > events_.now()) settle();
    const Event event = take(*upcoming);
    note(upcoming->at, event);
    std::visit([this](const auto& what) { on(what); }, event);
    if (controller_) clean_up();
    if (gang_) watch_turns();
    if (power_) watch_power();
  }
  settle();
  check_states();
  statistics_.delivered = state_.conservation.delivered(events_.now());
  statistics_.fingerprint = fingerprint_.value();
  return statistics_;
}

std::uint8_t Simulation::arrival_rank() const {
  // A rank below every other puts the submissions of an instant first.
  return order_ == EventOrder::arrivals_first ? rank(Phase::release) : rank(Phase::arrive);
}

/// The earliest of three sources: submissions (known beforehand, in order), scheduled events, the next cycle.
std::optional<Simulation::Next> Simulation::next() const {
  constexpr std::uint8_t after_all = std::numeric_limits<std::uint8_t>::max();
  Next first{Time::max(), after_all};
  const auto consider = [&first](const Next& candidate) {
    if (candidate.at < first.at || (candidate.at == first.at && candidate.rank < first.rank)) first = candidate;
  };
  if (next_arrival_ < workload_.jobs.size())
    consider({workload_.jobs[next_arrival_].submit, arrival_rank(), Next::Source::arrival});
  const bool is_vain = power_ && !events_.empty() && std::holds_alternative<PowerDue>(events_.next().what) && !goes_on();
  if (!events_.empty() && !is_vain) consider({events_.next().at, events_.next().rank(), Next::Source::queue});
  if (policies_.loops) {
    if (const auto due = policies_.loops->next_run(); due && may_still_change())
      consider({std::max({*due + latencies_.wake(*due), events_.now(), decides_from_}), rank(Phase::decide), Next::Source::cycle});
  }
  if (cycle_at_) {
    // Deciding after each event is deciding before the next one of the same instant.
    const std::uint8_t cycle_rank = rank(Phase::decide);
    const Next cycle{*cycle_at_, cycle_rank, Next::Source::cycle};
    if (order_ != EventOrder::batch && first.at == cycle.at) return cycle;
    consider(cycle);
  }
  return first.rank == after_all ? std::nullopt : std::optional{first};
}

Event Simulation::take(const Next& upcoming) {
  if (upcoming.source == Next::Source::queue) {
    const Event event = events_.pop()->what;
    if (std::holds_alternative<PriorityPassDue>(event) || std::holds_alternative<LimitsWatched>(event) ||
        std::holds_alternative<ReservationsWatched>(event) || std::holds_alternative<SliceDue>(event) ||
        std::holds_alternative<PowerDue>(event))
      --periodic_;
    return event;
  }
  events_.advance(upcoming.at);
  if (upcoming.source == Next::Source::cycle) {
    cycle_at_.reset();
    return CycleDue{};
  }
  return JobSubmitted{JobId{static_cast<std::uint32_t>(next_arrival_++)}};
}

void Simulation::note(Time at, const Event& event) {
  // Of the loops only what they do is noted: a cycle that can change nothing may be left out.
  if (policies_.loops && std::holds_alternative<CycleDue>(event)) return;
  ++statistics_.events;
  statistics_.end = at;
  unsettled_ = true;
  fingerprint_.fold(at.time_since_epoch().count());
  fingerprint_.fold(std::uint64_t{event.index()} << 32 | subject(event));
}

void Simulation::trigger(Trigger what) {
  const Time now = events_.now();
  auto wanted = policies_.scheduler->on(what, now);
  if (!wanted) return;
  SLUICE_CHECK(*wanted >= now, "the scheduler wants to run in the past");
  wanted = std::max(*wanted, decides_from_);
  cycle_at_ = cycle_at_ ? std::min(*cycle_at_, *wanted) : *wanted;
}

void Simulation::on(const JobEnds& event) {
  const Job& job = state_.jobs.job(event.job);
  if (job.generation != event.generation) return;
  const auto* running = std::get_if<Running>(&job.state);
  if (running == nullptr) return;
  const Time now = events_.now();
  apply_.finish(event.job, now);
  trigger(Trigger::job_ended);
}

/// The nodes of jobs that have just ended are of no use until slurmctld knows them to be clean.
void Simulation::clean_up() {
  for (const auto& [row, job] : controller_->take_cleaning()) {
    const EpilogDone done{row};
    const Duration latency = latencies_.clean(job, events_.now());
    if (latency == Duration{})
      on(done);
    else
      events_.schedule(events_.now() + latency, rank(Phase::release), done);
  }
}

void Simulation::on(const GraceOver& event) {
  const auto* running = std::get_if<Running>(&state_.jobs.job(event.job).state);
  if (running == nullptr || running->start != event.start) return;
  const Time now = events_.now();
  controller_->begin(now);
  controller_->end_grace(event.job);
  apply_.look_again(now);
  clean_up();
  tell_loops(Happening::job_changed);
}

void Simulation::on(const EpilogDone& event) {
  const JobId job = controller_->finish_completing(event.row);
  if (std::holds_alternative<Ended>(state_.jobs.job(job).state)) apply_.completed(job, events_.now());
  tell_loops(Happening::job_ended);
}

void Simulation::on(const BeliefPassed& event) {
  const Job& job = state_.jobs.job(event.job);
  if (job.generation != event.generation || !std::holds_alternative<Running>(job.state)) return;
  apply_.believe_longer(event.job, events_.now());
}

void Simulation::on(const CycleDue&) {
  ++statistics_.decisions;
  if (policies_.loops) return run_loops();
  apply_.look_at_pending(events_.now());
  pass_->begin(events_.now());
  policies_.scheduler->run(*pass_);
  pass_->finish();
  if (apply_.look_again(events_.now())) trigger(Trigger::job_submitted);
}

void Simulation::tell_loops(Happening what) {
  if (!policies_.loops) return;
  changed_at_ = events_.now();
  policies_.loops->on(what, events_.now());
}

void Simulation::run_loops() {
  const auto running = state_.running.size();
  const auto pending = state_.pending;
  controller_->begin(events_.now());
  if (state_.accounts) state_.accounts->look_at(controller_->pending(), events_.now());
  policies_.loops->run(*controller_, events_.now());
  controller_->stop_victims();
  for (const auto& [job, until] : controller_->take_graced()) {
    const auto* run = std::get_if<Running>(&state_.jobs.job(job).state);
    if (run == nullptr) continue;  // a job that started on its cores has stopped it since
    events_.schedule(policies_.clockwork.check_at(until), rank(Phase::release), GraceOver{job, run->start});
  }
  clean_up();
  if (apply_.look_again(events_.now())) tell_loops(Happening::job_changed);
  if (state_.running.size() == running && state_.pending == pending) return;
  changed_at_ = statistics_.end = events_.now();
  unsettled_ = true;
}

void Simulation::set_commands(std::vector<TimedCommand> commands) {
  SLUICE_CHECK(statistics_.events == 0, "commands come after the run has begun");
  commands_ = std::move(commands);
  const bool reserves_cores = std::any_of(commands_.begin(), commands_.end(), [](const TimedCommand& command) {
    const auto* create = std::get_if<CreateReservation>(&command.what);
    return create != nullptr && !create->request.core_counts.empty();
  });
  if (controller_ && reserves_cores) state_.cluster.tell_cores_apart();
  prepare_for_changes();
  for (std::uint32_t row = 0; row < commands_.size(); ++row) {
    const Time at = commands_[row].at;  // what is to be done before the zero is done before the first job arrives
    events_.schedule(std::max(at, Time{}), rank(at < Time{} ? Phase::release : Phase::arrive), CommandDue{row});
  }
}

void Simulation::on(const CommandDue& event) {
  const Command& command = commands_[event.row].what;
  if (changes_cluster(command))
    change_cluster(event.row);
  else
    operator_.execute(command, events_.now());
  if (controller_) controller_->notice_end_of_maintenance();
  if (power_) {
    controller_->cores_changed();
    power_->node_changed();
  }
  watch_reservations();
  trigger(Trigger::cluster_changed);
  tell_loops(happening_of(command));
}

void Simulation::on(const NodeMissed& event) {
  operator_.missed(event, events_.now());
  if (power_) power_->node_changed();
  trigger(Trigger::cluster_changed);
  tell_loops(Happening::node_lost);
}

void Simulation::on(const DeadlineDue& event) {
  if (!std::holds_alternative<Pending>(state_.jobs.job(event.job).state)) return;
  if (const auto late = apply_.too_late_at(event.job); !late || *late > events_.now()) return;  // it was moved since
  apply_.drop(event.job, EndState::deadline, events_.now());
  if (apply_.look_again(events_.now())) trigger(Trigger::job_submitted);
  tell_loops(Happening::job_cancelled);
}

void Simulation::on(const JobWakes& event) {
  const Time now = events_.now();
  apply_.wake(event.job, now);
  apply_.look_again(now);
  trigger(Trigger::job_submitted);
  tell_loops(Happening::job_changed);
}

/// The counters of jobs are those of the table.
void Simulation::check_states() const {
  std::int64_t pending = 0, running = 0, ended = 0;
  for (const Job& job : state_.jobs.jobs) {
    pending += std::holds_alternative<Pending>(job.state) ? 1 : 0;
    running += std::holds_alternative<Running>(job.state) ? 1 : 0;
    ended += std::holds_alternative<Ended>(job.state) ? 1 : 0;
  }
  state_.conservation.check(events_.now(), {pending, running});
  SLUICE_CHECK(ended == state_.conservation.ended_jobs(), "{} jobs have ended, {} were told to", ended,
               state_.conservation.ended_jobs());
}

void Simulation::settle() {
  if (!std::exchange(unsettled_, false)) return;
  const LoadSample sample = load();
  state_.conservation.check(events_.now(), {sample.pending, sample.running});
  for (auto* observer : observers_) observer->settled(events_.now(), sample);
}

/// A new part of the simulation that changes while it runs is added here. Not saved are: what the constructor makes of its
/// arguments, memory that only saves work, and observers, who save themselves.
void Simulation::fields(Archive& archive) {
  archive.expect(workload_.jobs.size());
  archive.expect(workload_.requests().size());
  archive.expect(commands_.size());
  archive.expect(policies_.loops ? 1 : 0);
  changes_fields(archive);
  archive(state_, events_, fingerprint_, admission_);
  bool has_reach = state_.reach != nullptr;
  archive(has_reach);
  if (has_reach && !state_.reach) state_.reach = std::make_unique<Reach>(state_.cluster, shapes_, *policies_.placement);
  if (has_reach) archive(*state_.reach);
  policies_.scheduler->fields(archive);
  if (policies_.loops) policies_.loops->fields(archive);
  if (policies_.selection) policies_.selection->fields(archive);
  if (controller_) archive(*controller_);
  if (pass_) archive(*pass_);
  archive(operator_, watch_at_, slice_is_due_);
  if (gang_) archive(*gang_);
  if (power_) archive(*power_, power_at_);
  archive(tries_, periodic_, changed_at_, next_arrival_, cycle_at_, unsettled_, statistics_.end, statistics_.events,
          statistics_.decisions);
}

}  // namespace sluice
