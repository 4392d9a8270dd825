#pragma once
// sluice run: replay a workload on a cluster.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

/// What `sluice run` was told.
struct RunArguments {
  std::string cluster, workload, format;
  std::string events;  ///< a file of operators' commands
  std::vector<std::string> sets, transforms;
  std::string from, to, until, measure;
  std::uint64_t seed = 1;
  std::size_t skip_bad_rows = 0;
  bool strict = false, json = false, quiet = false;
  std::string timezone;
  double run_share = 1, run_default = 3600;
  std::string timeline = "thinned";
  std::string start_usage;
  std::string out;
};

/// Declares the command and its options.
CLI::App* add_run_command(CLI::App& app, RunArguments& arguments);

/// Throws BadInput and WriteError. `stop` ends the run early: nothing is written then.
ExitCode run(const RunArguments& arguments, const std::vector<std::string>& argv, const Policies& policies,
             const std::atomic<bool>& stop);

}  // namespace sluice::app
