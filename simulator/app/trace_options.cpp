#include "simulator/app/trace_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "simulator/app/command.hpp"
#include "workloads/reader.hpp"

namespace sluice::app {
namespace {

std::string format_names() {
  std::string names;
  for (const auto& format : workloads::formats()) names += (names.empty() ? "" : ", ") + std::string{format.name};
  return names;
}

}  // namespace

void add_transform_option(CLI::App& command, std::vector<std::string>& transforms) {
  command
      .add_option("--transform", transforms,
                  "Change the trace first, e.g. scale_load=1.2; may be repeated, in order (see `sluice transforms`)")
      ->type_name("NAME=ARGS")
      ->allow_extra_args(false)
      ->take_all();
}

void add_trace_options(CLI::App& command, TraceArguments& a) {
  command.add_option("workload", a.workload, "The trace; .gz and .zst are read as they are")
      ->required()
      ->type_name("FILE");
  command.add_option("--format", a.format, "Its format: " + format_names() + " (default: told by its content)")
      ->type_name("NAME");
  command.add_option("--from", a.from, "Keep jobs submitted at T or later: a date, or seconds in the trace's own base")
      ->type_name("T");
  command.add_option("--to", a.to, "Keep jobs submitted before T")->type_name("T");
  command.add_option("--skip-bad-rows", a.skip_bad_rows, "Leave out up to N broken rows of the trace")
      ->type_name("N")
      ->capture_default_str();
  add_transform_option(command, a.transforms);
  command.add_option("--seed", a.seed, "Seed of transforms that have none of their own")->capture_default_str();
}

std::vector<workloads::Transform> read_transforms(const std::vector<std::string>& texts) {
  Diagnostics diags;
  std::vector<workloads::Transform> steps;
  for (const auto& text : texts)
    if (auto step = workloads::parse_transform(text, diags)) steps.push_back(std::move(*step));
  if (!diags.ok()) throw BadInput{diags.text()};
  return steps;
}

void add_slurm_limits(const ClusterSpec& cluster, const Workload& workload, std::vector<workloads::Transform>& steps) {
  const std::string& scheduler = cluster.scheduler.name;
  if (scheduler != "sched/backfill" && scheduler != "sched/builtin") return;
  const auto sets_limits = [](const workloads::Transform& step) { return step.info->name == "limits"; };
  if (std::any_of(steps.begin(), steps.end(), sets_limits)) return;
  const auto has_limit = [](const JobSpec& job) { return job.limit.has_value(); };
  if (files_of(steps).empty() && std::all_of(workload.jobs.begin(), workload.jobs.end(), has_limit)) return;
  Diagnostics none;
  steps.push_back(workloads::parse_transform("limits=partition", none).value());
}

std::vector<std::string> files_of(const std::vector<workloads::Transform>& steps) {
  std::vector<std::string> files;
  for (const auto& step : steps)
    if (const auto* file = step.arguments.text("file")) files.push_back(*file);
  return files;
}

Workload open_trace(const TraceArguments& a) {
  const auto steps = read_transforms(a.transforms);
  Diagnostics diags;
  auto workload = workloads::read_workload(a.workload, {a.format, a.from, a.to, a.skip_bad_rows}, diags);
  if (!workload || !workloads::apply_transforms(steps, *workload, {a.seed, nullptr}, diags))
    throw BadInput{diags.text()};
  fmt::print(stderr, "{}", diags.text());
  return std::move(*workload);
}

}  // namespace sluice::app
