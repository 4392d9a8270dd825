#pragma once
// sluice experiment: the runs of an experiment file, and a table that compares them.

#include <atomic>
#include <string>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct ExperimentArguments {
  std::string file;
  std::string out;  ///< empty: as the file says
  bool json = false;
};
CLI::App* add_experiment_command(CLI::App& app, ExperimentArguments& arguments);

/// Looks at every cluster and policy before the first run; then runs one after the other, each with a results folder of
/// its own, and writes comparison.csv. Throws BadInput and WriteError.
ExitCode experiment(const ExperimentArguments& arguments, const Policies& policies, const std::atomic<bool>& stop);

}  // namespace sluice::app
