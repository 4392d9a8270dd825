#pragma once
// The heterogeneous jobs of a workload: which jobs are components of one.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

/// Groups are numbered from 0; components stand in the order of the workload.
class HetJobs {
 public:
  /// Components name their leader. One alone is a job like others. O(jobs).
  explicit HetJobs(const Workload& workload) {
    if (workload.extras.size() < 2) return;
    std::map<std::string, std::vector<JobId>> jobs;
    for (std::uint32_t j = 0; j < workload.jobs.size(); ++j)
      if (const auto& group = workload.extras[workload.jobs[j].extras].het_group; !group.empty())
        jobs[group].push_back(JobId{j});
    for (auto& [name, components] : jobs) {
      if (components.size() < 2) continue;
      for (const JobId job : components) group_[job] = static_cast<std::uint32_t>(components_.size());
      components_.push_back(std::move(components));
    }
  }

  std::optional<std::uint32_t> group(JobId job) const {
    const auto found = group_.find(job);
    return found == group_.end() ? std::nullopt : std::optional{found->second};
  }
  const std::vector<JobId>& components(std::uint32_t group) const { return components_[group]; }
  /// All components of the job's own; null of a job like others.
  const std::vector<JobId>* components_with(JobId job) const {
    const auto found = group(job);
    return found ? &components_[*found] : nullptr;
  }

 private:
  std::vector<std::vector<JobId>> components_;
  std::unordered_map<JobId, std::uint32_t> group_;
};

}  // namespace sluice
