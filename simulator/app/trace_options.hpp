#pragma once
// The options by which every command that reads a trace is told which part of it and what to change first.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/reader.hpp"
#include "workloads/transform.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct TraceArguments {
  std::string workload, format;
  std::string from, to;
  std::size_t skip_bad_rows = 0;
  std::string timezone;
  double run_share = 1, run_default = 3600;  ///< of scripts that do not say how long they run
  std::vector<std::string> transforms;
  std::vector<std::string> transforms_files;  ///< FILE, or FILE#/pointer to a list inside it
  std::uint64_t seed = 1;
};

/// Declares all of them but the trace itself, which some commands take as an option and some by its place.
void add_trace_options(CLI::App& command, TraceArguments& arguments);
/// Declares the trace as what the command is about, and --cluster for transforms that ask for one.
void add_trace_argument(CLI::App& command, TraceArguments& arguments, std::string& cluster);

workloads::ReadOptions read_options(const TraceArguments& arguments);

/// FILE of FILE#/pointer.
std::string file_of_steps(const std::string& text);

/// The steps of --transforms, then those of --transform. Throws BadInput when one is not understood.
std::vector<workloads::Transform> read_transforms(const TraceArguments& arguments);

/// With Slurm's own loops a job without a limit gets its partition's: adds the step for that when the cluster's
/// scheduler is one of them, a job lacks a limit, and no step of the user's says otherwise.
void add_slurm_limits(const ClusterSpec& cluster, const Workload& workload, std::vector<workloads::Transform>& steps);

/// Reads a trace, leaves out what the choosing steps at the front leave out while it is read, and takes these off
/// `steps`. nullopt iff an error was reported.
std::optional<Workload> read_and_choose(const std::string& file, workloads::ReadOptions options,
                                        std::vector<workloads::Transform>& steps, Diagnostics& diags);

/// The files that the steps read, beside the trace itself.
std::vector<std::string> files_of(const std::vector<workloads::Transform>& steps);

/// Reads and changes the trace, and prints the readers' warnings on standard error. `cluster` as for --cluster; empty:
/// none. Throws BadInput.
Workload open_trace(const TraceArguments& arguments, const std::string& cluster);

}  // namespace sluice::app
