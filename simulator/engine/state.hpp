#pragma once
// Everything that changes while a simulation runs, but for the future events. Only Apply changes it.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/engine/accounts.hpp"
#include "simulator/engine/conservation.hpp"
#include "simulator/engine/eligibility.hpp"
#include "simulator/engine/het_jobs.hpp"
#include "simulator/engine/holdings.hpp"
#include "simulator/engine/job_licenses.hpp"
#include "simulator/engine/job_records.hpp"
#include "simulator/engine/reach.hpp"
#include "simulator/engine/resizes.hpp"
#include "simulator/engine/restarts.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/running_jobs.hpp"
#include "simulator/model/waiting_queue.hpp"

namespace sluice {

/// What the queue knows a waiting job by, beside its spec.
struct Standing {
  double priority = 0;
  Duration length{};  ///< how long the scheduler believes it would run
  bool is_queued = false;
  std::uint32_t number = 0;  ///< how many jobs had been given a place in the order when it was, itself included
  bool is_in_line = false;  ///< it may be considered: queued, or kept out of the queue by a limit or for want of nodes
  friend void fields(Archive& archive, Standing& standing) { all_fields<5>(archive, standing); }
};

/// Why a node takes no jobs; all false: it does. Source: sinfo(1) NODE STATE CODES.
struct NodeStatus {
  bool down = false;
  bool drained = false;
  bool failing = false;
  bool silent = false;              ///< slurmctld has noticed that its slurmd does not answer
  bool down_for_silence = false;    ///< that is why it is down
  bool powering_down = false;       ///< until SuspendTimeout is over
  std::uint32_t slurmd = 0;         ///< bumped when its slurmd dies and when it comes back
  bool is_open() const { return !down && !drained && !failing && !silent && !powering_down; }
  friend void fields(Archive& archive, NodeStatus& status) { all_fields<7>(archive, status); }
};

struct State {
  /// `limits` may be null.
  State(const Workload& workload, const ClusterSpec& spec, const LimitsEntry* limits);

  JobTable jobs;
  HetJobs het_jobs;
  Eligibility eligibility;
  Cluster cluster;
  WaitingQueue queue;
  RunningJobs running;
  HoldingsTable holdings;
  std::unique_ptr<Accounts> accounts;  ///< null where the cluster has no accounting data
  std::unique_ptr<JobLicenses> licenses;  ///< under research schedulers; null where the cluster has none
  std::int64_t pending = 0;            ///< jobs in state Pending, queued or not
  std::vector<JobId> set_aside;        ///< pending jobs that a limit keeps out of the queue, until something changes
  std::vector<JobId> barred;           ///< likewise, that their partitions or missing nodes keep out
  std::vector<Standing> standing;      ///< by job; valid once it has been queued
  std::uint32_t numbers_given = 0;
  std::vector<JobId> arrived;          ///< queued since the scheduler last ran
  std::vector<NodeStatus> nodes;
  std::unique_ptr<Reach> reach;        ///< made when the first node is lost
  /// Grows whenever resources come free: what did not fit at one value still does not fit at the same value.
  std::uint64_t release_epoch = 1;
  Conservation conservation;
  Restarts restarts;
  Resizes resizes;
  std::optional<JobRecords> records;   ///< where slurmctld could have too many of them

  QueueKey key(JobId job) const { return {standing[job.index()].priority, jobs.submit(job), job}; }

  /// All of it but `reach` and what never changes. What is added to the state is added here.
  void fields(Archive& archive);
};

}  // namespace sluice
