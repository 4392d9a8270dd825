// What the loops ask of a recorded slurmctld in a pass or cycle.

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "policies/scheduler/slurm/queue.hpp"
#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"
#include "simulator/engine/missing_nodes.hpp"
#include "simulator/engine/reservation_answer.hpp"
#include "simulator/model/accounting_limits.hpp"
#include "tests/recordings/support/recorded_controller.hpp"

namespace sluice::recordings {

using std::chrono::minutes;

void RecordedController::open(Time at, std::vector<RecordedStart> starts, std::vector<RecordedPreemption> victims) {
  now_ = floor_seconds(at);
  expect(std::move(starts), std::move(victims));
  attempts_.clear();
  applied_.clear();
  gone_.clear();
  left_ = NodeSet{cluster_.node_count()};
  opened_ = mark();
  for (const JobId id : pending_) jobs_[id.index()].waiting.is_preempting = false;
  completing_ = still_cleaning(at);
  usage_ = state_.usage;
  update_priorities();
}

void RecordedController::set_priority(std::size_t job, PartitionId partition, std::uint32_t priority) {
  for (WaitingPartition& where : jobs_[job].waiting.partitions)
    if (where.partition == partition) where.priority = priority;
}

void RecordedController::update_priorities() {
  const bool is_basic = state_.inputs->cluster.priority.name == "priority/basic";
  for (const JobId id : pending_) {
    const BookedJob& booked = priorities_.job(id.index());
    jobs_[id.index()].waiting.eligible = priorities_.eligible(id.index());
    for (WaitingPartition& where : jobs_[id.index()].waiting.partitions) {
      if (is_basic) continue;
      for (const PriorityRow& row : booked.rows)
        if (row.partition == where.partition) where.priority = row.terms.priority;
      if (booked.direct) where.priority = *booked.direct;
    }
  }
}

bool RecordedController::waits_for_reservation(std::size_t job) {
  const auto& in = jobs_[job].waiting.reservation;
  return in && reservations_.book().test_now(*in, now_) != ReservationTest::Finding::usable;
}

std::optional<Reason> RecordedController::hindrance(JobId id) {
  const RecordedJob& job = state_.jobs[id.index()];
  if (job.held) return Reason::job_held_user;
  if (waits_for_reservation(id.index())) return Reason::reservation;
  const auto since = priorities_.eligible(id.index());
  if (!since) return Reason::dependency;
  if (*since > now_) return Reason::begin_time;
  return arrays_.room(id.index()) == 0U ? std::optional{Reason::job_array_task_limit} : std::nullopt;
}

const Demand* RecordedController::demand(std::size_t job, PartitionId partition) const {
  for (const WaitingPartition& where : jobs_[job].waiting.partitions)
    if (where.partition == partition) return where.demand;
  return nullptr;
}

SelectionJob RecordedController::selection_job(JobId job, PartitionId partition) const {
  SelectionJob asks{job, *demand(job.index(), partition)};
  asks.nodes_first = reservations_.nodes_first(jobs_[job.index()].waiting.reservation);
  asks.excluded_cores = excluded_cores_ ? &*excluded_cores_ : nullptr;
  asks.running = running_;
  return asks;
}

/// Of every QOS and association with a GrpTRES=node limit: the nodes its jobs are on.
void RecordedController::count_nodes(const Tracked& job, PartitionId in) {
  counted_ = NodeSet{cluster_.node_count()};
  const auto add = [&](const TresCounts& limits, const accounting::Counters& group) {
    if (limits.count("node") == 0) return;
    for (std::uint32_t i = 0; i < group.jobs_on.size(); ++i)
      if (group.jobs_on[i] > 0) counted_.insert(NodeId{i});
  };
  const AccountingSpec& spec = state_.inputs->accounting;
  const accounting::Party whose = party(job.waiting.job.index(), in);
  for (const auto& qos : {whose.qos, whose.partition_qos})
    if (qos) add(spec.qos[qos->index()].group.tres, ledger_.of(*qos));
  for (AssociationId id = whose.association;; id = state_.associations.parent(id)) {
    add(spec.associations[id.index()].group.tres, ledger_.of(id));
    if (id == accounting::AssociationTree::root) return;
  }
}

bool RecordedController::narrow(JobId job, PartitionId partition, NodeSet& candidates) {
  return demand(job.index(), partition) != nullptr && selection_->narrow(selection_job(job, partition), candidates);
}

const std::vector<RunningJob>& RecordedController::running() {
  if (running_is_sorted_) return running_;
  for (RunningJob& one : running_) {
    const Run& run = *jobs_[one.job.index()].run;
    one.end = Time{run.start + run.limit.value_or(Seconds{std::chrono::hours{365 * 24}}) +
                   jobs_[one.job.index()].suspended};
    if (const auto grace = graces_.find(one.job.index()); grace != graces_.end())
      one.end = std::min(one.end, Time{grace->second});
    one.limit = run.limit;
  }
  std::sort(running_.begin(), running_.end(), [&](const RunningJob& a, const RunningJob& b) {
    return std::tie(a.end, list_place_[a.job.index()]) < std::tie(b.end, list_place_[b.job.index()]);
  });
  running_is_sorted_ = true;
  return running_;
}

/// Of the last computation of its priority.
double RecordedController::priority(std::size_t job, PartitionId partition) const {
  for (const WaitingPartition& where : jobs_[job].waiting.partitions)
    if (where.partition == partition) return where.priority;
  return 0;
}

PreemptParty RecordedController::preempt_party(JobId job, PartitionId partition) const {
  return {partition, state_.jobs[job.index()].qos, priority(job.index(), partition)};
}

PreemptParty RecordedController::running_party(std::size_t job) const {
  return {jobs_[job].held.allocation.partition, state_.jobs[job].qos, jobs_[job].priority};
}

bool RecordedController::may_be_preempted(JobId started) const {
  return preemption_ != nullptr && preemption_->action(running_party(started.index())) != PreemptMode::Action::off;
}

/// Running jobs that this one may preempt: the lowest rank first, then the fewest nodes, then the oldest. Source:
/// slurmctld's preempt.c.
std::vector<Preemptable> RecordedController::preemptable(std::size_t job, PartitionId partition) {
  std::vector<Preemptable> result;
  if (preemption_ == nullptr) return result;
  std::vector<std::tuple<std::int64_t, std::int64_t, std::uint32_t, JobId, std::uint32_t>> list;  // then by job list
  const PreemptParty own = preempt_party(JobId{static_cast<std::uint32_t>(job)}, partition);
  for (const RunningJob& one : running()) {
    const Tracked& other = jobs_[one.job.index()];
    const PreemptParty theirs = running_party(one.job.index());
    if (!preemption_->may_preempt(own, theirs)) continue;
    if (Time{other.run->start} + preemption_->exempt(theirs) > Time{now_}) continue;
    if (other.nodes.count_common(partitions_[partition.index()].nodes) == 0) continue;
    list.emplace_back(preemption_->rank(theirs), static_cast<std::int64_t>(other.nodes.count()), list_place_[one.job.index()], one.job,
                      one.allocation);
  }
  std::sort(list.begin(), list.end());
  for (const auto& [rank, nodes, place, victim, allocation] : list)
    result.push_back({victim, allocation, preemption_->action(running_party(victim.index()))});
  return result;
}

std::optional<std::chrono::seconds> RecordedController::will_run(JobId job, PartitionId partition,
                                                                 const NodeSet& candidates, Horizon horizon,
                                                                 NodeSet& chosen) {
  WillRunQuery query;
  query.running = running();
  const auto victims = preemptable(job.index(), partition);
  query.preemptable = victims;
  query.now_only = horizon == Horizon::now_only;
  query.kill_wait = cluster_spec().times.kill_wait;
  query.over_time_limit = cluster_spec().times.over_time_limit;
  auto answer = selection_->will_run(selection_job(job, partition), candidates, cluster_, Time{now_}, query);
  if (!answer) return std::nullopt;
  chosen = recordings::nodes_of(answer->allocation, cluster_.node_count());
  tested_ = std::move(answer->allocation);
  drop_unasked_gres(tested_, *demand(job.index(), partition));
  placed_.emplace_back(job.index(), tested_.cpus);
  return floor_seconds(answer->start);
}

ReservedJob RecordedController::reserved_by(JobId job, const Demand& wanted, PartitionId partition, const NodeSet& nodes,
                                            minutes limit) const {
  ReservedJob asks = reserved_job(waiting(job), wanted, partition, nodes, limit);
  if (const Submission* asked = state_.jobs[job.index()].submission) asks.warning = asked->borrow_warning;
  return asks;
}

bool RecordedController::reservation_may_be_late(std::uint32_t reservation) const {
  const Reservation* known = reservations_.book().find(reservation);
  return known != nullptr && known->max_start_delay.count() > 0;
}

const NodeSet* RecordedController::nodes_of_reservation(std::uint32_t reservation) const {
  const Reservation* known = reservations_.book().find(reservation);
  return known == nullptr ? nullptr : &known->nodes;
}

ReservationAnswer RecordedController::reserve_mask(JobId job, PartitionId partition, std::chrono::seconds start,
                                                   minutes limit, NodeSet& candidates) {
  excluded_cores_.reset();
  ReservationAnswer answer;
  answer.start = start;
  if (reservations_.book().empty()) return answer;
  const auto test = reservations_.book().test(
      reserved_by(job, *demand(job.index(), partition), partition, partitions_[partition.index()].nodes, limit),
      start, now_, ReservationBook::Moves::yes, reservations_.licenses());
  excluded_cores_ = test.excluded_cores;
  return mask_of(test, reservations_.book(), candidates);
}

ReservationTest RecordedController::reserved(JobId job, const Demand& wanted, PartitionId partition, minutes limit) {
  if (!reservations_.book().empty())
    return reservations_.book().test(
        reserved_by(job, wanted, partition, partitions_[partition.index()].nodes, limit), now_, now_,
        ReservationBook::Moves::no, reservations_.licenses());
  ReservationTest all;
  all.nodes = NodeSet{cluster_.node_count()};
  all.nodes.insert(NodeId{0}, cluster_.node_count());
  return all;
}

bool RecordedController::lacks_nodes(JobId job, PartitionId partition, const Demand& wanted, const NodeSet& unreserved) {
  NodeSet reachable = up_;
  reachable &= unreserved;
  const auto engaged = [&] {
    NodeSet nodes = completing_;
    if (preemption_ != nullptr) return nodes;
    for (const RunningJob& run : running_) {
      const Tracked& other = jobs_[run.job.index()];
      if (wanted.is_whole() || other.waiting.whole_nodes) nodes |= other.nodes;
    }
    return nodes;
  };
  const auto fits = [&](const NodeSet& open) {
    return selection_->feasible(selection_job(job, partition), cluster_, Time{now_}, &open);
  };
  return are_missing(wanted, partitions_[partition.index()].nodes, reachable, engaged, fits);
}

/// Source: job_mgr.c, _select_nodes_parts.
std::optional<StartAnswer> RecordedController::refusal_at_submission(std::size_t index) {
  const WaitingJob& job = jobs_[index].waiting;
  std::optional<StartAnswer> answer;
  if (reservations_.book().empty() && up_.count() == up_.capacity()) return answer;
  for (const WaitingPartition& where : job.partitions) {
    if (where.demand == nullptr) continue;
    const LivePartition& partition = partitions_[where.partition.index()];
    const minutes limit = job.limit.value_or(partition.max_time.value_or(minutes{365 * 24 * 60}));
    const ReservationTest kept = reserved(job.job, *where.demand, where.partition, limit);
    if (auto refusal = refusal_of(kept, job)) {
      answer = std::move(refusal);
      if (answer->outcome == StartOutcome::reservation_busy) answer->reason = Reason::reservation;
    } else if (lacks_nodes(job.job, where.partition, *where.demand, kept.nodes)) {
      answer = nodes_are_missing(cluster_spec(), *where.demand, partition.nodes, up_);
    } else {
      return std::nullopt;
    }
  }
  return answer;
}

/// What Sluice would do.
StartAttempt RecordedController::attempt(JobId id, PartitionId partition, const NodeSet& candidates, minutes limit) {
  StartAttempt attempt;
  attempt.job = id;
  attempt.partition = partition;
  const Demand* wanted = demand(id.index(), partition);
  if (wanted == nullptr) {
    attempt.outcome = StartOutcome::never;
    return attempt;
  }
  if (const auto no = denial(id, partition)) {
    attempt.outcome = no->outcome;
    attempt.reason = no->reason;
    attempt.text = no->text;
    return attempt;
  }
  count_nodes(jobs_[id.index()], partition);
  SelectionJob job = selection_job(id, partition);
  if (counted_.count() > 0) job.counted_nodes = &counted_;
  NodeSet usable = candidates;
  usable -= completing_;
  const ReservationTest kept = reserved(id, *wanted, partition, limit);
  excluded_cores_ = kept.excluded_cores;
  job.excluded_cores = excluded_cores_ ? &*excluded_cores_ : nullptr;
  if (const auto refusal = refusal_of(kept, waiting(id))) {
    attempt.outcome = refusal->outcome;
    attempt.reason = refusal->reason;
    attempt.text = refusal->text;
    return attempt;
  }
  usable &= kept.nodes;
  auto selected = selection_->select(job, usable, cluster_, Time{now_}, preemptable(id.index(), partition));
  LimitedJob view = limited(id, partition);
  accounting::TresRow tres;
  const Submission* asked = state_.jobs[id.index()].submission;
  if (selected) {
    tres = tres_of(selected->allocation);
    view.nodes = selected->allocation.runs;
  } else if (asked != nullptr) {
    tres = accounting::requested_tres(asked->request, *partitions_[partition.index()].spec, cluster_spec(),
                                      state_.tres);
    if (const auto cpus = priorities_.job(id.index()).placed_cpus)
      tres[accounting::TresTable::cpu.index()] = *cpus;
  }
  view.tres = tres;
  if (const auto limited_by = limits_->may_start(view)) {
    attempt.outcome = StartOutcome::policy;
    attempt.reason = *limited_by;
  } else if (!selected) {
    if (!lacks_nodes(id, partition, *wanted, kept.nodes)) return attempt;
    const StartAnswer answer = nodes_are_missing(cluster_spec(), *wanted, partitions_[partition.index()].nodes,
                                                 loop_ == Loop::main ? candidates : up_);
    attempt.outcome = answer.outcome;
    attempt.reason = answer.reason;
    attempt.text = answer.text;
  } else if (selected->victims.empty()) {
    attempt.outcome = StartOutcome::started;
    attempt.allocation = std::move(selected->allocation);
  } else {
    attempt.victims = std::move(selected->victims);
  }
  return attempt;
}

std::optional<std::vector<JobId>> RecordedController::het_components(std::uint32_t group) const {
  std::vector<JobId> waiting;
  for (const JobId id : pending_)
    if (jobs_[id.index()].waiting.het_group == group) waiting.push_back(id);
  return waiting;
}

bool RecordedController::waits_for_jobs(JobId id, PartitionId partition, const NodeSet& candidates) {
  const Demand* wanted = demand(id.index(), partition);
  if (wanted == nullptr || candidates.count_common(completing_) > 0) return true;
  for (const RunningJob& run : running_) {
    const Tracked& other = jobs_[run.job.index()];
    const Demand* its = demand(run.job.index(), other.held.allocation.partition);
    const bool keeps_others_off = wanted->is_whole() || (its != nullptr && its->is_whole());
    if (keeps_others_off && other.nodes.count_common(candidates) > 0) return true;
  }
  return selection_->feasible(selection_job(id, partition), cluster_, Time{now_}, &candidates);
}

StartAnswer RecordedController::try_start(JobId id, PartitionId partition, const NodeSet& candidates,
                                          std::chrono::minutes limit) {
  StartAttempt made = attempt(id, partition, candidates, limit);
  const auto expected = std::find_if(expected_.begin(), expected_.end(), [&](const RecordedStart& one) {
    return arrays_.record_of(one.job) == id.index() && one.partition == partition && !jobs_[one.job].is_running;
  });
  made.was_recorded = expected != expected_.end();
  const StartOutcome outcome = made.outcome;
  const Reason reason = made.reason;
  std::string text = made.text;
  const std::vector<JobId> victims = made.victims;
  attempts_.push_back(std::move(made));
  if (expected != expected_.end()) {
    const RecordedStart started = *expected;
    start(started);
    StartAnswer answer{StartOutcome::started, Reason::none, JobId{static_cast<std::uint32_t>(started.job)}, {}};
    if (jobs_[id.index()].is_pending) answer.rest = id;
    return answer;
  }
  preempt_for(id.index(), victims);
  return {outcome == StartOutcome::started ? StartOutcome::nodes_busy : outcome, reason, id, std::nullopt, std::move(text)};
}

/// Source: slurmctld's preempt.c and node_scheduler.c.
void RecordedController::preempt_for(std::size_t record, const std::vector<JobId>& victims) {
  bool has_told = false;
  for (const RecordedPreemption& one : expected_victims_)
    if (one.record == record) {
      stop(one);
      has_told = true;
    }
  std::erase_if(expected_victims_, [&](const RecordedPreemption& one) { return one.record == record; });
  const auto pause = std::chrono::floor<Seconds>(cluster_spec().times.kill_wait) + state_.recording->message_timeout;
  const auto told = told_.find(record);
  if (!victims.empty() && (told == told_.end() || now_ >= told->second + pause)) {
    for (const JobId victim : victims) {
      if (!jobs_[victim.index()].is_running) continue;
      const Duration grace = preemption_->grace(running_party(victim.index()));
      if (grace == Duration{} || graces_.count(victim.index()) != 0) continue;
      graces_[victim.index()] = now_ + std::chrono::floor<Seconds>(grace);
      running_is_sorted_ = false;
      has_told = true;
    }
  }
  if (!has_told) return;
  told_[record] = now_;
  jobs_[record].waiting.is_preempting = true;
}

accounting::Party RecordedController::party(std::size_t job, PartitionId partition) const {
  accounting::Party party = priorities_.party(job);
  party.partition_qos.reset();
  if (const auto& qos = state_.partition(partition).qos; !qos.empty())
    party.partition_qos = find_qos(state_.inputs->accounting, to_lower(qos));
  return party;
}

LimitedJob RecordedController::limited(JobId id, PartitionId partition) const {
  LimitedJob view;
  view.party = party(id.index(), partition);
  view.limit = jobs_[id.index()].waiting.limit;
  if (!view.limit) view.limit = partitions_[partition.index()].max_time;
  return view;
}

accounting::TresRow RecordedController::tres_of(const Allocation& allocation) const {
  accounting::TresRow row(state_.tres.size(), 0);
  row[accounting::TresTable::cpu.index()] = allocation.cpus;
  row[accounting::TresTable::mem.index()] = allocation.memory;
  row[accounting::TresTable::node.index()] = allocation.nodes;
  for (const NodeRun& run : allocation.runs) {
    const auto& kinds = cluster_spec().class_of(NodeId{run.first}).gres;
    for (std::size_t kind = 0; kind < kinds.size() && kind < max_gres_kinds; ++kind) {
      const std::int64_t count = allocation.takes[run.take].gres[kind] * std::int64_t{run.count};
      if (const auto id = state_.tres.find("gres/" + kinds[kind].name)) row[id->index()] += count;
      if (const auto id = state_.tres.find("gres/" + kinds[kind].name + ":" + kinds[kind].type))
        row[id->index()] += count;
    }
  }
  row[accounting::TresTable::billing.index()] =
      static_cast<std::int64_t>(state_.billing[allocation.partition.index()].of(row));
  return row;
}

std::optional<StartAnswer> RecordedController::denial(JobId job, PartitionId partition) const {
  const PartitionSpec& spec = state_.partition(partition);
  const auto it = applicant(job.index());
  const auto no = accounting::access_objection(spec, it);
  if (!no) return std::nullopt;
  return StartAnswer{StartOutcome::partition_config, no->reason, {}, {}, accounting::access_text(spec, it, no->reason)};
}

std::optional<StartAnswer> RecordedController::qos_denial(std::size_t job, PartitionId partition) const {
  auto no = denial(JobId{static_cast<std::uint32_t>(job)}, partition);
  return no && no->reason == Reason::qos_not_allowed ? no : std::nullopt;
}

bool RecordedController::keeps_qos_out(JobId job, PartitionId partition) {
  return qos_denial(job.index(), partition).has_value();
}

std::optional<Reason> RecordedController::partition_limit(std::size_t index, PartitionId partition) const {
  const WaitingJob& job = jobs_[index].waiting;
  for (const WaitingPartition& where : job.partitions) {
    if (where.partition != partition) continue;
    const Reason reason = scheduler::slurm::partition_limit(job, where, partitions_[partition.index()], scheduler::slurm::QueueUse::main);
    return reason == Reason::none ? std::nullopt : std::optional{reason};
  }
  return std::nullopt;
}

std::optional<Reason> RecordedController::policy_before(JobId job, PartitionId partition) {
  return limits_->may_be_considered(limited(job, partition));
}

std::optional<Reason> RecordedController::policy_of_plan(JobId job, PartitionId partition, const NodeSet&,
                                                         std::chrono::minutes) {
  LimitedJob view = limited(job, partition);
  const auto tres = tres_of(tested_);
  view.tres = tres;
  view.nodes = tested_.runs;
  return limits_->may_start(view);
}

std::optional<std::uint64_t> RecordedController::state_version() const {
  if (has_core_reservations_) return std::nullopt;
  const ClusterSpec& cluster = cluster_spec();
  for (const NodeClass& one : cluster.classes)
    if (!one.gres.empty()) return std::nullopt;
  if (has_limits(state_.inputs->accounting) || cluster.preempt.type != "preempt/none") return std::nullopt;
  for (const RunningJob& one : running_)
    if (!running_is_sorted_ || one.end <= Time{now_}) return std::nullopt;
  return version_;
}

std::string RecordedController::running_on(const NodeSet& nodes) const {
  std::string text;
  for (std::size_t index = 0; index < jobs_.size(); ++index) {
    const Tracked& job = jobs_[index];
    if (!job.is_running || job.nodes.count_common(nodes) == 0) continue;
    text += fmt::format(" {}@{}", state_.jobs[index].id, hostlist(cluster_spec(), job.nodes));
  }
  return text;
}

}  // namespace sluice::recordings
