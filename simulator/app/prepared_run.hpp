#pragma once
// What a run needs, read and checked: the same for `sluice run` and for every command that simulates a run again.

#include <memory>
#include <optional>
#include <vector>

#include "policies/api/policies.hpp"
#include "simulator/accounting/start_usage.hpp"
#include "simulator/app/run_command.hpp"
#include "simulator/engine/simulation.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/report/run_json.hpp"
#include "simulator/report/summary.hpp"
#include "workloads/transform.hpp"

namespace sluice::app {

/// Policies refer to the cluster and the workload: it stays where it is.
struct PreparedRun {
  ClusterSpec cluster;
  Workload workload;
  std::vector<workloads::Transform> steps;  ///< those that were not already applied while the trace was read
  std::vector<std::string> files_beside;    ///< read beside the trace
  std::vector<TimedCommand> commands;       ///< of operators
  PolicySet policies;
  std::optional<report::MeasureWindow> measure;
  std::optional<Time> until;
  std::vector<Time> snapshots;  ///< in order
  Time decides_from{};          ///< the moment of --state
  std::vector<JobId> asked;     ///< with --state: the jobs of --workload
  std::optional<accounting::StartUsage> start_usage;
};

/// What becomes of warnings about inputs.
enum class Remarks : bool { kept, printed };

/// Reads the cluster and the trace, changes the trace, chooses the policies. Throws BadInput with all mistakes.
std::unique_ptr<PreparedRun> prepare_run(const RunArguments& arguments, const Policies& policies, Remarks remarks);

/// Every file that the run has read, with its hash.
std::vector<report::InputFile> inputs_of(const RunArguments& arguments, const PreparedRun& prepared);

}  // namespace sluice::app
