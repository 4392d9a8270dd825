#include "simulator/app/convert_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "workloads/write_file.hpp"
#include "workloads/write_native_csv.hpp"
#include "workloads/write_swf.hpp"

namespace sluice::app {
namespace {

/// "log.swf.gz" -> "swf"; "csv" for any other name.
std::string format_of(std::filesystem::path file) {
  if (file.extension() == ".gz" || file.extension() == ".zst") file = file.stem();
  return file.extension() == ".swf" ? "swf" : "csv";
}

}  // namespace

CLI::App* add_convert_command(CLI::App& app, ConvertArguments& a) {
  CLI::App* command = app.add_subcommand("convert", "Write a trace in another format");
  add_trace_argument(*command, a.trace, a.cluster);
  add_trace_options(*command, a.trace);
  command->add_option("--as", a.as, "The format to write (default: told by the name of --out, else csv)")
      ->check(CLI::IsMember({"csv", "swf"}));
  command->add_option("--out", a.out, "The file to write; packed when it ends in .gz or .zst")
      ->required()
      ->type_name("FILE");
  command->footer(
      "csv is Sluice's own and holds everything; what SWF cannot hold is said.\n"
      "Example: sluice convert cluster.swf.gz --out week.csv.zst --from 2020-09-01 --to 2020-09-08");
  return command;
}

ExitCode convert(const ConvertArguments& a) {
  const Workload workload = open_trace(a.trace, a.cluster);
  const bool as_swf = (a.as.empty() ? format_of(a.out) : a.as) == "swf";
  std::vector<std::string> losses;
  workloads::write_packed_file(a.out, [&](std::ostream& out) {
    if (as_swf)
      losses = workloads::write_swf(workload, out);
    else
      workloads::write_native_csv(workload, out);
  });
  for (const auto& statement : workload.report.assumptions) fmt::print(stderr, "{}: {}\n", a.trace.workload, statement);
  for (const auto& loss : losses) fmt::print(stderr, "{}: {}\n", a.out, loss);
  return ExitCode::fine;
}

}  // namespace sluice::app
