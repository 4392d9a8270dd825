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
  std::string out;
};

/// Declares the command and its options.
CLI::App* add_run_command(CLI::App& app, RunArguments& arguments);

/// One run, whose results are written but not printed; warnings are, on standard error. nullopt: `stop` ended it early,
/// and nothing is written. Throws BadInput and WriteError.
std::optional<report::Summary> replay(const RunArguments& arguments, const std::vector<std::string>& argv,
                                      const Policies& policies, const std::atomic<bool>& stop);

/// The same with its summary printed.
ExitCode run(const RunArguments& arguments, const std::vector<std::string>& argv, const Policies& policies,
             const std::atomic<bool>& stop);

}  // namespace sluice::app
