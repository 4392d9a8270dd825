#pragma once
// sluice describe: the statistics of a trace. sluice transforms: what can be done to one.

#include <string>

#include "simulator/app/command.hpp"
#include "simulator/app/trace_options.hpp"

namespace sluice::app {

struct DescribeArguments {
  TraceArguments trace;
  std::string cluster;  ///< empty: none
  double capacity = 0;  ///< 0: not given
  std::string unit;     ///< empty: told by the jobs
  bool json = false;
};
CLI::App* add_describe_command(CLI::App& app, DescribeArguments& arguments);
/// Throws BadInput.
ExitCode describe(const DescribeArguments& arguments);

CLI::App* add_transforms_command(CLI::App& app);
/// Prints the table of transforms.
ExitCode list_transforms();

}  // namespace sluice::app
