#include "policies/scheduler/slurm/queue.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace sluice::scheduler::slurm {
namespace {

/// Source: sort_job_queue2 of slurmctld's job_scheduler.c.
bool is_before(const QueueRecord& a, const QueueRecord& b) {
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

std::uint32_t& Queue::first_of(JobId job) {
  if (job.index() >= first_.size()) first_.resize(job.index() + 1, none);
  return first_[job.index()];
}

std::optional<std::uint32_t> Queue::slot_of(JobId job) const {
  if (job.index() >= first_.size() || first_[job.index()] == none) return std::nullopt;
  return first_[job.index()];
}

/// A pass that keeps the list's order goes through the list itself. Source: job_scheduler.c, fifo_sched.
std::span<const JobId> Queue::listed(const Controller& controller) {
  const auto pending = controller.pending();
  if (order_by_ == QueueOrder::sorted) return pending;
  listed_.assign(pending.begin(), pending.end());
  std::stable_sort(listed_.begin(), listed_.end(),
                   [&](JobId a, JobId b) { return controller.is_listed_before(a, b); });
  return listed_;
}

void Queue::build(Controller& controller) {
  controller.begins(use_ == QueueUse::main ? Controller::Loop::main : Controller::Loop::backfill);
  if (!follow(controller)) build_anew(controller);
  if (seen_) seen_ = controller.queue_mark();
}

/// Asks those that have changed. False: the queue has to be built anew.
bool Queue::follow(Controller& controller) {
  constexpr std::size_t share = 8;  // that many insertions one by one cost as much as sorting
  if (!seen_) return false;
  const auto changed = controller.changed_since(*seen_);
  if (!changed || changed->size() * share > order_.size()) return false;
  asked_.assign(changed->begin(), changed->end());
  asked_.insert(asked_.end(), restless_.begin(), restless_.end());
  std::sort(asked_.begin(), asked_.end());
  asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
  restless_.clear();
  const std::size_t kinds = of_kind_.size();
  for (const JobId job : asked_) {
    found_.clear();
    if (controller.is_pending(job)) ask(controller, job);
    replace(job);
  }
  return of_kind_.size() == kinds || keeps_order_of_priorities();
}

void Queue::build_anew(Controller& controller) {
  for (const QueueRecord& record : records_) first_of(record.job) = none;
  records_.clear();
  next_.clear();
  spare_.clear();
  order_.clear();
  restless_.clear();
  of_kind_.clear();
  preemption_.reset();
  if (const Preemption* policy = controller.preemption()) preemption_.emplace(*policy);
  for (const JobId id : listed(controller)) {
    found_.clear();
    ask(controller, id);
    keep_found();
  }
  order_.resize(records_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  if (het_priority_ != HetPriority::own) {
    std::stable_sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return is_before(records_[a], records_[b]);  // components among themselves by their own
    });
    if (use_ == QueueUse::backfill || shared_ranks_ == nullptr) find_ranks(controller);
    share_priorities();
  }
  const bool is_plain = std::none_of(records_.begin(), records_.end(), [](const QueueRecord& record) {
    return record.reservation || record.het_group;
  }) && keeps_order_of_priorities();
  if (order_by_ == QueueOrder::sorted) sort(is_plain || !preemption_ ? Sequence::of_priorities : Sequence::of_preemption);
  const bool may_follow = is_plain && order_by_ == QueueOrder::sorted && shortcuts_ == Shortcuts::taken;
  seen_ = may_follow ? controller.queue_mark() : std::nullopt;
}

void Queue::ask(Controller& controller, JobId id) {
  const WaitingJob& job = controller.waiting(id);
  const auto own = job.reservations.size() == 1 ? std::optional{job.reservations.front()} : std::nullopt;
  if (job.reservation != own) controller.choose_reservation(id, own);
  if (controller.hindrance(id))
    restless_.push_back(id);
  else
    find_records(controller, job);
}

/// Puts down what has been found of a job that has no records.
void Queue::keep_found() {
  std::uint32_t slot = none, last = none;
  for (QueueRecord& record : found_) {
    std::uint32_t row = static_cast<std::uint32_t>(records_.size());
    if (spare_.empty()) {
      records_.emplace_back();
      next_.push_back(none);
    } else {
      row = spare_.back();
      spare_.pop_back();
    }
    if (slot == none) slot = row;
    record.slot = slot;
    records_[row] = record;
    next_[row] = none;
    if (last != none) next_[last] = row;
    last = row;
    if (preemption_) {
      of_kind_.resize(preemption_->kinds());
      ++of_kind_[record.preempts.kind];
    }
  }
  if (slot != none) first_of(found_.front().job) = slot;
}

/// Mostly nothing has changed that matters for the order.
void Queue::replace(JobId job) {
  const auto is_as_before = [](const QueueRecord& a, const QueueRecord& b) {
    return a.place == b.place && a.partition == b.partition && a.preempts.kind == b.preempts.kind && a.tier == b.tier &&
           a.priority == b.priority && a.submit == b.submit && a.slurm_id == b.slurm_id && a.array_task == b.array_task;
  };
  std::uint32_t row = first_of(job);
  std::size_t same = 0;
  for (; same < found_.size() && row != none && is_as_before(found_[same], records_[row]); row = next_[row]) ++same;
  if (same == found_.size() && row == none) {
    row = first_of(job);
    for (QueueRecord& record : found_) {
      record.slot = first_of(job);
      records_[row] = record;
      row = next_[row];
    }
    return;
  }
  take_out(job);
  keep_found();
  for (row = first_of(job); row != none; row = next_[row]) insert(row);
}

void Queue::take_out(JobId job) {
  for (std::uint32_t row = std::exchange(first_of(job), none); row != none; row = next_[row]) {
    const auto place = std::lower_bound(order_.begin(), order_.end(), row,
                                        [this](std::uint32_t a, std::uint32_t b) { return goes_before(a, b); });
    order_.erase(place);
    spare_.push_back(row);
    if (preemption_) --of_kind_[records_[row].preempts.kind];
  }
}

void Queue::insert(std::uint32_t row) {
  order_.insert(std::lower_bound(order_.begin(), order_.end(), row,
                                 [this](std::uint32_t a, std::uint32_t b) { return goes_before(a, b); }),
                row);
}

/// Of records in a queue that is followed: no two are equal.
bool Queue::goes_before(std::uint32_t a, std::uint32_t b) const {
  const QueueRecord &one = records_[a], &other = records_[b];
  if (is_before(one, other)) return true;
  if (is_before(other, one)) return false;
  return one.job != other.job ? one.job < other.job : one.place < other.place;
}

/// Whether a job that could stop another one has the higher tier or priority anyhow.
bool Queue::keeps_order_of_priorities() const {
  if (!preemption_) return true;
  std::vector<std::pair<std::uint32_t, std::int64_t>> kinds;  // with the tiers of their partitions
  std::vector<bool> is_listed(of_kind_.size());
  for (const std::uint32_t row : order_) {
    const std::uint32_t kind = records_[row].preempts.kind;
    if (is_listed[kind]) continue;
    is_listed[kind] = true;
    kinds.emplace_back(kind, records_[row].tier);
  }
  for (const auto& [kind, tier] : kinds)
    for (const auto& [victim, its_tier] : kinds) {
      const bool is_in_order = tier > its_tier || (tier == its_tier && preemption_->needs_priority(kind, victim));
      if (!is_in_order && preemption_->may_ever_preempt(kind, victim)) return false;
    }
  return true;
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
void Queue::find_records(Controller& controller, const WaitingJob& job) {
  list_reservations(controller, job);
  const auto partitions = controller.partitions();
  Reason last = Reason::none;
  for (std::uint32_t place = 0; place < job.partitions.size(); ++place) {
    const WaitingPartition& where = job.partitions[place];
    const LivePartition& partition = partitions[where.partition.index()];
    last = partition_limit(job, where, partition, use_);
    if (last != Reason::none) continue;
    QueueRecord record;
    record.job = job.job;
    record.place = place;
    record.partition = where.partition;
    record.prefers = where.preferred;
    record.priority = where.priority;
    record.slurm_id = job.slurm_id;
    record.array_task = job.array_task;
    record.tier = partition.spec->priority_tier;
    record.het_group = job.het_group;
    record.submit = job.submit;
    if (preemption_) {
      const PreemptParty party = controller.preempt_party(job.job, where.partition);
      record.preempts = {preemption_->kind(party), party.priority};
    }
    for (const auto& reservation : reservations_) {
      record.reservation = reservation;
      found_.push_back(record);
    }
  }
  if (last != Reason::none ? last != job.reason : is_lifted_by_queue(job.reason)) controller.set_reason(job.job, last);
}

/// What is left equal keeps the order in which the job lists its partitions. With preemption, a record whose job could
/// preempt the other's goes before it. That is no order: a job of a high tier may go before one that may preempt a third
/// that goes before the first. What comes out depends on how one sorts, so this is the merge sort of glibc's qsort(),
/// from the top down.
void Queue::sort(Sequence sequence) {
  if (sequence == Sequence::of_preemption) return merge_sort(order_);
  std::stable_sort(order_.begin(), order_.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return is_before(records_[a], records_[b]); });
}

void Queue::merge_sort(std::span<std::uint32_t> rows) {
  if (rows.size() < 2) return;
  const auto is_behind = [this](std::uint32_t a, std::uint32_t b) {
    const QueueRecord &one = records_[a], &other = records_[b];
    return !preemption_->may_preempt(one.preempts, other.preempts) &&
           (preemption_->may_preempt(other.preempts, one.preempts) || is_before(other, one));
  };
  const std::size_t half = rows.size() / 2;
  merge_sort(rows.first(half));
  merge_sort(rows.subspan(half));
  merged_.clear();
  std::size_t a = 0, b = half;
  while (a < half && b < rows.size()) merged_.push_back(is_behind(rows[a], rows[b]) ? rows[b++] : rows[a++]);
  while (a < half) merged_.push_back(rows[a++]);
  std::copy(merged_.begin(), merged_.end(), rows.begin());
}

}  // namespace sluice::scheduler::slurm
