#include "simulator/app/live_start.hpp"
#include "simulator/app/prepared_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "simulator/app/inputs.hpp"
#include "simulator/app/job_owners.hpp"
#include "simulator/app/operator_commands.hpp"
#include "simulator/app/reservation_commands.hpp"
#include "simulator/app/trace_options.hpp"
#include "simulator/base/source.hpp"
#include "simulator/model/dependency_graph.hpp"
#include "workloads/live_state.hpp"
#include "workloads/window.hpp"

namespace sluice::app {
namespace {

[[noreturn]] void give_up(const Diagnostics& diags) { throw BadInput{diags.text()}; }

/// A moment of the trace's own base (or a date) as simulated time.
std::optional<Time> simulated_time(const std::optional<Duration>& in_trace, const TimeBase& base) {
  if (!in_trace) return std::nullopt;
  return Time{*in_trace - base.zero};
}

std::optional<report::MeasureWindow> measure_window(const std::string& text, const TimeBase& base,
                                                    Diagnostics& diags) {
  if (text.empty()) return std::nullopt;
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    diags.error({"--measure", 1, 1}, fmt::format("'{}' is no window", text),
                "write FROM..TO; either end may be left out", text);
    return std::nullopt;
  }
  const auto window = workloads::read_window(text.substr(0, dots), text.substr(dots + 2), base, diags);
  if (!window) return std::nullopt;
  return report::MeasureWindow{simulated_time(window->from, base), simulated_time(window->to, base)};
}

std::optional<Time> end_of_run(const std::string& text, const TimeBase& base, Diagnostics& diags) {
  if (text.empty()) return std::nullopt;
  const auto window = workloads::read_window("", text, base, diags);
  return window ? simulated_time(window->to, base) : std::nullopt;
}

std::vector<Time> snapshot_moments(const RunArguments& a, const PreparedRun& run, Diagnostics& diags) {
  std::vector<Time> moments;
  for (const std::string& text : a.snapshots) {
    const auto at = end_of_run(text, run.workload.time_base, diags);
    if (!at) continue;
    if (*at < Time{})
      diags.error({"--snapshot", 1, 1}, fmt::format("{} lies before the first submission", text), "there is nothing yet", text);
    if (run.until && *at > *run.until)
      diags.error({"--snapshot", 1, 1}, fmt::format("{} lies behind --until {}", text, a.until), "the run does not come to it",
                  text);
    moments.push_back(*at);
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  if (moments.size() > 1 && a.snapshot_file.find("%t") == std::string::npos)
    diags.error({"--snapshot-file", 1, 1}, fmt::format("'{}' is one file for {} snapshots", a.snapshot_file, moments.size()),
                "write %t where the moment is to stand", a.snapshot_file);
  return moments;
}

/// Whether the policies that are named exist and want accounting data, before anything expensive is done.
bool insist_on_policies(ClusterSpec probe, const Policies& policies) {
  Diagnostics diags;
  const auto chosen = choose_policies(probe, policies, diags);
  if (!chosen) give_up(diags);
  return needs_accounting(probe, *chosen);
}

/// The trace and what was read beside it; of a folder, the files in it, in the order of their names.
std::vector<std::string> workload_files(const std::string& workload, std::vector<std::string> beside) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(workload)) {
    beside.insert(beside.begin(), workload);
    return beside;
  }
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator{workload})
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// Of `sshare -a -l -P`. Nothing for an empty file name.
std::optional<accounting::StartUsage> read_start_usage(const std::string& file, const ClusterSpec& cluster,
                                                       Diagnostics& diags) {
  if (file.empty()) return std::nullopt;
  if (!cluster.accounting) {
    diags.error({file, 0, 0}, "start usage means nothing to a cluster without accounting data",
                "put a sacctmgr dump beside slurm.conf");
    return std::nullopt;
  }
  const auto text = read_source(file, diags);
  if (!text) return std::nullopt;
  const accounting::AssociationTree tree{*cluster.accounting};
  const accounting::TresTable tres{cluster.accounting_settings.tres};
  return accounting::read_sshare(*text, tree, tres, diags);
}

}  // namespace

namespace {

/// Circles of dependencies are an error. A job that is not in the trace is taken for one of long ago, as slurmctld does.
void check_dependencies(const std::string& file, const Workload& workload, Diagnostics& diags) {
  const JobLinks links{workload};
  if (const auto circle = find_circle(links, workload.jobs.size()); !circle.empty()) {
    std::string way;
    for (const JobId job : circle) way += fmt::format("{} -> ", workload.job_id(job));
    diags.error({file, 0, 0}, fmt::format("jobs wait for one another: {}{}", way, workload.job_id(circle.front())),
                "change one of their dependencies");
  }
  if (links.unknown().empty()) return;
  const auto& first = links.unknown().front();
  diags.warning({file, 0, 0},
                fmt::format("job {} depends on '{}', which is not in the trace: taken for met, as of a job of long ago{}",
                            workload.job_id(first.job), first.id,
                            links.unknown().size() > 1 ? fmt::format(" ({} more like this)", links.unknown().size() - 1)
                                                       : std::string{}));
}

/// Options that only Slurm's own loops and selection heed.
void warn_of_layouts(const std::string& file, const Workload& workload, Diagnostics& diags) {
  const auto count = [&](auto asks) {
    return static_cast<std::size_t>(std::count_if(workload.jobs.begin(), workload.jobs.end(), asks));
  };
  const auto laid_out =
      count([&](const JobSpec& job) { return workload.request(job.request).layout != LayoutRequest{}; });
  const auto shorter = count([&](const JobSpec& job) { return workload.extras[job.extras].time_min.has_value(); });
  const auto reserved = count([&](const JobSpec& job) {
    const JobExtras& extras = workload.extras[job.extras];
    return !extras.reservation.empty();
  });
  const auto warn = [&](std::size_t jobs, std::string_view what, std::string_view heeded_by) {
    if (jobs > 0)
      diags.warning({file, 0, 0},
                    fmt::format("{} job{} with {}: heeded by {} only", jobs, jobs == 1 ? "" : "s", what, heeded_by));
  };
  warn(laid_out, "options that lay out tasks or nodes (--contiguous, --ntasks-per-socket, --switches, --tmp, ...)",
       "select/cons_tres with Slurm's loops");
  const auto components = count([&](const JobSpec& job) { return !workload.extras[job.extras].het_group.empty(); });
  warn(components, "het-group, components of heterogeneous jobs", "sched/backfill");
  warn(shorter, "--time-min", "sched/backfill");
  warn(reserved, "--reservation", "Slurm's loops");
}

}  // namespace

namespace {

/// slurmctld would requeue these for ever, so that the trace must tell of their last runs.
void warn_of_requeue_exit(const Workload& workload, const ClusterSpec& cluster, const std::string& file,
                          Diagnostics& diags) {
  const auto& codes = cluster.job_settings.requeue_exit;
  const auto is_one = [&](const JobSpec& job) {
    const bool ends_so = job.outcome == Outcome::completed || job.outcome == Outcome::failed;
    return ends_so && std::find(codes.begin(), codes.end(), job.exit_code) != codes.end();
  };
  const auto jobs = std::count_if(workload.jobs.begin(), workload.jobs.end(), is_one);
  if (jobs == 0) return;
  diags.warning({file, 0, 0},
                fmt::format("{} job{} end{} with an exit code of RequeueExit: taken for {} last run", jobs,
                            jobs == 1 ? "" : "s", jobs == 1 ? "s" : "", jobs == 1 ? "its" : "their"),
                "give the exit codes of the runs before it in a column earlier-exits");
}

template <class... Kinds>
bool is_one_of(const Command& command) {
  return (std::holds_alternative<Kinds>(command) || ...);
}

/// Research schedulers have made up their minds about partitions and nodes before they begin, know of no reservations, and
/// keep no queue that could be changed.
void check_commands(const RunArguments& a, const PolicySet& policies, const PreparedRun& run, Diagnostics& diags) {
  if (policies.loops) return;
  const auto refuse = [&](bool (*is_unknown)(const Command&), const std::string& message, std::string_view what) {
    if (std::any_of(run.commands.begin(), run.commands.end(),
                    [&](const TimedCommand& command) { return is_unknown(command.what); }))
      diags.error({a.events, 0, 0}, fmt::format("{} under SchedulerType={}", message, run.cluster.scheduler.name),
                  fmt::format("use sched/backfill or sched/builtin, or leave out the {}", what));
  };
  refuse(changes_cluster, "of partitions and nodes only State can be changed", "other changes");
  refuse(is_one_of<CreateReservation, UpdateReservation, DeleteReservation>, "reservations are not modelled",
         "commands about reservations");
  refuse(is_one_of<TopJobs>, "'scontrol top' is not modelled", "command");
}

/// False after an error.
bool begin_with_state(const std::string& file, const workloads::RunTimeModel& run_times, std::optional<Workload> trace,
                      PreparedRun& run, Diagnostics& diags) {
  if (run.cluster.is_pool) {
    diags.error({"--state", 1, 1}, "a pool has no nodes that jobs could run on", "give --cluster a slurm.conf", file);
    return false;
  }
  const auto text = read_source(file, diags);
  auto state = text ? workloads::read_live_state(*text, run_times, diags) : std::nullopt;
  if (!state) return false;
  auto begin = begin_with(std::move(*state), std::move(trace), run.cluster, diags);
  if (!begin) return false;
  run.workload = std::move(begin->workload);
  run.commands = std::move(begin->commands);
  run.decides_from = begin->now;
  std::unordered_map<std::string_view, JobId> jobs;
  for (std::uint32_t i = 0; i < run.workload.jobs.size(); ++i) jobs.emplace(run.workload.job_id(JobId{i}), JobId{i});
  for (const std::string& id : begin->asked) run.asked.push_back(jobs.at(id));
  return true;
}

}  // namespace

std::unique_ptr<PreparedRun> prepare_run(const RunArguments& a, const Policies& policies, Remarks remarks) {
  Diagnostics diags;
  auto run = std::make_unique<PreparedRun>();
  const auto sets = read_overrides(a.sets, diags);
  if (!diags.ok()) give_up(diags);
  auto cluster = open_cluster(a.cluster, sets, diags);
  if (!cluster) give_up(diags);
  run->cluster = std::move(*cluster);
  const bool wants_accounting = insist_on_policies(run->cluster, policies);  // before a long trace is read
  run->steps = read_transforms(a.trace);
  auto reading = read_options(a.trace);
  reading.on_file = [&](const std::filesystem::path& file) { run->files_beside.push_back(file.string()); };
  std::optional<Workload> trace;
  if (!a.trace.workload.empty()) {
    trace = read_and_choose(a.trace.workload, reading, run->steps, diags);
    if (!trace) give_up(diags);
    add_slurm_limits(run->cluster, *trace, run->steps);
    if (!workloads::apply_transforms(run->steps, *trace, {a.trace.seed, &run->cluster}, diags)) give_up(diags);
  }
  if (a.state.empty())
    run->workload = std::move(*trace);
  else if (!begin_with_state(a.state, reading.run_times, std::move(trace), *run, diags))
    give_up(diags);
  name_owners(run->workload, run->cluster);
  if (wants_accounting && !run->cluster.accounting) {
    run->cluster.accounting = accounting_of(run->workload);
    run->workload.report.assumptions.push_back(
        "the cluster's folder has no accounting data: every user and account of the trace has one share");
  }
  check_dependencies(a.state.empty() ? a.trace.workload : a.state, run->workload, diags);
  if (!a.events.empty()) {
    auto commands = read_commands(a.events, run->workload, run->cluster, diags);
    std::move(commands.begin(), commands.end(), std::back_inserter(run->commands));
    std::stable_sort(run->commands.begin(), run->commands.end(), [](const auto& x, const auto& y) { return x.at < y.at; });
  }
  auto chosen = choose_policies(run->cluster, policies, diags);
  if (chosen) {
    check_commands(a, *chosen, *run, diags);
    settle_reservations(run->workload, run->commands, run->cluster, a.trace.workload, diags);
    warn_of_requeue_exit(run->workload, run->cluster, a.trace.workload, diags);
  }
  run->measure = measure_window(a.measure, run->workload.time_base, diags);
  run->until = end_of_run(a.until, run->workload.time_base, diags);
  run->snapshots = snapshot_moments(a, *run, diags);
  run->start_usage = read_start_usage(a.start_usage, run->cluster, diags);
  if (!diags.ok()) give_up(diags);
  run->policies = std::move(*chosen);
  if (!run->policies.loops) warn_of_layouts(a.trace.workload, run->workload, diags);
  if (remarks == Remarks::printed) fmt::print(stderr, "{}", diags.text());
  return run;
}

std::vector<report::InputFile> inputs_of(const RunArguments& arguments, const PreparedRun& prepared) {
  std::vector<report::InputFile> inputs;
  if (!arguments.state.empty()) inputs.push_back(report::describe_input("state", arguments.state));
  if (!arguments.trace.workload.empty())
    for (const auto& file : workload_files(arguments.trace.workload, prepared.files_beside))
      inputs.push_back(report::describe_input("workload", file));
  for (const auto& text : arguments.trace.transforms_files)
    inputs.push_back(report::describe_input("transform", file_of_steps(text)));
  if (!arguments.events.empty()) inputs.push_back(report::describe_input("events", arguments.events));
  for (const auto& file : files_of(prepared.steps)) inputs.push_back(report::describe_input("transform", file));
  if (!arguments.start_usage.empty())
    inputs.push_back(report::describe_input("start-usage", arguments.start_usage));
  for (const auto& file : prepared.cluster.files) inputs.push_back(report::describe_input("cluster", file));
  return inputs;
}

}  // namespace sluice::app
