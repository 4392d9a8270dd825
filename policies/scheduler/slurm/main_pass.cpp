#include "policies/scheduler/slurm/main_pass.hpp"

#include <algorithm>

namespace sluice::scheduler::slurm {
namespace {

constexpr std::string_view too_few_nodes =
    "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions";

}  // namespace

std::chrono::minutes minutes_to(std::chrono::seconds deadline, std::chrono::seconds now) {
  return std::chrono::floor<std::chrono::minutes>(deadline - now);
}

bool misses_deadline(const WaitingJob& job, std::chrono::seconds now) {
  if (!job.deadline) return false;
  const auto least = job.time_min ? job.time_min : job.limit;
  return now + least.value_or(std::chrono::minutes{0}) > *job.deadline;
}

void MainPass::reason(Controller& controller, const WaitingJob& job, Reason why) {
  if (job.reason == why) return;
  controller.set_reason(job.job, why);
  has_changed_ = true;
}

void MainPass::explain(Controller& controller, const WaitingJob& job, const StartAnswer& refusal) {
  reason(controller, job, refusal.reason);
  controller.describe_reason(job.job, refusal.text);
}

void MainPass::prepare(Controller& controller) {
  failed_partitions_.assign(controller.partitions().size(), false);
  seen_of_partition_.assign(controller.partitions().size(), 0);
  failed_reservations_.clear();
  refusals_.resize(controller.partitions().size());
  rejected_.reset();
  depth_ = looked_at_ = starts_ = 0;
  has_changed_ = false;
  waits_for_late_reservation_ = false;
  depends_on_moment_ =
      settings_.complete_wait.count() > 0 || settings_.min_age_reserve.count() > 0 || cost() != Duration{};
}

/// Fragmented nodes come free together if the scheduler waits a little for those that clean up.
bool MainPass::must_wait_for_completing(Controller& controller) {
  const auto ended = controller.last_completing();
  if (!ended || controller.now() >= *ended + settings_.complete_wait) return false;
  if (!settings_.reduce_completing_frag) return true;
  const auto partitions = controller.partitions();
  for (std::size_t row = 0; row < partitions.size(); ++row)
    if (partitions[row].nodes.count_common(controller.completing()) > 0) failed_partitions_[row] = true;
  return false;
}

/// A pass over the whole queue has also seen what a limited one sees.
bool MainPass::would_repeat(const Controller& controller, PassDepth depth) const {
  return idle_ && (idle_->depth == PassDepth::full || depth == PassDepth::limited) &&
         controller.state_version() == idle_->state && controller.queue_version() == idle_->queue;
}

bool MainPass::run(Controller& controller, PassDepth depth) {
  if (would_repeat(controller, depth)) return false;
  idle_.reset();
  prepare(controller);
  if (must_wait_for_completing(controller)) return false;
  look_at_all(controller, depth);
  const auto state = controller.state_version(), queue = controller.queue_version();
  const bool may_repeat = settings_.shortcuts == Shortcuts::taken && !has_changed_ && !depends_on_moment_;
  if (may_repeat && state && queue) idle_ = Idle{*state, *queue, depth};
  return has_changed_;
}

void MainPass::look_at_all(Controller& controller, PassDepth depth) {
  queue_.build(controller);
  if (queue_.has_ranks()) depends_on_moment_ = true;
  available_ = controller.up();
  job_now_.begin(queue_.slots());
  for (const QueueRecord& record : queue_.records()) {
    Next next = Next::same_record;
    while (next == Next::same_record) next = attempt(controller, record, depth);
    if (next == Next::stop) break;
  }
}

std::optional<JobId> MainPass::job_of(std::uint32_t slot) const {
  const auto* now = job_now_.find(slot);
  return now != nullptr ? *now : queue_.job_at(slot);
}

MainPass::Next MainPass::attempt(Controller& controller, const QueueRecord& record, PassDepth depth) {
  const auto id = job_of(record.slot);
  if (!id) return Next::record;
  const WaitingJob& job = controller.waiting(*id);
  const LivePartition& partition = controller.partitions()[record.partition.index()];
  if (job.reservation != record.reservation) controller.choose_reservation(*id, record.reservation);
  if (job.reservation && controller.reservation_is_too_small(*id, record.partition)) return Next::record;
  if (job.is_preempting || partition.state == PartitionState::down || partition.state == PartitionState::inactive)
    return Next::record;
  if (job.het_group) {  // only backfill starts these, and they block their partition until then
    if (!failed_partitions_[record.partition.index()]) available_ -= partition.nodes;
    failed_partitions_[record.partition.index()] = true;
    return Next::record;
  }
  if (cost() > Duration{} && cost() >= settings_.max_time) return Next::stop;
  ++looked_at_;
  if (settings_.max_starts != 0 && starts_ >= settings_.max_starts) return Next::stop;
  if (job.is_array && was_rejected(controller, record, job)) return Next::record;
  if (settings_.partition_depth != 0 &&
      seen_of_partition_[record.partition.index()]++ >= settings_.partition_depth) {
    if (job.reason == Reason::none) reason(controller, job, Reason::priority);
    return Next::record;
  }
  if (depth == PassDepth::limited && depth_++ > settings_.queue_depth) return Next::stop;
  if (is_failed(controller, record, job)) return Next::record;
  if (job.deadline || job.uses_licenses || job.reservation || record.prefers) depends_on_moment_ = true;
  if (misses_deadline(job, controller.now())) {
    controller.end_for_deadline(*id);
    job_now_.put(record.slot, std::nullopt);
    return Next::record;
  }
  return try_nodes(controller, record, job);
}

/// Tasks of one array are alike: what one was refused for holds for the others. And only so many may run at once.
bool MainPass::was_rejected(Controller& controller, const QueueRecord& record, const WaitingJob& job) {
  if (rejected_ && rejected_->array == job.slurm_id && rejected_->partition == record.partition &&
      rejected_->reservation == job.reservation) {
    const auto first = job_of(rejected_->slot);
    if (first && *first != job.job) reason(controller, job, controller.waiting(*first).reason);
    return true;
  }
  rejected_ = Rejected{job.slurm_id, record.partition, job.reservation, record.slot};
  if (job.tasks_room > 0) return false;
  reason(controller, job, Reason::job_array_task_limit);
  return true;
}

bool MainPass::is_failed(Controller& controller, const QueueRecord& record, const WaitingJob& job) {
  if (job.reservation) {
    waits_for_late_reservation_ = waits_for_late_reservation_ || controller.reservation_may_be_late(*job.reservation);
    const auto& failed = failed_reservations_;
    if (std::find(failed.begin(), failed.end(), *job.reservation) == failed.end()) return false;
    reason(controller, job, Reason::priority);
    return true;
  }
  if (!failed_partitions_[record.partition.index()]) return waits_for_late_reservation_ && job.borrows;
  if (job.reason == Reason::none || job.reason == Reason::resources) reason(controller, job, Reason::priority);
  return true;
}

MainPass::Next MainPass::try_nodes(Controller& controller, const QueueRecord& record, const WaitingJob& job) {
  const LivePartition& partition = controller.partitions()[record.partition.index()];
  const WaitingPartition& where = job.partitions[record.place];
  controller.mean(job.job, record.place);
  if (const auto limited = controller.policy_before(job.job, record.partition)) {
    depends_on_moment_ = true;
    reason(controller, job, *limited);
    return Next::record;
  }
  candidates_ = available_;
  candidates_ &= partition.nodes;
  const std::int64_t least = where.demand != nullptr ? where.demand->nodes.min : 1;
  if (static_cast<std::int64_t>(candidates_.count()) < least) {
    reason(controller, job, Reason::resources);
    controller.describe_reason(job.job, too_few_nodes);
    failed_partitions_[record.partition.index()] = true;
    available_ -= partition.nodes;
    return Next::record;
  }
  if (job.uses_licenses && controller.licenses_short(job.job)) {
    reason(controller, job, Reason::licenses);
    return settings_.licenses_stop ? Next::stop : Next::record;
  }
  const auto& spec = *partition.spec;
  std::chrono::minutes limit = partition.max_time.value_or(unlimited);
  if (spec.default_time) limit = std::chrono::floor<std::chrono::minutes>(*spec.default_time);
  limit = job.limit.value_or(limit);
  if (job.deadline) limit = std::min(limit, minutes_to(*job.deadline, controller.now()));
  if (const Refusal* known = known_refusal(controller, record, job.job, limit)) {
    refused(controller, record, job, known->answer);
    return Next::record;
  }
  StartAnswer answer = controller.try_start(job.job, record.partition, candidates_, limit);
  if (answer.outcome == StartOutcome::started) return took(answer, record);
  if (answer.outcome == StartOutcome::nodes_busy && answer.reason == Reason::resources && others_have_blocked(controller, partition) &&
      !controller.waits_for_jobs(job.job, record.partition, candidates_))
    answer = {StartOutcome::not_available, Reason::req_node_not_avail, {}, std::nullopt};
  if (answer.outcome != StartOutcome::nodes_busy || where.demand == nullptr || where.demand->switches)
    depends_on_moment_ = true;
  keep_refusal(controller, record, job.job, limit, answer);
  refused(controller, record, job, answer);
  return Next::record;
}

/// Blocked partitions have taken nodes of this one.
bool MainPass::others_have_blocked(const Controller& controller, const LivePartition& partition) const {
  return candidates_.count() < partition.nodes.count_common(controller.up());
}

/// The job that a partition waits for is tried by pass after pass, with nothing new.
const MainPass::Refusal* MainPass::known_refusal(const Controller& controller, const QueueRecord& record, JobId job,
                                                 std::chrono::minutes limit) const {
  if (record.prefers) return nullptr;
  const auto version = controller.state_version();
  const auto& known = refusals_[record.partition.index()];
  if (!known || !version || known->version != *version || known->job != job || known->limit != limit ||
      known->candidates != candidates_)
    return nullptr;
  return &*known;
}

void MainPass::keep_refusal(const Controller& controller, const QueueRecord& record, JobId job,
                            std::chrono::minutes limit, const StartAnswer& answer) {
  if (record.prefers) return;
  const auto version = controller.state_version();
  const Demand* demand = controller.waiting(job).partitions[record.place].demand;
  if (settings_.shortcuts == Shortcuts::avoided || !version || answer.outcome != StartOutcome::nodes_busy) return;
  if (demand == nullptr || demand->switches) return;
  refusals_[record.partition.index()] = Refusal{job, *version, limit, candidates_, answer};
}

MainPass::Next MainPass::took(const StartAnswer& answer, const QueueRecord& record) {
  ++starts_;
  has_changed_ = true;
  rejected_.reset();
  job_now_.put(record.slot, answer.rest);
  return answer.rest ? Next::same_record : Next::record;
}

void MainPass::refused(Controller& controller, const QueueRecord& record, const WaitingJob& job,
                       const StartAnswer& answer) {
  switch (answer.outcome) {
    case StartOutcome::nodes_busy:
      explain(controller, job, answer);
      return block(controller, record, job);
    case StartOutcome::policy:
      reason(controller, job, answer.reason);
      if (settings_.assoc_limit_stop) block(controller, record, job);
      return;
    case StartOutcome::never:
      if (job.partitions.size() > 1) return;  // another of its partitions may have it
      controller.hold_as_never(job.job);
      job_now_.put(record.slot, std::nullopt);
      return;
    case StartOutcome::reservation_busy:
      if (const NodeSet* nodes = job.reservation ? controller.nodes_of_reservation(*job.reservation) : nullptr)
        available_ -= *nodes;
      return explain(controller, job, answer);
    case StartOutcome::not_available:
    case StartOutcome::partition_config:
    case StartOutcome::started:
      return explain(controller, job, answer);
  }
}

void MainPass::block(Controller& controller, const QueueRecord& record, const WaitingJob& job) {
  const WaitingPartition& where = job.partitions[record.place];
  if (where.demand != nullptr && where.demand->has_required() &&
      static_cast<std::int64_t>(where.demand->required.count()) >= where.demand->nodes.min) {
    available_ -= where.demand->required;
    return;
  }
  if (job.reservation) {
    constexpr std::size_t most = 10;
    if (failed_reservations_.size() < most) failed_reservations_.push_back(*job.reservation);
    return;
  }
  if (settings_.min_age_reserve.count() > 0 &&
      (!job.eligible || controller.now() - *job.eligible < settings_.min_age_reserve))
    return;
  const auto threshold = job.priority_threshold != 0 ? job.priority_threshold : settings_.min_priority_reserve;
  if (where.priority < threshold) return;
  failed_partitions_[record.partition.index()] = true;
  available_ -= controller.partitions()[record.partition.index()].nodes;
}

}  // namespace sluice::scheduler::slurm
