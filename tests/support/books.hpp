#pragma once
// An observer that keeps its own books of a simulation, sharing no code with the engine, and notes whatever cannot be.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "simulator/engine/observer.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::test {

/// What the books know of one job.
struct Entry {
  enum class Status : std::uint8_t { unsubmitted, waiting, running, ended, rejected } status = Status::unsubmitted;
  bool has_started = false;  ///< and was not requeued since
  Time start{}, end{};
  EndState end_state = EndState::completed;
  std::string message;  ///< of a rejection
  Allocation held;      ///< what it got, kept after its end
  int requeues = 0;
};

/// Rules that hold for every policy: nothing starts before its submission or twice; a job gets what it asked for, on
/// nodes of its partition; no node and no GPU is ever held beyond what it has; a job holds what it got until it has
/// done its work or met its limit; jobs submitted = finished + running + waiting at every settled instant, where the
/// load told by the engine is that of the books.
class Books final : public Observer {
 public:
  Books(const Workload& workload, const ClusterSpec& cluster);

  /// From here on operators change jobs and nodes: ends and the nodes in service are no more checked.
  void expect_commands() { commanded_ = true; }
  /// They change what jobs ask for, too: that is looked up here, which outlives the run. The cluster must then be the one that
  /// they change.
  void expect_updates(const JobTable& jobs) { jobs_as_they_are_ = &jobs; }

  /// A task may have got less than its --cpus-per-task, as slurmctld gives it where too few CPUs of a node are left for a
  /// whole one. Source: dist_tasks_compute_c_b() of cons_tres' dist_tasks.c.
  void expect_cut_tasks() { cut_tasks_ = true; }

  /// Jobs may have cores in common: that CPUs are held twice is not complained of.
  void expect_sharing() { sharing_ = true; }

  void job_submitted(JobId job, Time now) override;
  void job_rejected(JobId job, Time now, std::string_view message) override;
  void job_started(JobId job, Time now, const Allocation& allocation) override;
  void job_configured(JobId job, Time now) override { jobs_[job.index()].start = now; }
  void job_ended(JobId job, Time now, EndState state, const Allocation& allocation) override;
  void job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) override;
  void job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) override;
  void ended_job_requeued(JobId job, Time now, const ClosedRun& run) override;
  void job_dropped(JobId job, Time now, EndState state) override;
  void settled(Time now, const LoadSample& load) override;

  const std::vector<Entry>& jobs() const { return jobs_; }
  const Entry& job(JobId id) const { return jobs_[id.index()]; }
  /// Free resources by node; nothing on nodes that are not up.
  const std::vector<Amount>& free() const { return free_; }
  std::int64_t waiting() const { return waiting_; }
  std::int64_t running() const { return running_; }
  std::int64_t finished() const { return finished_; }
  std::int64_t submitted() const { return submitted_; }

  /// What broke a rule; empty when all is well.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  void expect(bool holds, JobId job, Time now, const char* what);
  void check_request(JobId job, Time now, const Allocation& allocation);
  void move(JobId job, Time now, const Allocation& allocation, Sign sign);
  LoadSample load() const;

  const Workload& workload_;
  const ClusterSpec& cluster_;
  const JobTable* jobs_as_they_are_ = nullptr;
  std::vector<Entry> jobs_;
  std::vector<Amount> capacity_, free_;
  std::vector<std::uint64_t> devices_;  ///< held, bit i for device i
  std::int64_t submitted_ = 0, waiting_ = 0, running_ = 0, finished_ = 0;
  Time last_{};
  bool commanded_ = false, sharing_ = false, cut_tasks_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace sluice::test
