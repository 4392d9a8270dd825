#pragma once
// sluice check: what is wrong with a configuration or a workload, and what they are.

#include <string>
#include <vector>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"
#include "simulator/app/trace_options.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct CheckArguments {
  std::string cluster;
  TraceArguments trace;  ///< no workload: only the cluster is looked at
  std::vector<std::string> sets;
  std::string write;  ///< a new folder for the configuration with its --set; empty: not written
  bool json = false;
};
CLI::App* add_check_command(CLI::App& app, CheckArguments& arguments);

/// Prints every mistake, then what the cluster and the workload are. Fine: nothing found. Negative: warnings or
/// findings. bad_input: errors, that is, `sluice run` would refuse. Throws BadInput (for --write) and WriteError.
ExitCode check(const CheckArguments& arguments, const Policies& policies);

}  // namespace sluice::app
