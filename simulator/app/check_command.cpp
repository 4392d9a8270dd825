#include "simulator/app/check_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "simulator/app/check_report.hpp"
#include "simulator/app/inputs.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/write_cluster.hpp"
#include "workloads/reader.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

/// Files of another configuration beside ours would count as part of it.
void insist_on_new_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored) || fs::is_empty(folder, ignored)) return;
  throw BadInput{
      fmt::format("{}: error: exists and is not empty\n  hint: choose a new folder for --write\n", folder.string())};
}

void write_configuration(const ClusterSpec& cluster, const fs::path& folder) {
  if (cluster.is_pool)
    throw BadInput{"--write: error: a pool has no configuration to write\n  hint: give --cluster a folder\n"};
  insist_on_new_folder(folder);
  ResultsFolder results{folder};
  for (const auto& file : conf::cluster_files(cluster)) results.write(file.name, file.text);
  results.commit();
  Diagnostics said;
  const auto again = conf::load_cluster(folder, {}, said);
  SLUICE_CHECK(again && same_cluster(*again, cluster), "{} does not read back as it was:\n{}", folder.string(),
               said.text());
}

ExitCode exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean: return ExitCode::fine;
    case Verdict::findings: return ExitCode::negative;
    case Verdict::unusable: return ExitCode::bad_input;
  }
  return ExitCode::bad_input;
}

}  // namespace

CLI::App* add_check_command(CLI::App& app, CheckArguments& a) {
  CLI::App* command = app.add_subcommand("check", "Say what is wrong with a cluster's configuration, and what it is");
  command->add_option("--cluster", a.cluster, "A Slurm configuration folder or file, or pool:N")
      ->required()
      ->type_name("DIR|pool:N");
  command->add_option("--workload", a.trace.workload, "A trace, or a folder of batch scripts, to hold against the cluster")
      ->type_name("FILE|DIR");
  add_trace_options(*command, a.trace);
  command->add_option("--set", a.sets, "Override a slurm.conf key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("--write", a.write, "Write the configuration, with what --set changes, into this new folder")
      ->type_name("DIR");
  command->add_flag("--json", a.json, "Print JSON");
  command->footer(
      "Exit code: 0 clean; 1 warnings or findings; 2 unusable: `sluice run` would refuse.\n"
      "Example: sluice check --cluster configs/demo --workload configs/demo/jobs.csv");
  return command;
}

ExitCode check(const CheckArguments& a, const Policies& policies) {
  Diagnostics diags;
  const auto sets = read_overrides(a.sets, diags);
  const auto cluster = open_cluster(a.cluster, sets, diags);
  CheckReport report;
  report.diagnostics = &diags;
  const bool is_sound = cluster && diags.ok();
  if (cluster) {
    report.cluster = &*cluster;
    report.cluster_facts = cluster_facts(*cluster);
    auto copy = *cluster;  // choosing may put another policy in place of one that is not modelled
    static_cast<void>(choose_policies(copy, policies, diags));
  }
  std::optional<Workload> workload;
  if (!a.trace.workload.empty()) {
    auto steps = read_transforms(a.trace);
    workload = read_and_choose(a.trace.workload, read_options(a.trace), steps, diags);
    if (workload && !workloads::apply_transforms(steps, *workload, {a.trace.seed, cluster ? &*cluster : nullptr}, diags))
      workload.reset();
  }
  if (workload && cluster) {
    report.workload = &*workload;
    report.workload_facts = workload_facts(*workload, *cluster);
    report.findings = workload_findings(*report.workload_facts);
  }
  if (is_sound && !a.write.empty()) write_configuration(*cluster, a.write);
  fmt::print("{}", a.json ? check_json(report) : check_text(report));
  return exit_code(verdict(report));
}

}  // namespace sluice::app
