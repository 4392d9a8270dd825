#include "simulator/app/main.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <exception>

#include "simulator/app/check_command.hpp"
#include "simulator/app/anonymise_command.hpp"
#include "simulator/app/convert_command.hpp"
#include "simulator/app/describe_command.hpp"
#include "simulator/app/explain_command.hpp"
#include "simulator/app/experiment_command.hpp"
#include "simulator/app/other_commands.hpp"
#include "simulator/app/run_command.hpp"
#include "simulator/app/version.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/check.hpp"

namespace sluice {
namespace {

using app::ExitCode;

// A signal handler can reach nothing else. It is set once, by the first Ctrl-C; a second one ends the program at once.
std::atomic<bool> interrupted{false};

extern "C" void on_interrupt(int signal) {
  interrupted.store(true);
  std::signal(signal, SIG_DFL);
}

/// The command line: each command with its arguments.
struct CommandLine {
  CLI::App app{"Sluice simulates Slurm-managed clusters: when would every job have run, and why did it wait?", "sluice"};
  app::RunArguments run;
  app::ExperimentArguments experiment;
  app::CheckArguments check;
  app::PoliciesArguments policies;
  app::VerifyArguments verify;
  app::GenerateArguments generate;
  app::ConvertArguments convert;
  app::DescribeArguments describe;
  app::AnonymiseArguments anonymise;
  app::ExplainArguments explain;
  CLI::App* run_command = app::add_run_command(app, run);
  CLI::App* explain_command = app::add_explain_command(app, explain);
  CLI::App* experiment_command = app::add_experiment_command(app, experiment);
  CLI::App* check_command = app::add_check_command(app, check);
  CLI::App* policies_command = app::add_policies_command(app, policies);
  CLI::App* verify_command = app::add_verify_command(app, verify);
  CLI::App* generate_command = app::add_generate_command(app, generate);
  CLI::App* convert_command = app::add_convert_command(app, convert);
  CLI::App* describe_command = app::add_describe_command(app, describe);
  CLI::App* transforms_command = app::add_transforms_command(app);
  CLI::App* anonymise_command = app::add_anonymise_command(app, anonymise);

  CommandLine() {
    app.require_subcommand(1);
    const std::string commit = app::commit();
    app.set_version_flag("--version", fmt::format("sluice {}{}", app::version(), commit.empty() ? "" : " (" + commit + ")"));
    app.footer("Exit codes: 0 fine; 1 a negative answer; 2 bad input or usage; 70 a bug of sluice; 130 interrupted.\n"
               "`sluice COMMAND --help` says more of each.");
  }
};

ExitCode dispatch(const CommandLine& line, const std::vector<std::string>& argv, const Policies& policies) {
  if (line.run_command->parsed()) return app::run(line.run, argv, policies, interrupted);
  if (line.explain_command->parsed()) return app::explain(line.explain, policies, interrupted);
  if (line.experiment_command->parsed()) return app::experiment(line.experiment, policies, interrupted);
  if (line.check_command->parsed()) return app::check(line.check, policies);
  if (line.policies_command->parsed()) return app::list_policies(line.policies, policies);
  if (line.verify_command->parsed()) return app::verify(line.verify);
  if (line.convert_command->parsed()) return app::convert(line.convert);
  if (line.describe_command->parsed()) return app::describe(line.describe);
  if (line.transforms_command->parsed()) return app::list_transforms();
  if (line.anonymise_command->parsed()) return app::anonymise(line.anonymise);
  return app::generate(line.generate);
}

ExitCode parse_and_dispatch(int argc, const char* const* argv, const Policies& policies) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return line.app.exit(error) == 0 ? ExitCode::fine : ExitCode::bad_input;
  }
  return dispatch(line, {argv, argv + argc}, policies);
}

}  // namespace

int main(int argc, const char* const* argv, const Policies& policies) {
  std::signal(SIGINT, on_interrupt);
  ExitCode code = ExitCode::our_bug;
  try {
    code = parse_and_dispatch(argc, argv, policies);
  } catch (const app::BadInput& error) {
    fmt::print(stderr, "{}", error.what());
    code = ExitCode::bad_input;
  } catch (const WriteError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    code = ExitCode::bad_input;
  } catch (const InternalError& error) {
    fmt::print(stderr, "sluice has a bug: {}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "sluice has a bug: {}\n", error.what());
  }
  return static_cast<int>(code);
}

}  // namespace sluice
