#include "simulator/app/describe_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "workloads/describe.hpp"

namespace sluice::app {

CLI::App* add_describe_command(CLI::App& app, DescribeArguments& a) {
  CLI::App* command = app.add_subcommand("describe", "Print the statistics of a trace");
  add_trace_argument(*command, a.trace, a.cluster);
  add_trace_options(*command, a.trace);
  command->add_option("--capacity", a.capacity, "What the cluster has of the unit; gives the load")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command
      ->add_option("--unit", a.unit,
                   "What the size of a job is counted in (default: GPUs if half of the jobs ask for one)")
      ->check(CLI::IsMember({"cpus", "gpus", "nodes"}));
  command->add_flag("--json", a.json, "Print JSON");
  return command;
}

ExitCode describe(const DescribeArguments& a) {
  const Workload workload = open_trace(a.trace, a.cluster);
  workloads::DescribeOptions options;
  if (a.capacity > 0) options.capacity = a.capacity;
  options.unit = workloads::size_unit_from_name(a.unit);
  const auto statistics = workloads::describe(workload, options);
  fmt::print("{}", a.json ? workloads::describe_json(statistics) : workloads::describe_text(statistics));
  return ExitCode::fine;
}

CLI::App* add_transforms_command(CLI::App& app) {
  return app.add_subcommand("transforms", "List what --transform can do to a trace");
}

ExitCode list_transforms() {
  fmt::print("{}", workloads::describe_transforms());
  return ExitCode::fine;
}

}  // namespace sluice::app
