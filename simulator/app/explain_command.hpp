#pragma once
// sluice explain: one job's life, from its request to its end, and every reason for which it waited.

#include <atomic>
#include <string>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct ExplainArguments {
  std::string job, results;
  bool json = false;
};
CLI::App* add_explain_command(CLI::App& app, ExplainArguments& arguments);

/// Simulates the run of a results folder again and tells of one job. Throws BadInput when an input has changed since,
/// when the run does not come out as it did then, or when there is no such job.
ExitCode explain(const ExplainArguments& arguments, const Policies& policies, const std::atomic<bool>& stop);

}  // namespace sluice::app
