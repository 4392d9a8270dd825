#pragma once
// The Controller that the engine hands to slurmctld's loops: the live state behind the views, Apply and the select plugin
// behind the verbs.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/preemption.hpp"
#include "policies/api/priority.hpp"
#include "policies/api/selection.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/cleaning_nodes.hpp"
#include "simulator/engine/demands.hpp"
#include "simulator/engine/latencies.hpp"
#include "simulator/engine/live_records.hpp"
#include "simulator/engine/live_reservations.hpp"
#include "simulator/engine/power_saving.hpp"
#include "simulator/engine/preemptions.hpp"

namespace sluice {

/// Keeps one list of running jobs by their limits; pending jobs, preemption and clean-up are kept by others. Times given
/// to the loops are seconds of the trace's own clock, so that whole minutes are its whole minutes.
class LiveController final : public Controller, public RecordKeeper {
 public:
  LiveController(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
                 const Workload& workload, Selection& selection, const Priority& priority,
                 const Preemption* preemption, Latencies latencies);

  /// What a job asks for, and whether any node could ever serve it.
  Admission::Asked ask(JobId job, Time now);
  /// Slurm's message for a --deadline that cannot be met.
  std::optional<std::string> deadline_refusal(JobId job, Time now) const;
  /// Must outlive it.
  void save_power(PowerSaving& power) { power_ = &power; }
  /// Decisions are taken at `now` from here on.
  void begin(Time now);
  /// As of now: they begin() themselves.
  LiveReservations& reservations(Time now) {
    reservations_.begin(now);
    return reservations_;
  }
  const LiveReservations& reservations() const { return reservations_; }

  /// Jobs that waited for a maintenance which is over do so no longer.
  void notice_end_of_maintenance() {
    if (reservations_.take_end_of_maintenance()) forget_maintenance();
  }

  /// Victims that have been told to go since, and when their grace is over.
  std::vector<std::pair<JobId, Time>> take_graced() { return preemptions_.take_graced(); }
  /// Those that were told to go without grace go, after the pass that told them.
  void stop_victims() { preemptions_.stop_victims(now_); }
  /// A victim goes now.
  void end_grace(JobId job) { preemptions_.end_grace(job, now_); }

  /// Rows of nodes that jobs have left since, and who: COMPLETING until finish_completing().
  std::vector<std::pair<std::uint32_t, JobId>> take_cleaning() { return cleaning_.take_fresh(); }
  JobId finish_completing(std::uint32_t row);

  void add(JobId job, Time now) override;
  void remove(JobId job) override {
    texts_.erase(job);
    records_.remove(job);
  }
  void job_started(JobId job, const Running& run) override;
  void run_changed(JobId job, const Running& before, const Running& run) override;
  void run_shrunk(JobId job, const Allocation& given_back) override;
  void run_stops(JobId job) override;
  void job_ended(JobId job, const Running& run) override;
  std::optional<Time> grace_ends(JobId running) const override { return preemptions_.grace_ends(running); }
  LiveRecords& records() { return records_; }
  void rescore(Time now) override { records_.rescore(now); }
  void array_changed(ArrayId array) override { records_.follow_array(array); }
  PreemptMode::Action action_on(JobId job) const override { return preemptions_.action_on(job); }
  void cores_changed() override { touch(); }
  void node_opened(NodeId node) override { touch(), up_.insert(node); }
  void node_closed(NodeId node) override { touch(), up_.erase(node); }
  void partition_changed(PartitionId partition, PartitionState state) override {
    partitions_[partition.index()].state = state;
    ++partitions_version_;
  }

  /// Partitions or classes of nodes are described otherwise than before. O(partitions x nodes + pending).
  void follow_configuration();

  std::chrono::seconds now() const override { return clock(now_); }
  std::span<const JobId> pending() const override { return records_.pending(); }
  bool is_listed_before(JobId a, JobId b) const override { return state_.eligibility.arrays.is_listed_before(a, b); }
  const WaitingJob& waiting(JobId job) const override { return records_.record(job); }
  std::span<const LivePartition> partitions() const override { return partitions_; }
  const NodeSet& up() const override { return up_; }
  const NodeSet& completing() const override { return cleaning_.completing(); }
  void begins(Loop loop) override;
  std::optional<Reason> hindrance(JobId job) override;
  const Preemption* preemption() const override { return preemptions_.policy(); }
  PreemptParty preempt_party(JobId job, PartitionId partition) const override { return preemptions_.party(job, partition); }
  /// Who has started on cores of a higher tier may have been preempted at once.
  bool may_be_preempted(JobId started) const override {
    return !std::holds_alternative<Running>(state_.jobs.job(started).state) || preemptions_.may_be_preempted(started);
  }
  bool keeps_qos_out(JobId job, PartitionId partition) override;
  std::optional<Reason> policy_before(JobId job, PartitionId partition) override;
  std::optional<Reason> policy_of_plan(JobId job, PartitionId partition, const NodeSet& nodes,
                                       std::chrono::minutes limit) override;
  bool licenses_short(JobId job) override;
  LicensePlan license_plan() override { return reservations_.license_plan(); }
  LicenseUse licenses_wanted(JobId job) override { return reservations_.licenses_wanted(waiting(job)); }
  void choose_reservation(JobId job, std::optional<std::uint32_t> reservation) override;
  std::vector<std::uint32_t> magnetic_reservations(JobId job) override;
  bool reservation_is_too_small(JobId job, PartitionId partition) override;
  bool reservation_may_be_late(std::uint32_t reservation) const override;
  const NodeSet* nodes_of_reservation(std::uint32_t reservation) const override;
  ReservationAnswer reserve_mask(JobId job, PartitionId partition, std::chrono::seconds start,
                                 std::chrono::minutes limit, NodeSet& candidates) override;
  void mean(JobId job, std::uint32_t place) override { meant_ = {job, place}; }
  bool narrow(JobId job, PartitionId partition, NodeSet& candidates) override;
  std::optional<std::chrono::seconds> will_run(JobId job, PartitionId partition, const NodeSet& candidates,
                                               Horizon horizon, NodeSet& chosen) override;
  StartAnswer try_start(JobId job, PartitionId partition, const NodeSet& candidates,
                        std::chrono::minutes limit) override;
  void set_limit(JobId started, std::chrono::minutes limit) override;
  const NodeSet& nodes_of(JobId started) const override;
  std::span<const WholeNodeRun> whole_node_runs() const override;
  bool waits_for_jobs(JobId job, PartitionId partition, const NodeSet& candidates) override;
  std::optional<std::vector<JobId>> het_components(std::uint32_t group) const override;
  void take_back(JobId started) override;
  void set_reason(JobId job, Reason reason) override;
  void describe_reason(JobId job, std::string_view text) override;
  void end_for_deadline(JobId job) override;
  void hold_as_never(JobId job) override;
  void clear_plans() override { planned_nodes_.reset(planned_nodes_.capacity()); }
  void estimate(JobId, PartitionId, std::chrono::seconds) override {}
  void plan(JobId job, PartitionId partition, std::chrono::seconds start, std::chrono::seconds end,
            const NodeSet& nodes) override;
  /// Nodes that the last backfill cycle keeps for jobs.
  const NodeSet& planned_nodes() const { return planned_nodes_; }
  std::int64_t planned_cpus() const override { return planned_.cpus; }
  void note_planned(JobId job, std::int64_t cpus) override { records_.note_placed(job, cpus); }
  std::optional<std::uint64_t> state_version() const override;
  std::optional<std::uint64_t> queue_version() const override { return records_.version() + partitions_version_; }
  std::optional<QueueMark> queue_mark() const override;
  std::optional<std::span<const JobId>> changed_since(const QueueMark& mark) const override;
  bool is_pending(JobId job) const override { return records_.has(job); }

  void fields(Archive& archive);

 private:
  using Seconds = std::chrono::seconds;
  /// What slurmctld takes for no end at all.
  static constexpr std::chrono::minutes unlimited{365 * 24 * 60};
  /// Nobody waits for maintenance any more.
  void forget_maintenance();
  /// What a test of nodes could see has changed.
  void touch() { ++version_; }
  Seconds clock(Time t) const { return floor_seconds(t) + offset_; }
  /// What it asks for there; null: no node of that partition could ever serve it.
  const Demand* find_demand(JobId job, PartitionId partition) const;
  const Demand& demand(JobId job, PartitionId partition) const;
  /// Whether a running job has its nodes for itself.
  bool has_whole_nodes(const RunningJob& run) const;
  std::vector<Preemptable> preemptable(JobId job, PartitionId partition) const;
  StartAnswer preempt_for(JobId job, const std::vector<JobId>& chosen);
  std::optional<CoreSet> excluded_cores_;  ///< by reservations, of the job whose nodes were looked at last
  /// What reservations leave to a job that starts at a moment.
  struct ReservedNodes {
    NodeSet nodes;                       ///< up or not
    std::optional<StartAnswer> refusal;  ///< it can have none
  };
  ReservedNodes leave_reserved(const WaitingJob& job, const Demand& wanted, PartitionId partition, Seconds at,
                               std::chrono::minutes limit);
  void show_partitions();
  void test_submission(JobId job, Time now);
  NodeSet engaged_nodes(const Demand& wanted) const;
  /// Whether too many of its nodes are down, or reserved for others.
  bool lacks_nodes(JobId job, PartitionId partition, const Demand& wanted, const NodeSet& unreserved, Time at);
  bool wants_lost_nodes(const Demand& demand) const;
  /// On these nodes, which may be busy, or not be up.
  bool could_run_on(const SelectionJob& job, const NodeSet& nodes);
  SelectionJob selection_job(JobId job, PartitionId partition) const;
  bool ends_before(const RunningJob& a, const RunningJob& b) const;
  void insert_running(const RunningJob& entry);
  RunningJob take_running(JobId job, Time end);

  State& state_;
  Apply& apply_;
  const ClusterSpec& cluster_;
  Selection& selection_;
  mutable Demands demands_;  ///< fills itself as it is asked
  Latencies latencies_;
  Seconds offset_{};
  Time now_{};
  std::vector<RunningJob> running_;        ///< by end on slurmctld's clock, then job
  NodeSet up_;
  LiveReservations reservations_;
  LiveRecords records_;
  Preemptions preemptions_;
  CleaningNodes cleaning_;
  PowerSaving* power_ = nullptr;

  bool answers_keep_ = false;              ///< tests of nodes depend on nothing but what touch() tells of
  std::uint64_t version_ = 0, partitions_version_ = 0;
  std::vector<LivePartition> partitions_;
  mutable NodeSet nodes_of_;
  mutable std::vector<WholeNodeRun> whole_node_runs_;
  mutable std::deque<NodeSet> whole_nodes_;
  std::map<std::uint32_t, std::uint32_t> vain_starts_;  ///< of heterogeneous jobs: in a row, while nothing else ran
  std::pair<JobId, std::uint32_t> meant_{};  ///< which of its partitions a job is asked about
  std::vector<JobId> preempting_;          ///< pending jobs for which others were told to go at this instant
  std::optional<std::uint32_t> starts_in_;  ///< the reservation of the job that is being started
  Allocation planned_;                     ///< of the last will-run test
  NodeSet planned_nodes_;
  Loop loop_ = Loop::main;                 ///< the one that is at work
  std::map<JobId, std::string> texts_;     ///< of Reasons that squeue shows in more than a word
};

}  // namespace sluice
