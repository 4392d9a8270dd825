#pragma once
// One number for how big a job is, where a trace is looked at as a whole.

#include <optional>
#include <string_view>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

enum class SizeUnit { cpus, gpus, nodes };

std::string_view size_unit_name(SizeUnit unit);                      ///< "CPU", "GPU", "node"
std::optional<SizeUnit> size_unit_from_name(std::string_view name);  ///< cpus, gpus, nodes

/// GPUs when at least half of the jobs ask for one, else processors.
SizeUnit size_unit(const Workload& workload);

/// What the request names of the unit; a share of a GPU counts as such. Nodes: at least one.
double job_size(const JobRequest& request, SizeUnit unit);

}  // namespace sluice::workloads
