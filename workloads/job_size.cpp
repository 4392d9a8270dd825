#include "workloads/job_size.hpp"

#include <algorithm>

namespace sluice::workloads {

std::string_view size_unit_name(SizeUnit unit) {
  switch (unit) {
    case SizeUnit::cpus: return "CPU";
    case SizeUnit::gpus: return "GPU";
    case SizeUnit::nodes: return "node";
  }
  return {};
}

std::optional<SizeUnit> size_unit_from_name(std::string_view name) {
  if (name == "cpus") return SizeUnit::cpus;
  if (name == "gpus") return SizeUnit::gpus;
  if (name == "nodes") return SizeUnit::nodes;
  return std::nullopt;
}

SizeUnit size_unit(const Workload& workload) {
  const auto with_gpus =
      static_cast<std::size_t>(std::count_if(workload.jobs.begin(), workload.jobs.end(), [&](const JobSpec& job) {
        return requested_gpus(workload.request(job.request)) > 0;
      }));
  return with_gpus * 2 >= workload.jobs.size() && with_gpus > 0 ? SizeUnit::gpus : SizeUnit::cpus;
}

double job_size(const JobRequest& request, SizeUnit unit) {
  switch (unit) {
    case SizeUnit::cpus: return static_cast<double>(requested_cpus(request));
    case SizeUnit::gpus: return static_cast<double>(requested_gpus(request)) * request.gpu_share.value_or(1);
    case SizeUnit::nodes: return static_cast<double>(request.min_nodes.value_or(1));
  }
  return 0;
}

}  // namespace sluice::workloads
