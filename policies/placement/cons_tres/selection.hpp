#pragma once
// select/cons_tres: the tests it makes, over nodes as they are and as they will be.

#include <memory>
#include <unordered_map>

#include "policies/api/selection.hpp"
#include "policies/placement/cons_tres/fit.hpp"
#include "policies/placement/cons_tres/futures.hpp"

namespace sluice::cons_tres {

/// Source: slurmctld's cons_common job_test.c, node_scheduler.c.
class ConsTres : public Selection {
 public:
  ConsTres(const ClusterSpec& cluster, Settings settings);

  tl::expected<Demand, std::string> resolve(const JobRequest& request, PartitionId partition) const override;
  bool feasible(const SelectionJob& job, const Cluster& cluster, Time now, const NodeSet* within = nullptr) override;
  std::optional<Selected> select(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now,
                                 std::span<const Preemptable> preemptable) override;
  std::optional<WillRun> will_run(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now,
                                  const WillRunQuery& query) override;
  bool narrow(const SelectionJob& job, NodeSet& candidates) const override;
  void follow_configuration() override;
  void fields(Archive& archive) override { archive(fit_, waits_for_switches_); }
  bool tells_cores_apart() const override { return settings_.shares_cores || settings_.sees_cores; }

 protected:
  Fit::Test test_of(const SelectionJob& job, Purpose purpose, Time now);
  bool fits_somehow(const Fit::Test& test, const NodeSet& candidates, const Machine& machine, Allocation* out);
  void forget_weights(const SelectionJob& job);

  const ClusterSpec& cluster_;
  Settings settings_;
  Fit fit_;
  Machine present_, future_;

 private:
  bool suspends_by_qos(std::span<const Preemptable> preemptable) const;
  bool may_wait_for_switches(const SelectionJob& job, Time now);
  std::optional<Selected> preempt(const Fit::Test& test, const NodeSet& candidates, const Cluster& cluster,
                                  std::span<const Preemptable> preemptable);
  std::optional<WillRun> will_run_as_asked(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                           Time now, const WillRunQuery& query);
  std::optional<WillRun> run_later(const Fit::Test& test, const NodeSet& candidates, const WillRunQuery& query,
                                   Time now);
  /// `cpus`: free_cpus() of them.
  std::optional<WillRun> run_later_known(const Fit::Test& test, const NodeSet& candidates, std::int64_t cpus,
                                         const WillRunQuery& query, Time now);
  bool knows_futures(const Demand& demand, const WillRunQuery& query) const;
  std::int64_t free_cpus(const Fit::Test& test, const NodeSet& candidates) const;
  void test_ever(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now);

  Futures futures_;
  NodeSet idle_, within_;
  std::unordered_map<JobId, Time> waits_for_switches_;  ///< since the first test; looked up, never walked
};

}  // namespace sluice::cons_tres
