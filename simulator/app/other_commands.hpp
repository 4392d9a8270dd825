#pragma once
// The commands with little to say: policies, verify, generate.

#include <string>

#include "policies/api/policies.hpp"
#include "simulator/app/command.hpp"
#include "workloads/generate.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct PoliciesArguments {
  bool json = false;
};
CLI::App* add_policies_command(CLI::App& app, PoliciesArguments& arguments);
/// Prints the catalogue with every option.
ExitCode list_policies(const PoliciesArguments& arguments, const Policies& policies);

struct VerifyArguments {
  std::string results;
  std::string cluster;  ///< empty: the one the results name
  bool json = false;
};
CLI::App* add_verify_command(CLI::App& app, VerifyArguments& arguments);
/// Checks a results folder; negative when something in it cannot be. Throws BadInput.
ExitCode verify(const VerifyArguments& arguments);

struct GenerateArguments {
  std::string kind = "ml";
  std::string preset;         ///< empty: the kind's first
  std::string out;            ///< empty: standard output
  std::size_t jobs = 0;       ///< 0, as below: the preset's
  std::uint64_t seed = 1;
  std::int64_t capacity = 0;
  double load = 0;
};
CLI::App* add_generate_command(CLI::App& app, GenerateArguments& arguments);
/// Writes a trace. Throws BadInput and WriteError.
ExitCode generate(const GenerateArguments& arguments);

}  // namespace sluice::app
