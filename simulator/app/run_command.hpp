#pragma once
// sluice run: replay a workload on a cluster.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"
#include "simulator/app/trace_options.hpp"
#include "simulator/report/summary.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

/// What `sluice run` was told.
struct RunArguments {
  std::string cluster;
  TraceArguments trace;
  std::string events;  ///< a file of operators' commands
  std::vector<std::string> sets;
  std::string until, measure;
  bool strict = false, json = false, quiet = false;
  std::string timeline = "thinned";
  std::string start_usage;
  std::string state;      ///< a text of running and pending jobs to begin with
  std::string state_out;  ///< where to write such a text, of the end of the run
  std::string nodes_out;  ///< where to write the nodes then, as sinfo prints them
  std::string sacct;      ///< where to write the jobs as sacct prints them
  bool sacct_steps = false;
  std::string out;
  std::vector<std::string> snapshots;  ///< moments
  std::string snapshot_file = "snapshot.sluice";
  std::string resume;                  ///< a snapshot; then the run is its, and the above are asked of nobody
};

/// Declares the command and its options.
CLI::App* add_run_command(CLI::App& app, RunArguments& arguments);

struct Replayed {
  report::Summary summary;
  std::string forecast;  ///< of the jobs that --workload adds to --state; empty without such
};

/// One run, whose results are written but not printed; warnings are, on standard error. nullopt: `stop` ended it early,
/// and nothing is written. Throws BadInput and WriteError.
std::optional<Replayed> replay(const RunArguments& arguments, const std::vector<std::string>& argv,
                               const Policies& policies, const std::atomic<bool>& stop);

/// The same with its summary printed. Negative: the run went round in a circle and was stopped.
ExitCode run(const RunArguments& arguments, const std::vector<std::string>& argv, const Policies& policies,
             const std::atomic<bool>& stop);

}  // namespace sluice::app
