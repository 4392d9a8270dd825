#pragma once
// Which pending jobs may be considered at all, and what stands in the way of the others: holds, dependencies, --begin,
// the limits of arrays.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/engine/array_book.hpp"
#include "simulator/engine/dependencies.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// The books behind a job's way into the queue. Only Apply changes them.
class Eligibility {
 public:
  /// Gives each job that is not plain a life of its own in the table. Plain are jobs that may be considered from their
  /// submission on, and that nobody waits for; what happens to them need not be told here.
  Eligibility(const ClusterSpec& cluster, JobTable& jobs);
  Eligibility(const Eligibility&) = delete;
  Eligibility& operator=(const Eligibility&) = delete;

  /// What keeps a pending job from being considered, array limits aside; nullopt: nothing. In the order in which
  /// slurmctld looks: hold, dependency, begin time. Source: job_independent() of job_scheduler.c.
  std::optional<Reason> hindrance(JobId job, Time now) const;

  /// Slurm's message when the job is refused at submission: its array has a task beyond MaxArraySize, or it waits for
  /// itself.
  std::optional<std::string_view> refusal(JobId job) const;

  /// A job whose dependency cannot be met any more is cancelled.
  bool dies_of_its_dependency(JobId job) const;

  JobLinks links;
  Dependencies dependencies;
  ArrayBook arrays;

  bool is_task(JobId job) const { return links.array_of(job).has_value(); }

  void fields(Archive& archive) { archive(dependencies, arrays); }

 private:
  const JobTable& jobs_;
  bool kill_invalid_depend_;
  std::int64_t max_array_size_;
  std::int64_t max_array_tasks_;  ///< SchedulerParameters max_array_tasks
};

}  // namespace sluice
