#pragma once
// Who keeps the waiting jobs as slurmctld's loops look at them.

#include <optional>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// In place of State::queue. Told of each change after it was made, but for run_stops().
class RecordKeeper {
 public:
  virtual ~RecordKeeper() = default;
  /// From now on the job may be considered.
  virtual void add(JobId job, Time now) = 0;
  /// It may no longer be considered: it starts, or is held or cancelled.
  virtual void remove(JobId job) = 0;
  virtual void job_started(JobId job, const Running& run) = 0;
  /// Its limit or its start is another one.
  virtual void run_changed(JobId job, const Running& before, const Running& run) = 0;
  /// A running job has given back these nodes.
  virtual void run_shrunk(JobId job, const Allocation& given_back) = 0;
  /// A run is about to end: its nodes will be COMPLETING.
  virtual void run_stops(JobId job) = 0;
  virtual void job_ended(JobId job, const Running& run) = 0;
  /// When a running job that others preempt has to be gone; nullopt: it was not told to go, or has no grace.
  virtual std::optional<Time> grace_ends(JobId running) const = 0;
  /// Priorities are to be computed anew.
  virtual void rescore(Time now) = 0;
  /// Other tasks of the array may run than before.
  virtual void array_changed(ArrayId array) = 0;
  /// What preemption does to a running job.
  virtual PreemptMode::Action action_on(JobId job) const = 0;
  /// A suspended job has left its cores to others, or taken them back.
  virtual void cores_changed() = 0;
  virtual void node_opened(NodeId node) = 0;
  virtual void node_closed(NodeId node) = 0;
  virtual void partition_changed(PartitionId partition, PartitionState state) = 0;
};

}  // namespace sluice
