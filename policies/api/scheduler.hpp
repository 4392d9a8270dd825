#pragma once
// Who may pass, and what is promised? The question a scheduler answers, by driving the Pass it is handed.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "policies/api/options.hpp"
#include "policies/api/pass.hpp"
#include "simulator/base/archive.hpp"

namespace sluice {

/// What has happened since the scheduler last ran.
enum class Trigger : std::uint8_t {
  job_submitted,  ///< it, or one that could not be considered before, is in the queue
  job_ended,
  priorities_changed,
  cluster_changed,  ///< a node or a partition came or went, or an operator did something
};

/// How a scheduler wants the events of one instant presented.
enum class EventOrder : std::uint8_t {
  batch,           ///< all ends, then all submissions, then one decision (as slurmctld does)
  each,            ///< ends (by job id) before submissions, a decision after each event
  arrivals_first,  ///< submissions before ends (by start), a decision after each event
};

/// How long a scheduler believes a job runs. Limits still end jobs; these only guide its plans.
struct RunLengths {
  Duration waiting;  ///< when it asks whether a waiting job would end in time
  Duration running;  ///< when it asks when a running job will end
};

/// May own state; run() is the only call in which it may change the simulation.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Decides at one instant.
  virtual void run(Pass& pass) = 0;

  /// When it wants to run after this trigger; nullopt: not because of it. The default is at once.
  virtual std::optional<Time> on(Trigger, Time now) { return now; }

  virtual EventOrder event_order() const { return EventOrder::batch; }

  /// Asked when a job enters the queue (waiting) and when it starts (running).
  virtual RunLengths believe(const JobSpec& job) { return {planned_length(job), planned_length(job)}; }

  /// What a running job is now believed to run in all, once `believed` has passed and it still runs. It must be longer.
  virtual Duration believe_longer(const JobSpec& job, Duration /*believed*/) { return planned_length(job); }

  virtual void job_queued(JobId) {}
  /// A queued job left the queue without having been started: held, cancelled, ...
  virtual void job_left(JobId) {}
  virtual void job_ended(JobId, const JobSpec&, Duration /*ran*/) {}
  /// Nodes or partitions have come or gone, or a running job will end at another time: what was planned with them is void.
  virtual void plans_void() {}

  /// What it remembers from one run() to the next, saved or loaded: a run that goes on from a snapshot must not differ
  /// from one that was never stopped. Whoever has state overrides this.
  virtual void fields(Archive&) {}
};

/// A scheduler in the catalogue, chosen by SchedulerType=`name`; its options ride in SchedulerParameters.
struct SchedulerEntry {
  std::string_view name;
  std::string_view meaning;
  std::span<const Option> options;
  std::unique_ptr<Scheduler> (*make)(const Options&, const ClusterSpec&);
};

}  // namespace sluice
