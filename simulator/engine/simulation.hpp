#pragma once
// A simulation: one workload on one cluster under one set of policies, from the first submission to the last end.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/placement.hpp"
#include "policies/api/preemption.hpp"
#include "policies/api/priority.hpp"
#include "policies/api/scheduler.hpp"
#include "policies/api/selection.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/core/event_queue.hpp"
#include "simulator/core/fingerprint.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/events.hpp"
#include "simulator/engine/latencies.hpp"
#include "simulator/engine/live_controller.hpp"
#include "simulator/engine/live_pass.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/engine/operator.hpp"
#include "simulator/model/node_view.hpp"

namespace sluice {

/// The three questions, each with the policy that answers it. Either a scheduler and a placement are there, or
/// slurmctld's loops and a select plugin.
struct PolicySet {
  std::unique_ptr<Scheduler> scheduler;
  std::unique_ptr<Priority> priority;
  std::unique_ptr<Placement> placement;
  const LimitsEntry* limits = nullptr;  ///< null: nothing is limited
  std::unique_ptr<SchedulerLoops> loops = nullptr;
  std::unique_ptr<Selection> selection = nullptr;
  std::unique_ptr<Preemption> preemption = nullptr;  ///< null: nobody is stopped for another one
  Clockwork clockwork{};                ///< how exactly limits are enforced
};

struct RunBounds {
  std::optional<Time> until;                  ///< events later than this are not simulated
  const std::atomic<bool>* stop = nullptr;    ///< looked at between events; true ends the run early
};

/// Owns everything that changes; refers to the workload and the cluster's description, which must outlive it.
/// Two simulations in one process share nothing. Deterministic in its arguments; `seed` is for latencies, if there are any.
class Simulation {
 public:
  Simulation(const Workload& workload, const ClusterSpec& cluster, PolicySet policies,
             std::vector<Observer*> observers, Memo memo = Memo::on, std::uint64_t seed = 0);

  /// Usage there was before. Before the first run().
  void begin_with(const accounting::StartUsage& usage);
  /// Commands may change partitions and nodes of the cluster that it was made with, which belongs to this simulation
  /// alone then. Before set_commands(), where one does.
  void let_commands_change(ClusterSpec& cluster);
  /// What operators will do, in order of time. Before the first run(). The commands' ids are those of the workload.
  void set_commands(std::vector<TimedCommand> commands);
  /// Commands that slurmctld would have refused, so far.
  const std::vector<RefusedCommand>& refused_commands() const { return operator_.refused(); }

  /// Until then submissions and commands happen, but nobody decides anything. Before the first run().
  void decide_from(Time at) { decides_from_ = at; }

  /// Runs to the end, to the bounds, or until it is seen to go round in a circle. May be called again with wider bounds to
  /// go on, unless it goes round.
  RunStatistics run(const RunBounds& bounds = {});

  const JobTable& jobs() const { return state_.jobs; }
  const Cluster& cluster() const { return state_.cluster; }
  const Shapes& shapes() const { return shapes_; }
  /// By node, at a moment to which it has run. O(nodes + jobs + what running ones hold).
  std::vector<NodeView> nodes(Time at) const;
  /// The present load, as observers see it at settled instants.
  LoadSample load() const;

  /// Saves all that changes, or loads it into a simulation made with equal arguments, start usage and commands, whose
  /// run() has not been called. Between two calls of run(): what comes then is what would have come without a stop.
  /// Throws ArchiveError. O(state).
  void fields(Archive& archive);

 private:
  struct Next {
    Time at{};
    std::uint8_t rank = 0;
    enum class Source : std::uint8_t { arrival, queue, cycle } source = Source::arrival;
  };

  std::optional<Next> next() const;
  Event take(const Next& next);
  void note(Time at, const Event& event);
  void on(const JobSubmitted& event);
  void on(const JobEnds& event);
  void on(const BeliefPassed& event);
  void on(const PriorityPassDue& event);
  void on(const CycleDue& event);
  void on(const EpilogDone& event);
  void on(const GraceOver& event);
  void on(const LimitsWatched& event);
  void on(const SliceDue& event);
  void on(const PowerDue& event);
  void on(const JobConfigured& event);
  void on(const JobWakes& event);
  void on(const DeadlineDue& event);
  void on(const CommandDue& event);
  void on(const NodeMissed& event);
  void on(const ReservationsWatched& event);
  void trigger(Trigger what);
  void tell_loops(Happening what);
  void clean_up();
  void watch_limits();
  void watch_turns();
  void watch_power();
  void run_loops();
  bool may_still_change() const;
  bool waits_for_events() const;
  bool waits_for_reservations() const;
  void watch_reservations();
  Time time_of(std::chrono::seconds on_clock) const;
  void schedule_periodic(Time at, Phase phase, Event event);
  Admission::Asked ask(JobId job) const;
  bool has_record_for(JobId job);
  std::optional<Refusal> refuses_alone(JobId job);
  std::optional<Refusal> refuses(JobId job);
  bool tries_again(JobId job);
  bool is_put_off(JobId job) const;
  void prepare_for_changes();
  std::optional<std::string> refuses_change(const Command& command) const;
  void change_cluster(std::uint32_t row);
  void describe_anew(const Command& command);
  void follow_configuration();
  void changes_fields(Archive& archive);
  void schedule_priority_pass(Time at);
  bool goes_on() const;
  Duration slowest_change() const;
  bool comes_by_itself(const Event& event) const;
  bool is_suspended_for_good(JobId job) const;
  bool goes_round() const;
  bool stops_in_circle();
  void settle();
  void check_states() const;
  std::uint8_t arrival_rank() const;

  const Workload& workload_;
  PolicySet policies_;
  std::vector<Observer*> observers_;
  State state_;
  Shapes shapes_;
  EventQueue<Event> events_;
  Fingerprint fingerprint_;
  Admission admission_;
  Apply apply_;
  std::optional<LivePass> pass_;               ///< of a research scheduler
  std::unique_ptr<LiveController> controller_; ///< of slurmctld's loops
  std::optional<Gang> gang_;                   ///< where jobs take turns
  bool slice_is_due_ = false;
  std::optional<PowerSaving> power_;
  std::optional<Time> power_at_;               ///< of the event that counts
  Operator operator_;
  std::optional<Time> watch_at_;               ///< the next look at reservations
  std::vector<TimedCommand> commands_;
  ClusterSpec* changing_ = nullptr;            ///< the description, where commands may change it
  std::vector<std::uint32_t> changes_;         ///< commands that have changed it
  std::size_t periodic_ = 0;                   ///< scheduled events that come again and again
  Latencies latencies_;
  Time changed_at_{};                          ///< when something last happened but the loops' own work
  EventOrder order_;
  std::optional<Duration> pass_period_;
  Time decides_from_{};
  std::size_t next_arrival_ = 0;
  /// Of the array whose tasks are being submitted: those that the trace submits together are taken or refused together.
  struct ArrayDecision {
    ArrayId array;
    Time at{}, submit{};
    bool is_refused = false;
  };
  std::optional<ArrayDecision> array_decision_;
  std::map<JobId, std::uint32_t> tries_;       ///< of submissions for which slurmctld had no room
  std::optional<Time> cycle_at_;
  bool unsettled_ = false;
  RunStatistics statistics_;
};

}  // namespace sluice
