#include "simulator/app/trace_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iterator>

#include "simulator/app/command.hpp"
#include "simulator/app/inputs.hpp"
#include "workloads/reader.hpp"

namespace sluice::app {
namespace {

std::string format_names() {
  std::string names;
  for (const auto& format : workloads::formats()) names += (names.empty() ? "" : ", ") + std::string{format.name};
  return names;
}

}  // namespace

void add_trace_options(CLI::App& command, TraceArguments& a) {
  command.add_option("--format", a.format, "Its format: " + format_names() + " (default: told by its content)")
      ->type_name("NAME");
  command.add_option("--from", a.from, "Keep jobs submitted at T or later: a date, or seconds in the trace's own base")
      ->type_name("T");
  command.add_option("--to", a.to, "Keep jobs submitted before T")->type_name("T");
  command
      .add_option("--transform", a.transforms,
                  "Change the trace first, e.g. scale_load=1.2; may be repeated, in order (see `sluice transforms`)")
      ->type_name("NAME=ARGS")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option(
          "--transforms", a.transforms_files,
          "Steps as a JSON list, [{\"scale_load\": 1.2}, ...]; FILE#/a/b is the list at that place of a document. They "
          "come before those of --transform; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->take_all();
  command.add_option("--seed", a.seed, "Seed of everything drawn at random")->capture_default_str();
  command.add_option("--skip-bad-rows", a.skip_bad_rows, "Leave out up to N broken rows of the trace")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--timezone", a.timezone,
                  "Of the dates in a sacct dump: UTC, +02:00, Europe/Berlin (default: local time, left as it is)")
      ->type_name("ZONE");
  command
      .add_option("--run-share", a.run_share,
                  "Batch scripts that do not say how long they run take this share of their time limit")
      ->check(CLI::PositiveNumber)
      ->type_name("X")
      ->capture_default_str();
  command.add_option("--run-default", a.run_default, "... and those without a limit this many seconds")
      ->check(CLI::PositiveNumber)
      ->type_name("S")
      ->capture_default_str();
}

void add_trace_argument(CLI::App& command, TraceArguments& a, std::string& cluster) {
  command
      .add_option("workload", a.workload, "The trace (.gz and .zst are read as they are), or a folder of batch scripts")
      ->required()
      ->type_name("FILE|DIR");
  command.add_option("--cluster", cluster, "Whose partitions say DefaultTime, for --transform limits=partition")
      ->type_name("DIR");
}

workloads::ReadOptions read_options(const TraceArguments& a) {
  workloads::ReadOptions options;
  options.format = a.format;
  options.from = a.from;
  options.to = a.to;
  options.skip_bad_rows = a.skip_bad_rows;
  options.timezone = a.timezone;
  options.run_times.share_of_limit = a.run_share;
  options.run_times.without_limit = Duration{std::llround(a.run_default * 1000)};
  return options;
}

std::string file_of_steps(const std::string& text) { return text.substr(0, text.find("#/")); }

std::vector<workloads::Transform> read_transforms(const TraceArguments& a) {
  Diagnostics diags;
  std::vector<workloads::Transform> steps;
  for (const auto& text : a.transforms_files) {
    const auto file = file_of_steps(text);
    const auto pointer = text.substr(std::min(file.size() + 1, text.size()));
    const auto document = read_whole(file, diags);
    if (!document) continue;
    auto read = workloads::parse_transforms_json(file, *document, pointer, diags);
    if (read && read->empty() && !pointer.empty())
      diags.error({file}, fmt::format("there are no steps at {}", pointer));
    if (read) std::move(read->begin(), read->end(), std::back_inserter(steps));
  }
  for (const auto& text : a.transforms)
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

std::optional<Workload> read_and_choose(const std::string& file, workloads::ReadOptions options,
                                        std::vector<workloads::Transform>& steps, Diagnostics& diags) {
  const auto choosing = workloads::choosing_steps(steps);
  options.choose = std::span{steps}.first(choosing);
  auto workload = workloads::read_workload(file, options, diags);
  steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(choosing));
  return workload;
}

Workload open_trace(const TraceArguments& a, const std::string& cluster) {
  auto steps = read_transforms(a);
  Diagnostics diags;
  std::optional<ClusterSpec> spec;
  if (!cluster.empty() && !(spec = open_cluster(cluster, {}, diags))) throw BadInput{diags.text()};
  auto workload = read_and_choose(a.workload, read_options(a), steps, diags);
  if (!workload || !workloads::apply_transforms(steps, *workload, {a.seed, spec ? &*spec : nullptr}, diags))
    throw BadInput{diags.text()};
  fmt::print(stderr, "{}", diags.text());
  return std::move(*workload);
}

}  // namespace sluice::app
