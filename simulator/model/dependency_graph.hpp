#pragma once
// The dependencies of a workload as a graph: circles in it, and how long its longest ways are.

#include <cstddef>
#include <functional>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// A circle of dependencies: each job waits for the next one, the last for the first. Empty when there is none. Which of
/// several is found depends on the workload alone. `jobs`: how many there are. O(jobs + conditions).
std::vector<JobId> find_circle(const JobLinks& links, std::size_t jobs);

/// Jobs that hang together by dependencies, whether directly or not.
struct Workflow {
  std::vector<JobId> jobs;  ///< ascending
  /// The jobs one after the other that take longest; what any cluster needs for the workflow at least.
  std::vector<JobId> critical_path;
  Duration critical_length{};
  /// By how much each job could take longer without making the critical path longer; in the order of `jobs`.
  std::vector<Duration> slack;
};

/// Every workflow of more than one job, in the order of their first jobs. `length` is how long a job runs. Whatever kind a
/// dependency is of, it counts as waiting for the other's end; after waits for the start, and so many minutes. Of a
/// list with `?`, all of it counts. Singletons hang on nobody. Precondition: no circle. O(jobs + conditions).
std::vector<Workflow> workflows(const JobLinks& links, std::size_t jobs,
                                const std::function<Duration(JobId)>& length);

}  // namespace sluice
