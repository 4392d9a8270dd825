#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/app/inputs.hpp"
#include "simulator/app/operator_commands.hpp"
#include "simulator/app/other_commands.hpp"
#include "simulator/app/recorded_run.hpp"
#include "simulator/base/hash.hpp"
#include "simulator/report/verify.hpp"

namespace sluice::app {
namespace {

using Json = nlohmann::json;

Json read_run(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file)
    throw BadInput{fmt::format("{}: error: cannot be read\n  hint: give the folder that `sluice run --out` has written\n",
                               path.string())};
  Json run = Json::parse(file, nullptr, false);
  if (run.is_discarded() || !run.contains("cluster") || !run.contains("inputs"))
    throw BadInput{fmt::format("{}: error: is not a run.json of sluice\n", path.string())};
  return run;
}

/// Results say nothing about a cluster whose files have changed since.
void insist_on_same_cluster(const Json& run) {
  for (const auto& input : run.at("inputs")) {
    if (input.at("role") != "cluster" || input.at("xxh64").is_null()) continue;
    const std::string path = input.at("path");
    const auto digest = digest_file(path);
    if (!digest)
      throw BadInput{fmt::format("{}: error: the cluster of these results cannot be read\n"
                                 "  hint: run from the same folder as then, or give --cluster\n", path)};
    if (hex64(digest->hash) != input.at("xxh64"))
      throw BadInput{fmt::format("{}: error: has changed since the run\n  hint: give the old one with --cluster\n", path)};
  }
}

struct Clusters {
  ClusterSpec at_end, ever;  ///< with all nodes that a partition has had
};

/// What the run's commands have made of partitions. Jobs and the trace's clock are of no matter for that.
Clusters follow_commands(const std::string& events, ClusterSpec cluster) {
  Workload nothing;
  nothing.time_base.is_calendar = true;
  Diagnostics about_jobs;
  const auto commands = read_commands(events, nothing, cluster, about_jobs);
  Clusters all{cluster, cluster};
  for (const TimedCommand& command : commands) {
    const auto* change = std::get_if<ChangePartition>(&command.what);
    if (change == nullptr) continue;
    all.at_end.partitions[change->partition.index()] = change->as;
    PartitionSpec& ever = all.ever.partitions[change->partition.index()];
    ever.nodes.insert(ever.nodes.end(), change->as.nodes.begin(), change->as.nodes.end());
    if (ever.over_subscribe.mode < change->as.over_subscribe.mode) ever.over_subscribe = change->as.over_subscribe;
  }
  return all;
}

}  // namespace

CLI::App* add_verify_command(CLI::App& app, VerifyArguments& arguments) {
  CLI::App* command = app.add_subcommand("verify", "Check results: nothing over-allocated, every figure recomputed");
  command->add_option("results", arguments.results, "A folder written by `sluice run --out`")->required()
      ->type_name("RESULTS");
  command->add_option("--cluster", arguments.cluster, "The cluster, when it is no longer where the run found it")
      ->type_name("DIR|pool:N");
  command->add_flag("--json", arguments.json, "Print JSON");
  return command;
}

ExitCode verify(const VerifyArguments& arguments) {
  const Json run = read_run(std::filesystem::path{arguments.results} / "run.json");
  Diagnostics diags;
  const auto sets = read_overrides(run.value("set", std::vector<std::string>{}), diags);
  std::string where = arguments.cluster;
  if (where.empty()) {
    where = run.at("cluster").get<std::string>();
    insist_on_same_cluster(run);
  }
  const auto cluster = open_cluster(where, sets, diags);
  if (!cluster) throw BadInput{diags.text()};
  const auto told = run.value("arguments", std::vector<std::string>{});
  const std::string events = told.empty() ? std::string{} : recorded_arguments(told, arguments.results).events;
  const Clusters clusters = events.empty() ? Clusters{*cluster, *cluster} : follow_commands(events, *cluster);
  const auto report = report::verify_results(arguments.results, clusters.at_end, clusters.ever);
  fmt::print("{}", arguments.json ? report.json() : report.text());
  return report.ok() ? ExitCode::fine : ExitCode::negative;
}

}  // namespace sluice::app
