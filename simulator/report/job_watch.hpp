#pragma once
// Watches one job through a run: why it waited when, who held what it needed, whom it stood behind, and what its
// priority was made of.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulator/engine/observer.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::report {

/// CPUs, GPUs and memory (MB).
struct Room {
  std::int64_t cpus = 0, gpus = 0, memory = 0;
};

/// A stretch of the job's life in which nothing changed for it: it waited for one reason, or it ran.
struct Stretch {
  Time from{}, to{};
  std::optional<Reason> waits_for;  ///< absent: it ran
  std::string text{};               ///< what squeue shows in place of the Reason's word, if anything
};

/// What a running job held of the nodes on which the watched one may run.
struct Hold {
  JobId job;
  Time from{}, to{};
  Room what;
};

/// While the watched job waited, this one was the first that lacked resources.
struct Head {
  JobId job;
  Time from{}, to{};
};

struct PriorityAt {
  Time at{};
  double total = 0;
  std::vector<PriorityTerm> terms;
};

/// Costs O(nodes) a start of any job while it watches, and memory for the jobs that ran while it waited.
class JobWatch final : public Observer {
 public:
  /// The workload and the cluster must outlive it.
  JobWatch(JobId job, const Workload& workload, const ClusterSpec& cluster);

  void job_submitted(JobId job, Time now) override;
  void job_rejected(JobId job, Time now, std::string_view message) override;
  void reason_changed(JobId job, Time now, Reason reason) override;
  void reason_described(JobId job, Time now, std::string_view text) override;
  bool follows_priorities() const override { return true; }
  bool follows_priority_of(JobId job) const override { return job == job_; }
  void priority_computed(JobId job, Time now, double priority, std::span<const PriorityTerm> terms) override;
  void job_started(JobId job, Time now, const Allocation& allocation) override;
  void job_ended(JobId job, Time now, EndState state, const Allocation& allocation) override;
  void job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) override;
  void job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) override;
  void ended_job_requeued(JobId job, Time now, const ClosedRun& run) override;
  void job_dropped(JobId job, Time now, EndState state) override;
  void settled(Time now, const LoadSample&) override { now_ = now; }

  /// To be called once, after the last event: closes what is still open.
  void finish();

  JobId job() const { return job_; }
  const Workload& workload() const { return workload_; }
  const ClusterSpec& cluster() const { return cluster_; }
  bool is_submitted() const { return submitted_.has_value(); }
  const std::string& rejection() const { return rejection_; }  ///< "" unless it was refused
  std::optional<EndState> end_state() const { return end_state_; }
  const Allocation& allocation() const { return allocation_; }  ///< of its last start

  /// In order of time, without gaps from its submission to its end (or that of the run), but where it had ended before it
  /// was requeued; none is empty, equal neighbours are one.
  const std::vector<Stretch>& stretches() const { return stretches_; }
  /// Those that overlap a stretch in which it waited, by job.
  const std::vector<Hold>& holds() const { return holds_; }
  const std::vector<Head>& heads() const { return heads_; }
  /// Changes only.
  const std::vector<PriorityAt>& priorities() const { return priorities_; }
  std::size_t later_started_earlier() const { return overtaken_by_; }

  /// What it asks for, and what the nodes on which it may run have in all.
  const Room& wanted() const { return wanted_; }
  const Room& capacity() const { return capacity_; }
  std::size_t eligible_nodes() const { return eligible_count_; }
  std::int64_t wanted_nodes() const { return wanted_nodes_; }

 private:
  void look_at_shape();
  Room held_by(const Allocation& allocation) const;
  void stop_holding(JobId job, Time now);
  void begin(Time now, std::optional<Reason> waits_for);
  void close(Time now);
  bool waits() const { return open_ && open_->waits_for; }
  void update_head(Time now);

  JobId job_;
  const Workload& workload_;
  const ClusterSpec& cluster_;
  NodeSet eligible_;
  bool everywhere_ = false;
  std::size_t eligible_count_ = 0;
  std::int64_t wanted_nodes_ = 0;
  Room wanted_, capacity_;

  Time now_{};
  std::optional<Time> submitted_;
  std::string rejection_;
  std::optional<EndState> end_state_;
  Allocation allocation_;
  std::optional<Stretch> open_;
  std::vector<Stretch> stretches_;
  std::map<JobId, Hold> running_;
  std::vector<Hold> holds_;
  std::set<JobId> blocked_;  ///< pending jobs whose Reason is Resources
  std::optional<Head> head_;
  std::vector<Head> heads_;
  std::vector<PriorityAt> priorities_;
  std::size_t overtaken_by_ = 0;
};

}  // namespace sluice::report
