#pragma once
// The Controller that the engine hands to slurmctld's loops: the live state behind the views, Apply and the select plugin
// behind the verbs.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/preemption.hpp"
#include "policies/api/priority.hpp"
#include "policies/api/selection.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/demands.hpp"
#include "simulator/engine/latencies.hpp"

namespace sluice {

/// Keeps a record of each waiting job while it may be considered, and one list of running jobs by their limits.
///
/// The tasks of an array that have not started share one record, that of the lowest of them. Times given to the loops are
/// seconds of the trace's own clock, so that whole minutes are its whole minutes.
class LiveController final : public Controller, public RecordKeeper {
 public:
  LiveController(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
                 const Workload& workload, Selection& selection, const Priority& priority,
                 const Preemption* preemption, Latencies latencies);

  /// What a job asks for, and whether any node could ever serve it.
  Admission::Asked ask(JobId job, Time now);
  /// Decisions are taken at `now` from here on.
  void begin(Time now);

  /// Victims that have been told to go since, and when their grace is over.
  std::vector<std::pair<JobId, Time>> take_graced() { return std::exchange(fresh_graced_, {}); }
  /// Those that were told to go without grace go, after the pass that told them.
  void stop_victims();
  /// A victim goes now.
  void end_grace(JobId job);

  /// Rows of nodes that jobs have left since, and who: COMPLETING until finish_completing().
  std::vector<std::pair<std::uint32_t, JobId>> take_cleaning() { return std::exchange(fresh_cleaning_, {}); }
  void finish_completing(std::uint32_t row);

  void add(JobId job, Time now) override;
  void remove(JobId job) override;
  void job_started(JobId job, const Running& run) override;
  void run_stops(JobId job) override;
  void job_ended(JobId job, const Running& run) override;
  void rescore(Time now) override;
  void array_changed(ArrayId array) override { follow_array(array); }
  void node_opened(NodeId node) override { touch(), up_.insert(node); }
  void node_closed(NodeId node) override { touch(), up_.erase(node); }
  void partition_changed(PartitionId partition, PartitionState state) override {
    partitions_[partition.index()].state = state;
  }

  std::chrono::seconds now() const override { return clock(now_); }
  std::span<const JobId> pending() const override { return pending_; }
  const WaitingJob& waiting(JobId job) const override { return records_[slot_[job.index()]]; }
  std::span<const LivePartition> partitions() const override { return partitions_; }
  const NodeSet& up() const override { return up_; }
  const NodeSet& completing() const override { return completing_; }
  std::optional<Reason> hindrance(JobId job) override;
  bool may_preempt(JobId job, PartitionId partition, JobId other, PartitionId its_partition) const override;
  bool preemption_is_on() const override { return preemption_ != nullptr; }
  bool may_be_preempted(JobId started) const override;
  std::optional<Reason> policy_before(JobId job, PartitionId partition) override;
  std::optional<Reason> policy_of_plan(JobId job, PartitionId partition, const NodeSet& nodes,
                                       std::chrono::minutes limit) override;
  bool narrow(JobId job, PartitionId partition, NodeSet& candidates) override;
  std::optional<std::chrono::seconds> will_run(JobId job, PartitionId partition, const NodeSet& candidates,
                                               Horizon horizon, NodeSet& chosen) override;
  StartAnswer try_start(JobId job, PartitionId partition, const NodeSet& candidates,
                        std::chrono::minutes limit) override;
  void set_limit(JobId started, std::chrono::minutes limit) override;
  const NodeSet& nodes_of(JobId started) const override;
  void set_reason(JobId job, Reason reason) override;
  void end_for_deadline(JobId job) override;
  void hold_as_never(JobId job) override;
  void clear_plans() override {}
  void estimate(JobId, PartitionId, std::chrono::seconds) override {}
  void plan(JobId job, PartitionId partition, std::chrono::seconds start, std::chrono::seconds end,
            const NodeSet& nodes) override;
  std::optional<std::uint64_t> state_version() const override;

 private:
  using Seconds = std::chrono::seconds;
  /// The tasks of one array that may be considered and have not split off, lowest first: one record stands for them.
  struct Array {
    std::deque<JobId> unsplit;
    std::vector<JobId> recorded;  ///< those of its tasks that have a record
  };

  /// What a test of nodes could see has changed.
  void touch() { ++version_; }
  Seconds clock(Time t) const { return floor_seconds(t) + offset_; }
  WaitingJob& record(JobId job) { return records_[slot_[job.index()]]; }
  Array* array_of(JobId job);
  bool has_record(JobId job) const;
  bool is_head(JobId job) const;
  void open_record(JobId job, Time now);
  void close_record(JobId job);
  void fill(JobId job, WaitingJob& record);
  void score(JobId job, WaitingJob& record, Time now);
  const Demand& demand(JobId job, PartitionId partition) const;
  void follow_array(ArrayId array);
  PreemptParty party(JobId job, PartitionId partition) const;
  PreemptParty running_party(JobId job) const;
  std::vector<Preemptable> preemptable(JobId job, PartitionId partition) const;
  bool is_going(JobId job) const;
  StartAnswer preempt_for(JobId job, const std::vector<JobId>& victims);
  StartAnswer refuse_start(JobId job, PartitionId partition, const Demand& demand) const;

  State& state_;
  Apply& apply_;
  Admission& admission_;
  const ClusterSpec& cluster_;
  const Workload& workload_;
  Selection& selection_;
  const Priority& priority_;
  const Preemption* preemption_;  ///< may be null
  Demands demands_;
  Latencies latencies_;
  Seconds offset_{};
  Time now_{};

  bool answers_keep_ = false;              ///< tests of nodes depend on nothing but what touch() tells of
  std::uint64_t version_ = 0;
  std::vector<JobId> pending_;             ///< ascending
  std::vector<std::uint32_t> slot_;        ///< by job
  std::vector<WaitingJob> records_;
  /// By record: CPUs of the last placement that worked, which count for the job's size from then on.
  std::vector<std::optional<std::int64_t>> placed_cpus_;
  std::vector<std::uint32_t> spare_;
  std::vector<Array> arrays_;              ///< by ArrayId
  std::vector<RunningJob> running_;        ///< by end on slurmctld's clock, then job
  std::vector<LivePartition> partitions_;
  NodeSet up_, completing_;
  std::vector<std::vector<NodeRun>> cleaning_;  ///< runs of nodes by row; empty rows are spare
  std::vector<std::pair<std::uint32_t, JobId>> fresh_cleaning_;  ///< rows that take_cleaning() has not told yet
  std::vector<std::uint16_t> cleaning_on_;      ///< by node: rows that hold it
  mutable NodeSet nodes_of_;
  std::vector<JobId> preempting_;          ///< pending jobs for which others were told to go at this instant
  std::vector<std::pair<JobId, PreemptMode::Action>> going_;  ///< victims that go after this pass
  std::unordered_map<JobId, Seconds> told_for_;  ///< when others were last told to go for a job
  std::unordered_map<JobId, Time> graces_;       ///< of running victims: when they have to be gone
  std::vector<std::pair<JobId, Time>> fresh_graced_;
  Allocation planned_;                     ///< of the last will-run test
};

}  // namespace sluice
