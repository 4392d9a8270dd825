#pragma once
// A recording walked event by event: who is pending or running, with what, and how much everybody has used.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/billing.hpp"
#include "simulator/accounting/classic_fair_share.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/conf/commands.hpp"
#include "tests/recordings/support/recorded_updates.hpp"
#include "tests/recordings/support/recording.hpp"

namespace sluice::recordings {

/// One run of a job: what was allocated, and from when to when. Times are sacct's whole seconds.
struct Run {
  const SacctRow* row = nullptr;  ///< null: a launch that failed at once, which sacct does not list
  std::string partition, nodes;
  accounting::TresRow tres;  ///< as recorded
  double billing = 0;        ///< computed from the partition's weights
  Seconds start{};
  std::optional<Seconds> end;
  std::optional<Seconds> limit;
};

enum class JobPhase : std::uint8_t { unknown, pending, running, ended };

struct RecordedJob {
  std::string id;            ///< the plain id (JobIDRaw)
  std::uint32_t number = 0;  ///< the same as a number: the order of slurmctld's job list
  const Submission* submission = nullptr;
  AssociationId association;
  std::optional<QosId> qos;
  std::vector<PartitionId> partitions;  ///< by PriorityTier, then as asked for
  JobPhase phase = JobPhase::unknown;
  Seconds submit{};
  Seconds pending_since{};  ///< submission, or the last requeue
  Seconds ended_at{};
  bool held = false;
  bool was_held = false;  ///< by an operator, at some time
  std::vector<Run> runs;
  std::size_t run = 0;                     ///< the running one, or the next
  std::vector<const SacctRow*> rows;       ///< in order of Submit
  std::vector<const SacctRow*> task_rows;  ///< of the tasks that split off from this array
  bool is_task = false;                    ///< of an array, with a record of its own
  bool splits_at_once = false;             ///< an array under aftercorr: its tasks become records when it is submitted
};

struct JobSubmitted {
  std::size_t job;
  std::uint32_t logged_priority;
};
struct RunStarted {
  std::size_t job, run;
};
struct RunEnded {
  std::size_t job, run;
};
struct JobRequeued {
  std::size_t job;
};
/// It ended without having run: cancelled, or its deadline passed.
struct JobDropped {
  std::size_t job;
};
/// slurmctld holds it by itself, as its reservation was deleted.
struct JobHeldBack {
  std::size_t job;
};
/// GANG or a preemptor suspends it, or lets it go on.
struct JobPaused {
  std::size_t job;
};
struct JobWentOn {
  std::size_t job;
};
struct MainPass {};
struct BackfillCycle {};
struct BackfillCycleDone {};
/// By a backfill cycle, whatever came of it.
struct JobTested {
  std::size_t job;
  std::optional<PartitionId> partition;
};
struct JobPlanned {
  std::size_t job;
  std::string partition, nodes;
  Seconds start{};
};
/// A main pass finds that it can run nowhere, and holds it.
struct JobNeverRuns {
  std::size_t job;
};
struct PriorityPass {
  Seconds now;
  Cells late;
};
struct OperatorActed {
  std::vector<std::size_t> jobs;
  conf::OperatorCommand command;
};
struct SprioTaken {
  std::size_t index;
};
struct SshareTaken {
  std::size_t index;
};
struct SqueueTaken {
  std::size_t index;
};

using What = std::variant<JobSubmitted, RunStarted, RunEnded, JobRequeued, JobDropped, JobHeldBack, MainPass,
                          BackfillCycle, BackfillCycleDone, JobTested,
                          JobPlanned, PriorityPass, OperatorActed, SprioTaken, SshareTaken, SqueueTaken, JobPaused, JobWentOn, JobNeverRuns>;
struct Event {
  Time at{};
  What what;
  const Decision* row = nullptr;  ///< of the log that tells of it, if one does
};

/// What the recorded cluster is and knows at one moment. Limits and reasons can be evaluated on it, too.
struct RecordedState {
  RecordedState(const Inputs& inputs, const Recording& recording);
  RecordedState(const RecordedState&) = delete;
  RecordedState& operator=(const RecordedState&) = delete;

  const Inputs* inputs;  ///< with what operators have changed so far
  const Recording* recording;
  accounting::TresTable tres;
  accounting::AssociationTree associations;
  accounting::Usage usage;
  accounting::FairTree fair_tree;
  std::vector<accounting::Billing> billing;  ///< by partition
  std::vector<RecordedJob> jobs;             ///< in the order of slurmctld's job list
  std::optional<Seconds> last_pass;          ///< its second, as slurmctld took it
  std::vector<Time> passes;                  ///< moments of all priority passes
  /// When anything happens to each job, and when a job of each association's sub-tree starts or ends; ascending, of
  /// the whole recording: a snapshot may be beside an event that is still to come.
  std::vector<std::vector<Time>> job_moments, association_moments;
  std::unordered_map<std::string, std::size_t> job_of_id;

  accounting::UsingJob using_job(const RecordedJob& job, const Run& run) const;
  const PartitionSpec& partition(PartitionId id) const { return inputs->cluster.partitions[id.index()]; }
  std::optional<PartitionId> find_partition(std::string_view name) const;
  /// By its plain id, or "18_3" of a task where the log has no plain id.
  std::optional<std::size_t> find_job(const std::string& id) const;

  /// `scontrol update` of a partition, of nodes, of a pending job.
  void change(const conf::UpdatePartition& command) { change_partition(own_inputs_, command); }
  void change(const conf::UpdateNodes& command) { change_nodes(own_inputs_.cluster, command); }
  void change(std::size_t job, const conf::UpdateJob& command, Seconds now);

 private:
  void undo_limit_changes();
  void list_lost_tasks();

  Inputs own_inputs_;
  std::deque<Submission> changed_;  ///< of jobs that were updated
  std::deque<SacctRow> lost_tasks_;  ///< array tasks that ran and that sacct does not list
};

/// Walks over a recording in the order of the log's milliseconds; usage and fair share are computed on whole seconds.
class Replay {
 public:
  Replay(const Inputs& inputs, const Recording& recording);

  /// The event that step() will apply; nullptr at the end.
  const Event* upcoming() const { return next_ == events_.size() ? nullptr : &events_[next_]; }
  const std::vector<Event>& events() const { return events_; }
  /// Applies the next event to the state and returns it; nullptr at the end.
  const Event* step();
  const RecordedState& state() const { return state_; }

 private:
  void gather_events();
  void apply(const JobSubmitted& it, Time at);
  void apply(const RunStarted& it, Time at);
  void apply(const RunEnded& it, Time at);
  void apply(const JobRequeued& it, Time at);
  void apply(const JobDropped& it, Time at);
  void apply(const JobHeldBack& it, Time at);
  void apply(const JobNeverRuns& it, Time at);
  void apply(const PriorityPass& it, Time at);
  void apply(const OperatorActed& it, Time at);
  template <class Other>
  void apply(const Other&, Time) {}
  void note_moments();

  RecordedState state_;
  std::vector<Event> events_;
  std::size_t next_ = 0;
};

/// When the priority passes ran: from the log's own rows where it has them; else from passes.csv, or from the charged
/// slices that slurmctld.log tells of; else inferred from ages that sprio shows.
std::vector<Event> priority_passes(const RecordedState& state);

}  // namespace sluice::recordings
