#pragma once
// A pass of slurmctld's main scheduler: strict order inside each partition.

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/scheduler/slurm/queue.hpp"
#include "policies/scheduler/slurm/settings.hpp"
#include "policies/scheduler/slurm/slot_notes.hpp"

namespace sluice::scheduler::slurm {

enum class PassDepth : std::uint8_t { limited, full };

/// Starts jobs in the order of the queue. The first job of a partition that does not fit keeps all behind it from that
/// partition, and that partition's nodes from everybody.
/// Source: slurmctld's job_scheduler.c; slurm.conf(5) SchedulerParameters.
class MainPass {
 public:
  explicit MainPass(const MainSettings& settings, HetRanks* ranks = nullptr)
      : settings_{settings},
        queue_{settings.het_priority, QueueUse::main,
               settings.in_list_order ? QueueOrder::as_listed : QueueOrder::sorted, settings.shortcuts, ranks} {}

  /// Whether it has started a job or changed a Reason. A pass that is known to do neither is left out: with the queue
  /// and the runs as they were when the last one did neither, unless that one depended on the moment.
  bool run(Controller& controller, PassDepth depth);
  /// What the last pass cost.
  Duration cost() const { return settings_.cost.pass + looked_at_ * settings_.cost.job; }

 private:
  enum class Next : std::uint8_t { record, same_record, stop };

  bool would_repeat(const Controller& controller, PassDepth depth) const;
  void look_at_all(Controller& controller, PassDepth depth);
  bool must_wait_for_completing(Controller& controller);
  void prepare(Controller& controller);
  std::optional<JobId> job_of(std::uint32_t slot) const;
  /// One attempt of a record. `same_record`: its next task is to be tried.
  Next attempt(Controller& controller, const QueueRecord& record, PassDepth depth);
  Next try_nodes(Controller& controller, const QueueRecord& record, const WaitingJob& job);
  Next took(const StartAnswer& answer, const QueueRecord& record);
  void refused(Controller& controller, const QueueRecord& record, const WaitingJob& job, const StartAnswer& answer);
  void block(Controller& controller, const QueueRecord& record, const WaitingJob& job);
  bool is_failed(Controller& controller, const QueueRecord& record, const WaitingJob& job);
  bool was_rejected(Controller& controller, const QueueRecord& record, const WaitingJob& job);
  void reason(Controller& controller, const WaitingJob& job, Reason why);
  void explain(Controller& controller, const WaitingJob& job, const StartAnswer& refusal);

  MainSettings settings_;
  Queue queue_;
  NodeSet available_;                       ///< what blocked partitions have left
  NodeSet candidates_;
  std::vector<bool> failed_partitions_;
  std::vector<std::uint32_t> failed_reservations_;
  std::vector<std::int64_t> seen_of_partition_;
  SlotNotes<std::optional<JobId>> job_now_;  ///< of slots whose job is another one now; absent: it has started, or ended
  std::int64_t depth_ = 0, starts_ = 0, looked_at_ = 0;
  bool waits_for_late_reservation_ = false;  ///< a job of a reservation with MaxStartDelay has been looked at
  bool has_changed_ = false;
  bool depends_on_moment_ = false;

  /// A pass that has changed nothing.
  struct Idle {
    std::uint64_t state = 0, queue = 0;
    PassDepth depth = PassDepth::limited;
  };
  std::optional<Idle> idle_;

  /// An attempt that found no room, of the job at the head of a partition.
  struct Refusal {
    JobId job;
    std::uint64_t version = 0;
    std::chrono::minutes limit{};
    NodeSet candidates;
    StartAnswer answer;
  };
  bool others_have_blocked(const Controller& controller, const LivePartition& partition) const;
  const Refusal* known_refusal(const Controller& controller, const QueueRecord& record, JobId job,
                               std::chrono::minutes limit) const;
  void keep_refusal(const Controller& controller, const QueueRecord& record, JobId job, std::chrono::minutes limit,
                    const StartAnswer& answer);
  std::vector<std::optional<Refusal>> refusals_;  ///< by partition, from one pass to the next

  struct Rejected {
    std::uint32_t array = 0;
    PartitionId partition;
    std::optional<std::uint32_t> reservation;
    std::uint32_t slot = 0;
  };
  std::optional<Rejected> rejected_;        ///< the array whose task was rejected last
};

/// What is left of the time to a deadline, in whole minutes.
std::chrono::minutes minutes_to(std::chrono::seconds deadline, std::chrono::seconds now);
/// Whether the deadline can no longer be met, with its least time if it has one.
bool misses_deadline(const WaitingJob& job, std::chrono::seconds now);
/// An unlimited time limit, as slurmctld reckons with it.
inline constexpr std::chrono::minutes unlimited{365 * 24 * 60};

}  // namespace sluice::scheduler::slurm
