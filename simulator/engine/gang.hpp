#pragma once
// PreemptMode GANG: of jobs that have cores in common one runs at a time, in turns.

#include <cstdint>
#include <memory>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/core_map.hpp"

namespace sluice {

/// Says who of the running jobs has to pause and who goes on. A job of a partition of higher PriorityTier pauses those
/// below it on its cores until it ends; those of one partition take turns each SchedulerTimeSlice. Changes nothing itself:
/// whoever asks carries out the orders, in their order.
/// Source: slurmctld's gang.c; slurm.conf(5) PreemptMode, SchedulerTimeSlice.
class Gang {
 public:
  struct Order {
    JobId job;
    enum class What : std::uint8_t { pause, go_on, preempt } what = What::pause;
    bool operator==(const Order&) const = default;
  };

  Gang(const ClusterSpec& cluster, const CoreMap& cores);
  void fields(Archive& archive);
  /// Partitions have other tiers than before.
  std::vector<Order> follow_partitions(const ClusterSpec& cluster, const CoreMap& cores);

  /// A job has started, or was resumed by an operator. `action`: what preemption does to it.
  std::vector<Order> started(JobId job, const Allocation& allocation, PreemptMode::Action action);
  /// It has ended, or an operator has suspended it.
  std::vector<Order> ended(JobId job);
  /// It goes on with fewer nodes.
  std::vector<Order> shrunk(JobId job, const Allocation& allocation);
  /// An operator suspends a job that pauses already: it does not go on.
  void hold(JobId job);
  bool is_held(JobId job) const;
  /// A time slice is over.
  std::vector<Order> slice();
  /// Whether any job waits for its turn. One that an operator holds does not.
  bool has_turns() const;
  /// Whether it pauses for others.
  bool pauses(JobId job) const;

 private:
  enum class Place : std::uint8_t { idle, active, filler };
  struct Job {
    JobId id;
    JobCores cores;
    PreemptMode::Action action{};
    Place place = Place::idle;
    bool paused = false;
    bool held = false;
    friend void fields(Archive& archive, Job& job) { all_fields<6>(archive, job); }
  };
  using JobRef = std::shared_ptr<Job>;
  struct Partition {
    std::int64_t tier = 0;
    std::vector<JobRef> jobs, shadows;
    CoreSet active;
    std::size_t active_jobs = 0;
    bool is_contended() const { return active_jobs < jobs.size() + shadows.size(); }
  };
  using Orders = std::vector<Order>;

  JobRef find(JobId job) const;
  bool fits(const Partition& partition, const Job& job) const;
  void activate(Partition& partition, const Job& job);
  void cast_shadow(const JobRef& job, std::int64_t tier);
  void clear_shadow(const JobRef& job);
  bool forget(JobId job);
  void begin_row(Partition& partition);
  void stop(Partition& partition, const JobRef& job, Orders& orders);
  void update(Partition& partition, Orders& orders);
  void update_all(Orders& orders);
  void turn(Partition& partition, Orders& orders);

  std::vector<Partition> partitions_;
  std::vector<std::size_t> order_;  ///< of partitions_, by tier, the highest first
};

}  // namespace sluice
