#pragma once
// The queue of a pass or cycle: one record for each job and partition, in the order in which they are looked at.

#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/scheduler/slurm/preempt_order.hpp"
#include "policies/scheduler/slurm/settings.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::scheduler::slurm {

/// One job in one of its partitions.
struct QueueRecord {
  JobId job;
  std::uint32_t slot = 0;       ///< which of the jobs of the queue: records of one job share it
  std::uint32_t place = 0;      ///< of the partition in the job's own list
  PartitionId partition;
  std::uint32_t priority = 0;
  std::uint32_t slurm_id = 0;
  std::uint32_t array_task = WaitingJob::no_task;
  std::optional<std::uint32_t> reservation;  ///< the job is tried in
  bool prefers = false;         ///< with --prefer
  std::int64_t tier = 0;
  std::optional<std::uint32_t> het_group;
  std::chrono::seconds submit{};
  PreemptOrder::Member preempts{};  ///< where preemption is on
};

/// Whose queue: backfill is content if the job's least time (--time-min) fits the partition's.
enum class QueueUse : std::uint8_t { main, backfill };
enum class QueueOrder : std::uint8_t { sorted, as_listed };

/// What the components of each heterogeneous job share with bf_hetjob_prio, as the last backfill cycle found it: main passes
/// go by that, and by the components' own values before the first cycle. Source: het_details of slurmctld's jobs.
struct HetRank {
  std::uint32_t priority = 0;
  std::int64_t tier = 0;
  friend void fields(Archive& archive, HetRank& rank) { all_fields<2>(archive, rank); }
};
using HetRanks = std::map<std::uint32_t, HetRank>;

/// The records in their order, to be read while the queue is not built anew.
class QueueRecords {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = QueueRecord;
    using difference_type = std::ptrdiff_t;
    using pointer = const QueueRecord*;
    using reference = const QueueRecord&;

    iterator() = default;
    iterator(const QueueRecord* records, const std::uint32_t* at) : records_{records}, at_{at} {}
    reference operator*() const { return records_[*at_]; }
    pointer operator->() const { return &**this; }
    iterator& operator++() { return ++at_, *this; }
    iterator operator++(int) { return {records_, at_++}; }
    bool operator==(const iterator& other) const { return at_ == other.at_; }

   private:
    const QueueRecord* records_ = nullptr;
    const std::uint32_t* at_ = nullptr;
  };

  QueueRecords(const std::vector<QueueRecord>& records, std::span<const std::uint32_t> order)
      : records_{records.data()}, order_{order} {}
  iterator begin() const { return {records_, order_.data()}; }
  iterator end() const { return {records_, order_.data() + order_.size()}; }

 private:
  const QueueRecord* records_;
  std::span<const std::uint32_t> order_;
};

/// Keeps its memory, and where it can its records, from one use to the next: a job of which the controller tells nothing new
/// is not asked again. It cannot beside reservations and heterogeneous jobs, nor where preemption goes against the order of
/// priorities, nor in the list's order. Cost of a use: that of the jobs that have changed, else of all, and of sorting them.
class Queue {
 public:
  /// `ranks`: kept by backfill's queue for that of main passes; without it both find their own.
  Queue(HetPriority het_priority, QueueUse use, QueueOrder order, Shortcuts shortcuts, HetRanks* ranks = nullptr)
      : het_priority_{het_priority}, use_{use}, order_by_{order}, shortcuts_{shortcuts}, shared_ranks_{ranks} {}

  /// Asks every pending job whether it is runnable, sets the Reasons of those that are not, and sorts the others.
  void build(Controller& controller);
  QueueRecords records() const { return {records_, order_}; }
  /// Those of the records are below this.
  std::size_t slots() const { return records_.size(); }
  JobId job_at(std::uint32_t slot) const { return records_[slot].job; }
  /// nullopt: the job is not in the queue.
  std::optional<std::uint32_t> slot_of(JobId job) const;
  /// Whether it depends on what a backfill cycle found.
  bool has_ranks() const { return shared_ranks_ != nullptr && !shared_ranks_->empty(); }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  bool follow(Controller& controller);
  void build_anew(Controller& controller);
  std::span<const JobId> listed(const Controller& controller);
  /// It is in the queue from now on, unless it may not be considered.
  void ask(Controller& controller, JobId job);
  void find_records(Controller& controller, const WaitingJob& job);
  void list_reservations(Controller& controller, const WaitingJob& job);
  void keep_found();
  void replace(JobId job);
  void take_out(JobId job);
  void insert(std::uint32_t row);
  std::uint32_t& first_of(JobId job);
  bool goes_before(std::uint32_t a, std::uint32_t b) const;
  bool keeps_order_of_priorities() const;
  HetRanks& ranks() { return shared_ranks_ != nullptr ? *shared_ranks_ : own_ranks_; }
  void find_ranks(const Controller& controller);
  void share_priorities();
  enum class Sequence : std::uint8_t { of_priorities, of_preemption };
  void sort(Sequence sequence);
  void merge_sort(std::span<std::uint32_t> rows);

  HetPriority het_priority_;
  QueueUse use_;
  QueueOrder order_by_;
  Shortcuts shortcuts_;
  HetRanks own_ranks_;
  HetRanks* shared_ranks_;
  std::vector<QueueRecord> records_;     ///< not all of them in use
  std::vector<std::uint32_t> next_;      ///< by record: the next one of its job
  std::vector<std::uint32_t> spare_;     ///< records that are not in use
  std::vector<std::uint32_t> first_;     ///< by job: its first record
  std::vector<std::uint32_t> order_, merged_;
  std::vector<JobId> listed_;
  std::vector<JobId> restless_;          ///< they may not be considered for now, and are asked each time
  std::vector<JobId> asked_;             ///< those that are asked in this use
  std::optional<QueueMark> seen_;        ///< up to where it has followed the controller; none: it has to be built anew
  std::optional<PreemptOrder> preemption_;
  std::vector<std::uint32_t> of_kind_;   ///< so many records, by PreemptOrder's kinds
  std::vector<QueueRecord> found_;       ///< of the job at hand
  std::vector<std::optional<std::uint32_t>> reservations_;  ///< of the job at hand: those it is tried in
};

/// Why the job may not run in this partition as it is now; none: it may.
Reason partition_limit(const WaitingJob& job, const WaitingPartition& where, const LivePartition& partition,
                       QueueUse use);

}  // namespace sluice::scheduler::slurm
