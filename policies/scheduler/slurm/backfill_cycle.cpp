#include "policies/scheduler/slurm/backfill_cycle.hpp"

#include <algorithm>

#include "policies/scheduler/slurm/main_pass.hpp"

namespace sluice::scheduler::slurm {
namespace {

constexpr std::chrono::seconds a_year = std::chrono::hours{24 * 365};

}  // namespace

bool BackfillCycle::Count::is_full(std::size_t row, std::int64_t most) {
  return most != 0 && row < of.size() && of[row] >= most;
}

void BackfillCycle::Count::add(std::size_t row) {
  if (row >= of.size()) of.resize(row + 1);
  ++of[row];
}

std::optional<BackfillCycle::Versions> BackfillCycle::versions(const Controller& controller) {
  const auto state = controller.state_version(), queue = controller.queue_version();
  if (!state || !queue) return std::nullopt;
  return Versions{*state, *queue};
}

bool BackfillCycle::would_repeat(const Controller& controller) const {
  return repeatable_ && controller.now() < same_until_ && versions(controller) == repeatable_;
}

void BackfillCycle::run(Controller& controller) {
  if (would_repeat(controller)) return;
  const auto before = versions(controller);
  begin(controller);
  look_at_all(controller);
  end(controller);
  repeatable_ = may_repeat_ && before && versions(controller) == before ? before : std::nullopt;
}

void BackfillCycle::look_at_all(Controller& controller) {
  for (const QueueRecord& record : queue_.records()) {
    BackfillDecision decision;
    do {
      if (is_over()) return;
      decision = decide(controller, record);
      carry_out(controller, record, decision, chosen_);
    } while (has_next_task(controller, record, decision));
  }
}

std::optional<JobId> BackfillCycle::job_of(std::uint32_t slot) const {
  const auto* now = job_now_.find(slot);
  return now != nullptr ? *now : queue_.job_at(slot);
}

void BackfillCycle::start_groups(Controller& controller) {
  for (const std::uint32_t group : het_starts_.groups()) {
    may_repeat_ = false;
    if (!has_started_enough()) start_group(controller, group);
  }
}

/// The plan keeps the nodes of the components apart, and from others.
void BackfillCycle::note_component(Controller& controller, const Attempt& attempt, Second at) {
  const std::uint32_t group = *attempt.job.het_group;
  het_starts_.found(group, {attempt.job.job, at, attempt.record.partition, attempt.lengths.placement,
                            attempt.record.reservation});
  if (settings_.het_immediate && !has_started_enough()) start_group(controller, group);
}

bool BackfillCycle::knows_all(Controller& controller, std::uint32_t group) const {
  const auto wanted = controller.het_components(group);
  return wanted && !wanted->empty() && std::all_of(wanted->begin(), wanted->end(),
                               [&](JobId job) { return het_starts_.knows(group, job); });
}

void BackfillCycle::start_group(Controller& controller, std::uint32_t group) {
  if (!knows_all(controller, group)) return;
  if (het_starts_.all(group) <= controller.now()) start_components(controller, group);
}

/// Each on nodes of its own; if one cannot start, none does.
void BackfillCycle::start_components(Controller& controller, std::uint32_t group) {
  std::vector<JobId> started;
  NodeSet used{controller.up().capacity()};
  const auto components = het_starts_.components(group);
  for (const HetStarts::Component& one : components) {
    NodeSet candidates = controller.partitions()[one.partition.index()].nodes;
    candidates &= controller.up();
    candidates -= used;
    if (controller.waiting(one.job).reservation != one.reservation)
      controller.choose_reservation(one.job, one.reservation);
    StartAnswer answer;
    if (controller.reserve_mask(one.job, one.partition, controller.now(), one.limit, candidates).usable)
      answer = controller.try_start(one.job, one.partition, candidates, one.limit);
    if (answer.outcome != StartOutcome::started) {
      for (const JobId job : started) controller.take_back(job);
      return;
    }
    started.push_back(one.job);
    used |= controller.nodes_of(one.job);
  }
  het_starts_.forget(group);
  starts_ += static_cast<std::int64_t>(started.size());
  for (const JobId job : started)
    if (const auto slot = queue_.slot_of(job)) job_now_.put(*slot, std::nullopt);
}

void BackfillCycle::begin(Controller& controller) {
  het_starts_.begin_cycle();
  begun_ = controller.now();
  queue_.build(controller);
  controller.clear_plans();
  table_.reset(floor(begun_), floor(begun_ + settings_.window), controller.up());
  if (settings_.running_jobs_reserve && settings_.whole_nodes_close)
    for (const WholeNodeRun& run : controller.whole_node_runs())
      table_.promise(table_.begin(), floor(run.end), *run.nodes);
  if (settings_.licenses) plan_licenses(controller);
  tests_ = starts_ = 0;
  job_now_.begin(queue_.slots());
  estimates_.begin(queue_.slots());
  for (Count* count : {&of_user_, &of_association_, &of_partition_, &of_user_in_partition_, &planned_of_partition_})
    count->of.assign(count->of.size(), 0);
  rejected_.reset();
  qos_blocked_until_.clear();
  array_plans_.reset();
  last_tested_.reset();
  chosen_ = candidates_ = NodeSet{controller.up().capacity()};
  may_repeat_ = settings_.shortcuts == Shortcuts::taken && watch_ == nullptr && !settings_.running_jobs_reserve &&
                settings_.min_age_reserve.count() == 0 && begun_ < table_.end() && cost() == Duration{};
  same_until_ = Second::max();
}

Duration BackfillCycle::cost() const {
  const Duration work = settings_.cost.pass + tests_ * settings_.cost.job;
  if (work == Duration{} || settings_.yield_interval <= Duration{}) return work;
  return work + work / settings_.yield_interval * settings_.yield_sleep;
}

void BackfillCycle::plan_licenses(Controller& controller) {
  const LicensePlan plan = controller.license_plan();
  if (plan.total.empty()) return;
  table_.track_licenses(plan.total);
  const NodeSet none{controller.up().capacity()};
  for (const auto& held : plan.reserved) table_.promise(floor(held.start), floor(held.end), none, held.licenses);
  for (const auto& held : plan.running) table_.promise(table_.begin(), floor(held.end), none, held.licenses);
}

bool BackfillCycle::is_over() const {
  if (cost() > Duration{} && cost() >= settings_.max_time) return true;
  return tests_ >= settings_.max_tests || (settings_.max_starts != 0 && starts_ >= settings_.max_starts) ||
         static_cast<std::int64_t>(table_.slots_made()) >= settings_.table_size;
}

bool BackfillCycle::was_rejected(const WaitingJob& job, const QueueRecord& record) const {
  return rejected_ && rejected_->array == job.slurm_id && rejected_->partition == record.partition &&
         rejected_->reservation == job.reservation;
}

/// A plan for the next task is tried beside that of the one before.
bool BackfillCycle::has_next_task(Controller& controller, const QueueRecord& record,
                                  const BackfillDecision& decision) const {
  const auto id = job_of(record.slot);
  if (!id) return false;
  const WaitingJob& job = controller.waiting(*id);
  if (!job.is_array || job.array_task != WaitingJob::no_task) return false;
  if (decision.kind == BackfillDecision::Kind::started) return true;
  return decision.kind == BackfillDecision::Kind::planned && array_plans_ &&
         array_plans_->count < settings_.max_array_plans && array_plans_->count < job.tasks_left;
}

/// Jobs that are looked at count, whatever comes of it.
bool BackfillCycle::exceeds_counts(const WaitingJob& job, PartitionId partition) {
  const std::size_t user_in_partition = std::size_t{job.user} * 4096 + partition.index();
  if (of_user_in_partition_.is_full(user_in_partition, settings_.max_of_user_in_partition) ||
      of_partition_.is_full(partition.index(), settings_.max_of_partition) ||
      of_association_.is_full(job.association, settings_.max_of_association) ||
      of_user_.is_full(job.user, settings_.max_of_user))
    return true;
  if (settings_.max_of_user_in_partition != 0) of_user_in_partition_.add(user_in_partition);
  if (settings_.max_of_partition != 0) of_partition_.add(partition.index());
  if (settings_.max_of_association != 0) of_association_.add(job.association);
  if (settings_.max_of_user != 0) of_user_.add(job.user);
  return false;
}

/// Some jobs may start now but never keep nodes from others.
bool BackfillCycle::may_start_now_only(Controller& controller, const QueueRecord& record,
                                       const WaitingJob& job) const {
  if (record.prefers) return true;
  const auto threshold = job.priority_threshold != 0 ? job.priority_threshold : settings_.min_priority_reserve;
  if (record.priority < threshold) return true;
  if (settings_.min_age_reserve.count() > 0 &&
      (!job.eligible || controller.now() - *job.eligible < settings_.min_age_reserve))
    return true;
  const Estimate* known = estimates_.find(record.slot);
  if (settings_.one_plan_per_job && known != nullptr && known->partition != record.partition) return true;
  const auto& planned = planned_of_partition_.of;
  return settings_.planned_of_partition != 0 && record.partition.index() < planned.size() &&
         planned[record.partition.index()] >= settings_.planned_of_partition;
}

/// 22.05.8 tests and starts a job that has a least time with that, and forgets the limit it asked for.
BackfillCycle::Lengths BackfillCycle::lengths(Controller& controller, const WaitingJob& job,
                                              const LivePartition& partition, Second now) const {
  const auto most = partition.max_time.value_or(unlimited);
  const auto placement = job.limit ? std::min(*job.limit, most) : most;
  if (job.no_reserve && controller.preemption() != nullptr) return {std::chrono::minutes{1}, placement};
  if (job.deadline) return {placement, std::min(placement, minutes_to(*job.deadline, now))};
  if (job.time_min && *job.time_min < placement) return {*job.time_min, *job.time_min};
  return {placement, placement};
}

BackfillDecision BackfillCycle::decide(Controller& controller, const QueueRecord& record) {
  const auto decision = look_at(controller, record);
  if (decision && decision->kind != BackfillDecision::Kind::estimated) return *decision;
  const auto id = job_of(record.slot);
  if (id)
    if (const WaitingJob& job = controller.waiting(*id); job.is_array)
      rejected_ = Rejected{job.slurm_id, record.partition, job.reservation, record.slot};
  return decision.value_or(BackfillDecision{});
}

std::optional<BackfillDecision> BackfillCycle::look_at(Controller& controller, const QueueRecord& record) {
  const auto id = job_of(record.slot);
  if (!id) return std::nullopt;
  const WaitingJob& job = controller.waiting(*id);
  const LivePartition& partition = controller.partitions()[record.partition.index()];
  if (job.reservation != record.reservation) controller.choose_reservation(*id, record.reservation);
  // The next task of an array may go for nodes of its own, and is planned whatever the tasks before it have used up.
  const bool is_next_task = job.is_array && last_tested_ == std::pair{record.slot, record.place};
  if (job.is_preempting && !is_next_task) return std::nullopt;
  if (job.het_group) {
    het_starts_.found(*job.het_group, {*id, controller.now() + a_year, record.partition, {}, record.reservation});
    if (het_starts_.others(*job.het_group, *id) > controller.now() + settings_.window) return std::nullopt;
  }
  if (was_rejected(job, record)) {
    const auto first = job_of(rejected_->slot);
    if (first && *first != job.job && job.reason != controller.waiting(*first).reason)
      controller.set_reason(job.job, controller.waiting(*first).reason);
    return std::nullopt;
  }
  if (job.deadline || job.uses_licenses || job.reservation || job.het_group || record.prefers) may_repeat_ = false;
  if (!is_next_task && controller.keeps_qos_out(*id, record.partition)) {
    may_repeat_ = false;
    return std::nullopt;
  }
  if (!settings_.assoc_limit_stop && !is_next_task && controller.policy_before(*id, record.partition)) {
    may_repeat_ = false;
    return std::nullopt;
  }
  last_tested_ = std::pair{record.slot, record.place};
  if (watch_ != nullptr) watch_->tested(record);
  if (job.is_array && job.tasks_room == 0) return std::nullopt;
  if (exceeds_counts(job, record.partition)) return std::nullopt;
  if (job.uses_licenses && !settings_.licenses && controller.licenses_short(*id)) return std::nullopt;
  if (controller.hindrance(*id)) return std::nullopt;
  const Second now = controller.now();
  if (misses_deadline(job, now)) {
    controller.end_for_deadline(*id);
    job_now_.put(record.slot, std::nullopt);
    return std::nullopt;
  }
  Attempt attempt{record, job, partition, lengths(controller, job, partition, now), now,
                  may_start_now_only(controller, record, job)};
  if (job.uses_licenses && settings_.licenses) attempt.licenses = controller.licenses_wanted(*id);
  const BackfillDecision decision = search(controller, attempt);
  if (decision.kind == BackfillDecision::Kind::skipped) return std::nullopt;
  return decision;
}

BackfillDecision BackfillCycle::search(Controller& controller, const Attempt& attempt) {
  controller.mean(attempt.job.job, attempt.record.place);
  ++tests_;
  Second from = attempt.now;
  if (const auto blocked = qos_blocked_until_.find(attempt.job.qos); blocked != qos_blocked_until_.end())
    from = std::max(from, blocked->second);
  if (attempt.job.het_group) from = std::max(from, het_starts_.others(*attempt.job.het_group, attempt.job.job));
  for (;;) {
    std::optional<Second> later;
    if (auto decision = search_from(controller, attempt, from, later)) return *decision;
    // A reservation may end in the middle of a slot that begins with a promise: the same question again, which slurmctld
    // asks until bf_max_time is over.
    if (!later || *later <= from) return {};
    from = *later;
  }
}

std::optional<BackfillDecision> BackfillCycle::search_from(Controller& controller, const Attempt& attempt,
                                                           Second from, std::optional<Second>& later) {
  const QueueRecord& record = attempt.record;
  const JobId id = attempt.job.job;
  candidates_ = attempt.partition.nodes;
  candidates_ &= controller.up();
  const bool has_own_length = attempt.job.limit && !attempt.job.time_min && !attempt.job.no_reserve;
  const auto asked = has_own_length ? *attempt.job.limit : attempt.lengths.placement;
  const ReservationAnswer reserved = controller.reserve_mask(id, record.partition, from, asked, candidates_);
  if (!reserved.usable) return BackfillDecision{};
  if (reserved.masked || reserved.narrows || reserved.next_end || reserved.start != from) may_repeat_ = false;
  from = reserved.start;
  if (reserved.narrows) unreserved_ = candidates_;
  const NodeSet& of_partition = reserved.narrows ? unreserved_ : attempt.partition.nodes;
  const auto left = table_.restrict_to(from, from + attempt.lengths.placement, of_partition, candidates_);
  later = left.retry;
  if (from == attempt.now)
    is_same_until(left.until);
  else if (from >= table_.end())
    is_same_until(reached_by_table(from));
  const auto licensed = table_.lacks_licenses(from, from + attempt.lengths.placement, attempt.licenses);
  if (licensed) later = *licensed < table_.end() ? licensed : std::nullopt;
  if (reserved.masked && reserved.next_end) {
    const Second freed = ceil(*reserved.next_end) + Second{1};
    if (freed < table_.end() && (!later || freed < *later)) later = freed;
  }
  std::optional<Second> at;
  if (!licensed && controller.narrow(id, record.partition, candidates_)) at = will_run(controller, attempt);
  if (!at) {
    if (attempt.now_only) later.reset();
    return std::nullopt;
  }
  if (*at > attempt.now) is_same_until(*at);
  at = std::max(*at, from);
  if (*at <= attempt.now) may_repeat_ = false;  // it starts, or it is another one's turn to find out why not
  if (*at <= attempt.now && chosen_.count_common(controller.completing()) > 0) {
    at = attempt.now + Second{1};
    later.reset();
  }
  if (attempt.job.het_group) {
    note_component(controller, attempt, *at);
    if (!job_of(record.slot))  // started, and planned all the same
      return BackfillDecision{BackfillDecision::Kind::started, attempt.now, floor(attempt.now + attempt.lengths.placement),
                              std::nullopt, true};
  } else if (*at <= attempt.now) {
    StartAnswer answer;
    if (auto started = start(controller, attempt, answer)) return started;
    if (answer.outcome == StartOutcome::policy) at = after_limit(attempt, answer, later);
  }
  if (*at > attempt.now && attempt.now_only) {
    note_estimate(controller, record, {BackfillDecision::Kind::estimated, *at, *at, std::nullopt, false}, chosen_);
    return BackfillDecision{};
  }
  if (later && *at > *later) {
    if (watch_ != nullptr) watch_->tries_later(*later);
    return std::nullopt;
  }
  const Second begin = floor(*at), end = floor(*at + attempt.lengths.placement);
  if (*at > begun_ + settings_.window) is_same_until(*at - settings_.window);
  if (begin >= table_.end()) is_same_until(reached_by_table(begin));
  if (*at > begun_ + settings_.window)
    return BackfillDecision{BackfillDecision::Kind::estimated, *at, end, std::nullopt, false};
  if (table_.overlaps(begin, end, chosen_, attempt.licenses)) {
    if (watch_ != nullptr) watch_->overlaps(begin, end, *at);
    later = *at;
    return std::nullopt;
  }
  return settle(controller, attempt, *at);
}

std::optional<BackfillCycle::Second> BackfillCycle::will_run(Controller& controller, const Attempt& attempt) {
  const auto horizon = attempt.now_only ? Controller::Horizon::now_only : Controller::Horizon::future;
  const Demand* demand = attempt.job.partitions[attempt.record.place].demand;
  const bool may_be_known = settings_.shortcuts == Shortcuts::taken && demand != nullptr && !demand->switches;
  if (may_be_known) {
    memo_.follow(controller.state_version());
    if (const auto known = memo_.find(demand, horizon, candidates_, attempt.now)) {
      if (!known->start) return std::nullopt;
      chosen_ = *known->chosen;
      controller.note_planned(attempt.job.job, known->cpus);
      return known->start;
    }
  }
  if (!may_be_known) may_repeat_ = false;
  const auto at =
      controller.will_run(attempt.job.job, attempt.record.partition, candidates_, horizon, chosen_);
  if (may_be_known)
    memo_.keep(demand, horizon, candidates_, attempt.now, {at, &chosen_, at ? controller.planned_cpus() : 0});
  return at;
}

/// The rest of an array is looked at next. nullopt: the nodes can only be planned.
std::optional<BackfillDecision> BackfillCycle::start(Controller& controller, const Attempt& attempt,
                                                     StartAnswer& answer) {
  const WaitingJob job = attempt.job;
  if (!settings_.assoc_limit_stop && controller.policy_before(job.job, attempt.record.partition)) {
    answer.outcome = StartOutcome::policy;
    return BackfillDecision{};
  }
  answer = controller.try_start(job.job, attempt.record.partition, candidates_, attempt.lengths.placement);
  switch (answer.outcome) {
    case StartOutcome::started: {
      chosen_ = controller.nodes_of(answer.started);
      const Attempt done{attempt.record, job, attempt.partition, attempt.lengths, attempt.now, attempt.now_only, {}};
      const auto limit = final_limit(done, chosen_);
      if (limit != attempt.lengths.placement) controller.set_limit(answer.started, limit);
      const bool closes = job.whole_nodes && settings_.whole_nodes_close && !controller.may_be_preempted(answer.started);
      return BackfillDecision{BackfillDecision::Kind::started, attempt.now, attempt.now + limit, answer.rest, closes,
                              attempt.licenses};
    }
    case StartOutcome::reservation_busy:
      return BackfillDecision{};
    case StartOutcome::policy:
      if (!settings_.assoc_limit_stop) return BackfillDecision{};
      return std::nullopt;
    default:
      if (answer.reason == Reason::account_not_allowed) {
        controller.set_reason(job.job, answer.reason);
        controller.describe_reason(job.job, answer.text);
      }
      if (answer.reason == Reason::resources && job.reason != answer.reason) controller.set_reason(job.job, answer.reason);
      return std::nullopt;
  }
}

/// With assoc_limit_stop a job that a limit stops keeps its nodes from others: when it can start is not known, so it is taken
/// to be when the next job ends, or in 500 seconds. A group limit of its QOS puts off the others of that.
BackfillCycle::Second BackfillCycle::after_limit(const Attempt& attempt, const StartAnswer& answer,
                                                 std::optional<Second> later) {
  const Second at = later.value_or(attempt.now + Second{500});
  if (reason_name(answer.reason).starts_with("QOSGrp")) {
    Second& until = qos_blocked_until_[attempt.job.qos];
    until = std::max(until, at);
  }
  return at;
}

std::chrono::minutes BackfillCycle::final_limit(const Attempt& attempt, const NodeSet& nodes) const {
  const WaitingJob& job = attempt.job;
  const Lengths& lengths = attempt.lengths;
  if (!job.time_min) return lengths.run;
  auto limit = lengths.run;
  if (const auto conflict = table_.first_conflict(nodes))
    limit = std::min(limit, std::chrono::floor<std::chrono::minutes>(*conflict - attempt.now));
  return std::max(limit, *job.time_min);
}

BackfillDecision BackfillCycle::settle(Controller& controller, const Attempt& attempt, Second at) {
  const JobId id = attempt.job.job;
  const Second end = floor(at + attempt.lengths.placement);
  if (attempt.job.het_group && het_starts_.would_deadlock(*attempt.job.het_group, attempt.record.partition, at)) return {};
  if (!settings_.assoc_limit_stop) {
    const auto limited =
        controller.policy_of_plan(id, attempt.record.partition, chosen_, attempt.lengths.placement);
    if (limited) {
      may_repeat_ = false;
      if (*limited != attempt.job.reason) controller.set_reason(id, *limited);
      return {};
    }
  }
  const Estimate* known = estimates_.find(attempt.record.slot);
  const bool is_second = settings_.one_plan_per_job && known != nullptr && known->partition != attempt.record.partition;
  const auto kind = attempt.job.no_reserve || is_second ? BackfillDecision::Kind::estimated
                                                        : BackfillDecision::Kind::planned;
  return {kind, at, end, std::nullopt, false, attempt.licenses};
}

/// Where the table begins and ends shows in the slots that a promise makes there.
void BackfillCycle::note_promise(Second begin, Second end) {
  is_same_until(begin > table_.begin() ? begin : table_.begin() + settings_.resolution);
  if (end >= table_.end()) is_same_until(reached_by_table(end));
}

void BackfillCycle::carry_out(Controller& controller, const QueueRecord& record, const BackfillDecision& decision,
                              const NodeSet& nodes) {
  switch (decision.kind) {
    case BackfillDecision::Kind::skipped:
      return;
    case BackfillDecision::Kind::started:
      rejected_.reset();
      if (!record.het_group) {  // else counted with its group
        ++starts_;
        job_now_.put(record.slot, decision.rest);
      }
      if (decision.closes_nodes || !decision.licenses.empty())
        table_.promise(table_.begin(), floor(decision.end), decision.closes_nodes ? nodes : NodeSet{nodes.capacity()},
                       decision.licenses);
      return;
    case BackfillDecision::Kind::planned: {
      rejected_.reset();
      planned_of_partition_.add(record.partition.index());
      count_array_plan(controller, record);
      const Second begin = floor(decision.start), end = std::max(decision.end, begin + settings_.resolution);
      note_promise(begin, end);
      table_.promise(begin, end, nodes, decision.licenses);
      [[fallthrough]];
    }
    case BackfillDecision::Kind::estimated:
      return note_estimate(controller, record, decision, nodes);
  }
}

void BackfillCycle::count_array_plan(Controller& controller, const QueueRecord& record) {
  const WaitingJob& job = controller.waiting(*job_of(record.slot));
  if (!job.is_array || job.array_task != WaitingJob::no_task) return;
  if (!array_plans_ || array_plans_->array != job.slurm_id) array_plans_ = ArrayPlans{job.slurm_id, 0};
  ++array_plans_->count;
}

/// Of a job's partitions, the one in which it would start first is shown.
void BackfillCycle::note_estimate(Controller& controller, const QueueRecord& record,
                                  const BackfillDecision& decision, const NodeSet& nodes) {
  const Estimate* known = estimates_.find(record.slot);
  if (known != nullptr && known->start <= decision.start) return;
  estimates_.put(record.slot, {decision.start, record.partition});
  const JobId id = *job_of(record.slot);
  if (decision.kind == BackfillDecision::Kind::planned)
    controller.plan(id, record.partition, decision.start, decision.end, nodes);
  else
    controller.estimate(id, record.partition, decision.start);
}

}  // namespace sluice::scheduler::slurm
