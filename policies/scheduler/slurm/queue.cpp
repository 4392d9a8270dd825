#include "policies/scheduler/slurm/queue.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sluice::scheduler::slurm {
namespace {

/// Source: sort_job_queue2 of slurmctld's job_scheduler.c.
bool goes_before(const QueueRecord& a, const QueueRecord& b) {
  if (a.reservation.has_value() != b.reservation.has_value()) return a.reservation.has_value();
  if (a.tier != b.tier) return a.tier > b.tier;
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.submit != b.submit) return a.submit < b.submit;
  if (a.het_group && a.het_group == b.het_group) return false;  // as they stand
  if (a.slurm_id != b.slurm_id) return a.slurm_id < b.slurm_id;
  return a.array_task < b.array_task;
}

}  // namespace

Reason partition_limit(const WaitingJob& job, const WaitingPartition& where, const LivePartition& partition,
                       QueueUse use) {
  if (partition.state == PartitionState::down) return Reason::partition_down;
  if (partition.state == PartitionState::inactive) return Reason::partition_inactive;
  const auto wanted = use == QueueUse::backfill && job.time_min ? job.time_min : job.limit;
  if (wanted && partition.max_time && *wanted > *partition.max_time && !job.ignores_max_time)
    return Reason::partition_time_limit;
  return where.barred;
}

/// A pass that keeps the list's order goes through the list itself. Source: job_scheduler.c, fifo_sched.
std::span<const JobId> Queue::listed(const Controller& controller, QueueOrder order) {
  const auto pending = controller.pending();
  if (order == QueueOrder::sorted) return pending;
  listed_.assign(pending.begin(), pending.end());
  std::stable_sort(listed_.begin(), listed_.end(),
                   [&](JobId a, JobId b) { return controller.is_listed_before(a, b); });
  return listed_;
}

void Queue::build(Controller& controller, QueueUse use, QueueOrder order) {
  records_.clear();
  slots_ = 0;
  controller.begins(use == QueueUse::main ? Controller::Loop::main : Controller::Loop::backfill);
  for (const JobId id : listed(controller, order)) {
    const WaitingJob& job = controller.waiting(id);
    const auto own = job.reservations.size() == 1 ? std::optional{job.reservations.front()} : std::nullopt;
    if (job.reservation != own) controller.choose_reservation(id, own);
    if (controller.hindrance(id)) continue;
    add(controller, job, use);
  }
  if (het_priority_ != HetPriority::own) {
    std::stable_sort(records_.begin(), records_.end(), goes_before);  // components among themselves by their own
    if (use == QueueUse::backfill || shared_ranks_ == nullptr) find_ranks(controller);
    share_priorities();
  }
  if (order == QueueOrder::sorted) sort(controller);
}

/// One that was asked for; of several each by itself; else none, and then those that draw jobs in.
void Queue::list_reservations(Controller& controller, const WaitingJob& job) {
  reservations_.assign(job.reservations.begin(), job.reservations.end());
  if (!reservations_.empty()) return;
  reservations_.emplace_back();
  if (job.het_group) return;
  const auto magnetic = controller.magnetic_reservations(job.job);
  reservations_.insert(reservations_.end(), magnetic.begin(), magnetic.end());
}

/// The rank of a job that waits, but is not in the queue at the moment, stays what it was.
void Queue::find_ranks(const Controller& controller) {
  struct Sum {
    std::uint64_t priority = 0, count = 0;
    std::int64_t tier = 0;
  };
  std::map<std::uint32_t, Sum> groups;
  const auto combine = [this](auto sofar, auto next, bool is_first) {
    if (is_first) return next;
    if (het_priority_ == HetPriority::mean) return sofar + next;
    return het_priority_ == HetPriority::least ? std::min(sofar, next) : std::max(sofar, next);
  };
  for (const QueueRecord& record : records_) {
    if (!record.het_group) continue;
    Sum& sum = groups[*record.het_group];
    const bool is_first = sum.count++ == 0;
    sum.priority = combine(sum.priority, std::uint64_t{record.priority}, is_first);
    sum.tier = combine(sum.tier, record.tier, is_first);
  }
  std::set<std::uint32_t> waiting;
  for (const JobId id : controller.pending())
    if (const auto group = controller.waiting(id).het_group) waiting.insert(*group);
  std::erase_if(ranks(), [&](const auto& rank) { return waiting.count(rank.first) == 0; });
  for (const auto& [group, sum] : groups) {
    const std::uint64_t parts = het_priority_ == HetPriority::mean ? sum.count : 1;
    ranks()[group] = {static_cast<std::uint32_t>(sum.priority / parts), sum.tier / static_cast<std::int64_t>(parts)};
  }
}

/// The components of a heterogeneous job that has a rank stand side by side in the queue.
void Queue::share_priorities() {
  for (QueueRecord& record : records_) {
    if (!record.het_group) continue;
    const auto rank = ranks().find(*record.het_group);
    if (rank == ranks().end()) continue;
    record.priority = rank->second.priority;
    record.tier = rank->second.tier;
  }
}

/// What the last of its partitions says becomes its Reason; a partition that takes it again makes such a Reason void.
void Queue::add(Controller& controller, const WaitingJob& job, QueueUse use) {
  const std::size_t before = records_.size();
  list_reservations(controller, job);
  const auto partitions = controller.partitions();
  Reason last = Reason::none;
  for (std::uint32_t place = 0; place < job.partitions.size(); ++place) {
    const WaitingPartition& where = job.partitions[place];
    const LivePartition& partition = partitions[where.partition.index()];
    last = partition_limit(job, where, partition, use);
    if (last != Reason::none) continue;
    QueueRecord record;
    record.job = job.job;
    record.slot = static_cast<std::uint32_t>(slots_);
    record.place = place;
    record.partition = where.partition;
    record.prefers = where.preferred;
    record.priority = where.priority;
    record.slurm_id = job.slurm_id;
    record.array_task = job.array_task;
    record.tier = partition.spec->priority_tier;
    record.het_group = job.het_group;
    record.submit = job.submit;
    for (const auto& reservation : reservations_) {
      record.reservation = reservation;
      records_.push_back(record);
    }
  }
  if (last != Reason::none ? last != job.reason : is_lifted_by_queue(job.reason)) controller.set_reason(job.job, last);
  if (records_.size() > before) ++slots_;
}

/// What is left equal keeps the order in which the job lists its partitions. With preemption, a record whose job could
/// preempt the other's goes before it. That is no order: a job of a high tier may go before one that may preempt a third
/// that goes before the first. What comes out depends on how one sorts, so this is the merge sort of glibc's qsort(),
/// from the top down.
void Queue::sort(const Controller& controller) {
  if (!controller.preemption_is_on()) return std::stable_sort(records_.begin(), records_.end(), goes_before);
  merge_sort(controller, records_);
}

void Queue::merge_sort(const Controller& controller, std::span<QueueRecord> records) {
  if (records.size() < 2) return;
  const auto may_preempt = [&](const QueueRecord& a, const QueueRecord& b) {
    return controller.may_preempt(a.job, a.partition, b.job, b.partition);
  };
  const auto is_behind = [&](const QueueRecord& a, const QueueRecord& b) {
    return !may_preempt(a, b) && (may_preempt(b, a) || goes_before(b, a));
  };
  const std::size_t half = records.size() / 2;
  merge_sort(controller, records.first(half));
  merge_sort(controller, records.subspan(half));
  merged_.clear();
  std::size_t a = 0, b = half;
  while (a < half && b < records.size())
    merged_.push_back(is_behind(records[a], records[b]) ? records[b++] : records[a++]);
  while (a < half) merged_.push_back(records[a++]);
  std::copy(merged_.begin(), merged_.end(), records.begin());
}

}  // namespace sluice::scheduler::slurm
