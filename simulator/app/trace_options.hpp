#pragma once
// The options by which every command that reads a trace is told which part of it and what to change first.

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/transform.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct TraceArguments {
  std::string workload, format;
  std::string from, to;
  std::size_t skip_bad_rows = 0;
  std::vector<std::string> transforms;
  std::uint64_t seed = 1;
};

/// Declares --format, --from, --to, --skip-bad-rows, --transform and --seed.
void add_trace_options(CLI::App& command, TraceArguments& arguments);
/// Declares --transform alone.
void add_transform_option(CLI::App& command, std::vector<std::string>& transforms);

/// The steps of --transform. Throws BadInput when one is not understood.
std::vector<workloads::Transform> read_transforms(const std::vector<std::string>& texts);

/// With Slurm's own loops a job without a limit gets its partition's: adds the step for that when the cluster's
/// scheduler is one of them, a job lacks a limit, and no step of the user's says otherwise.
void add_slurm_limits(const ClusterSpec& cluster, const Workload& workload, std::vector<workloads::Transform>& steps);

/// The files that the steps read, beside the trace itself.
std::vector<std::string> files_of(const std::vector<workloads::Transform>& steps);

/// Reads and changes the trace, and prints the readers' warnings on standard error. Throws BadInput.
Workload open_trace(const TraceArguments& arguments);

}  // namespace sluice::app
