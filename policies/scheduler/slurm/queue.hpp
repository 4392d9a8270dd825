#pragma once
// The queue of a pass or cycle: one record for each job and partition, in the order in which they are looked at.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/controller.hpp"
#include "simulator/base/archive.hpp"
#include "policies/scheduler/slurm/settings.hpp"

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

/// Keeps its memory from one use to the next.
class Queue {
 public:
  /// `ranks`: kept by backfill's queue for that of main passes; without it both find their own.
  explicit Queue(HetPriority het_priority = HetPriority::own, HetRanks* ranks = nullptr)
      : het_priority_{het_priority}, shared_ranks_{ranks} {}

  /// Asks every pending job whether it is runnable, sets the Reasons of those that are not, and sorts the others.
  void build(Controller& controller, QueueUse use, QueueOrder order = QueueOrder::sorted);
  std::span<const QueueRecord> records() const { return records_; }
  std::size_t slots() const { return slots_; }
  /// Whether it depends on what a backfill cycle found.
  bool has_ranks() const { return shared_ranks_ != nullptr && !shared_ranks_->empty(); }

 private:
  std::span<const JobId> listed(const Controller& controller, QueueOrder order);
  void add(Controller& controller, const WaitingJob& job, QueueUse use);
  void list_reservations(Controller& controller, const WaitingJob& job);
  HetRanks& ranks() { return shared_ranks_ != nullptr ? *shared_ranks_ : own_ranks_; }
  void find_ranks(const Controller& controller);
  void share_priorities();
  void sort(const Controller& controller);
  void merge_sort(const Controller& controller, std::span<QueueRecord> records);

  HetPriority het_priority_;
  HetRanks own_ranks_;
  HetRanks* shared_ranks_;
  std::vector<QueueRecord> records_, merged_;
  std::size_t slots_ = 0;
  std::vector<JobId> listed_;
  std::vector<std::optional<std::uint32_t>> reservations_;  ///< of the job at hand: those it is tried in
};

/// Why the job may not run in this partition as it is now; none: it may.
Reason partition_limit(const WaitingJob& job, const WaitingPartition& where, const LivePartition& partition,
                       QueueUse use);

}  // namespace sluice::scheduler::slurm
