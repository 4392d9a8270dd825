#pragma once
// What a simulation tells to those who watch it. Sinks (simulator/report) and tests implement this; nobody can change
// the simulation through it.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/conservation.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/priority_term.hpp"

namespace sluice {

/// The cluster's load at a settled instant (all events and decisions of that instant done).
/// Totals are of the nodes that take jobs, and of what jobs still hold on others (down, drained).
struct LoadSample {
  std::int64_t pending = 0;       ///< jobs
  std::int64_t running = 0;       ///< jobs
  std::int64_t used_cpus = 0, total_cpus = 0;
  std::int64_t used_gpus = 0, total_gpus = 0;
  std::int64_t used_nodes = 0, total_nodes = 0;  ///< used: at least one job has something of the node
  std::int64_t used_memory = 0, total_memory = 0;  ///< MB
  bool operator==(const LoadSample&) const = default;
  friend void fields(Archive& archive, LoadSample& sample) { all_fields<10>(archive, sample); }
};

/// A run of a job that waits again afterwards, or goes on with fewer nodes.
struct ClosedRun {
  Time submit{}, eligible{}, start{};
  RequestId request;
  EndState state = EndState::requeued;
  friend void fields(Archive& archive, ClosedRun& run) { all_fields<5>(archive, run); }
};

/// Told of everything that happens, in order. Times never go backwards.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void job_submitted(JobId, Time) {}
  /// Refused at submission. `message` is Slurm's, e.g. "Requested node configuration is not available".
  virtual void job_rejected(JobId, Time, std::string_view /*message*/) {}
  /// The allocation lives only for this call.
  virtual void job_started(JobId, Time, const Allocation&) {}
  /// The nodes of a job that was just started have to boot first. The allocation lives only for this call.
  virtual void job_configuring(JobId, Time, const Allocation&) {}
  /// The nodes of a job that was started have booted: its start is now.
  virtual void job_configured(JobId, Time) {}
  /// The allocation that is given back; it lives only for this call.
  virtual void job_ended(JobId, Time, EndState, const Allocation&) {}
  /// A running job goes on with fewer nodes; limit and work count from its start all the same. Allocations live only for this
  /// call.
  virtual void job_shrunk(JobId, Time, const ClosedRun&, const Allocation& /*before*/, const Allocation& /*kept*/) {}
  /// A run is over, in the state that sacct shows for it, and the job waits again; as submitted now.
  virtual void job_requeued(JobId, Time, const ClosedRun&, const Allocation&) {}
  /// A job that had ended waits again; as submitted now. Its last run, whose end was told, counts as requeued; `run.start`
  /// means nothing if there was none.
  virtual void ended_job_requeued(JobId, Time, const ClosedRun&) {}
  /// A pending job ended without having run.
  virtual void job_dropped(JobId, Time, EndState) {}
  /// Why a pending job waits from now on. Before the first call it waits for the first decision (Reason::none).
  virtual void reason_changed(JobId, Time, Reason) {}
  /// What squeue shows in place of that Reason's word from now on, until the Reason changes; empty: the word.
  virtual void reason_described(JobId, Time, std::string_view /*text*/) {}
  /// A running job does no work and keeps what it has, until it is resumed or its run is over.
  virtual void job_suspended(JobId, Time) {}
  virtual void job_resumed(JobId, Time) {}
  /// Asked once, before the first event: whether priority_computed() is wanted. Terms cost time.
  virtual bool follows_priorities() const { return false; }
  /// Asked before each call of it.
  virtual bool follows_priority_of(JobId) const { return true; }
  /// When a job is queued and in every priority pass. Terms are as the order tells them; they live only for this call.
  virtual void priority_computed(JobId, Time, double /*priority*/, std::span<const PriorityTerm>) {}
  /// After all decisions of an instant at which something changed.
  virtual void settled(Time, const LoadSample&) {}
};

/// Jobs that are sent back to wait again and again, while no job ends for good and nothing else is to come: such a run would
/// have no end.
struct Circle {
  Time since{};  ///< when the first of them was sent back
  struct Member {
    JobId job;
    std::uint32_t requeues = 0;  ///< since then
  };
  std::vector<Member> jobs;  ///< by id
};

/// What the engine knows of a whole run when it is over.
struct RunStatistics {
  Time end{};                   ///< the last instant simulated
  std::uint64_t events = 0;     ///< events taken from the queue
  std::uint64_t decisions = 0;  ///< times the scheduler ran
  std::uint64_t fingerprint = 0;
  Delivered delivered;          ///< what the nodes gave to jobs, and what became of it
  std::optional<Circle> circle; ///< present: that is why it is over
};

}  // namespace sluice
