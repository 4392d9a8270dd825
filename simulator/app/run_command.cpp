#include "simulator/app/run_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "simulator/app/prepared_run.hpp"
#include "simulator/app/progress.hpp"
#include "simulator/app/trace_options.hpp"
#include "simulator/app/version.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/engine/simulation.hpp"
#include "simulator/report/recorder.hpp"
#include "simulator/report/terminal.hpp"

namespace sluice::app {
namespace {

/// Counts jobs by a text, remembering the first of each, in order of first appearance.
class Tally {
 public:
  void add(std::string_view text, JobId job) {
    auto known = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.text == text; });
    if (known == rows_.end()) known = rows_.insert(rows_.end(), Row{std::string{text}, 0, job});
    ++known->count;
  }
  /// "3 jobs WHAT: TEXT (first: job 17)", a line each.
  void append_lines(std::vector<std::string>& lines, std::string_view what, const Workload& workload) const {
    for (const Row& row : rows_)
      lines.push_back(fmt::format("{} job{} {}: {} (first: job {})", row.count, row.count == 1 ? "" : "s", what, row.text,
                                  workload.job_id(row.first)));
  }

 private:
  struct Row {
    std::string text;
    std::size_t count;
    JobId first;
  };
  std::vector<Row> rows_;
};

/// Jobs that this cluster can never run: refused at submission, or left aside for ever by their partition's limits.
struct Unrunnable {
  std::size_t jobs = 0, refused_jobs = 0;
  std::vector<std::string> refused, left_aside;  ///< said once a cause
};

Unrunnable find_unrunnable(const Simulation& simulation, const report::JobRows& rows) {
  Unrunnable found;
  Tally refused, left_aside;
  const Workload& workload = rows.workload();
  for (std::uint32_t i = 0; i < simulation.jobs().size(); ++i) {
    const JobId id{i};
    const Job& job = simulation.jobs().job(id);
    if (std::holds_alternative<Rejected>(job.state)) {
      refused.add(rows.reason(rows[i]), id);
      ++found.refused_jobs;
    } else if (std::holds_alternative<Pending>(job.state)) {
      if (!is_of_partition(job.reason) && !is_limit(job.reason) && !is_hindrance(job.reason)) continue;
      left_aside.add(reason_name(job.reason), id);
      ++found.jobs;
    }
  }
  found.jobs += found.refused_jobs;
  refused.append_lines(found.refused, "rejected at submission", workload);
  left_aside.append_lines(found.left_aside, "left waiting", workload);
  return found;
}

/// Ends the command when there was nothing to run, or with --strict when a job was refused.
void insist_on_runnable_jobs(const Unrunnable& unrunnable, std::size_t jobs, const RunArguments& arguments) {
  const bool nothing_ran = unrunnable.jobs == jobs;
  if (!nothing_ran && (!arguments.strict || unrunnable.refused_jobs == 0)) return;
  Diagnostics diags;
  const std::string hint =
      nothing_ran ? "no job of the trace can ever run on this cluster" : "leave out --strict to run the others";
  for (const auto& line : unrunnable.refused) diags.error({arguments.trace.workload, 0, 0}, line, hint);
  if (nothing_ran)
    for (const auto& line : unrunnable.left_aside) diags.error({arguments.trace.workload, 0, 0}, line, hint);
  throw BadInput{diags.text()};
}

report::RunRecord record_of(const RunArguments& arguments, const std::vector<std::string>& argv,
                            const PreparedRun& prepared, std::uint64_t fingerprint) {
  report::RunRecord record;
  record.arguments = argv;
  record.cluster = arguments.cluster;
  record.sets = arguments.sets;
  record.inputs = inputs_of(arguments, prepared);
  record.seed = arguments.trace.seed;
  record.version = version();
  record.commit = commit();
  record.fingerprint = fingerprint;
  return record;
}

}  // namespace

CLI::App* add_run_command(CLI::App& app, RunArguments& a) {
  CLI::App* run = app.add_subcommand("run", "Replay a workload on a cluster and report waits and utilization");
  run->add_option("--cluster", a.cluster, "A Slurm configuration folder or file, or pool:N for N identical slots")
      ->required()->type_name("DIR|pool:N");
  run->add_option("--workload", a.trace.workload, "The trace to replay (.gz and .zst are read as they are), or a folder of "
                                            "batch scripts")
      ->required()->type_name("FILE|DIR");
  run->add_option("--set", a.sets, "Override a slurm.conf key, e.g. SchedulerType=sched/easy; may be repeated")
      ->type_name("KEY=VALUE")->allow_extra_args(false)->take_all();
  add_trace_options(*run, a.trace);
  run->add_option("--events", a.events, "What operators do meanwhile: rows of t,command with scontrol, scancel, node-kill "
                                        "and node-start")
      ->type_name("FILE");
  run->add_option("--until", a.until, "Stop simulating at T; jobs that run or wait then are reported as censored")
      ->type_name("T");
  run->add_option("--measure", a.measure, "Take statistics only of jobs submitted in this window")
      ->type_name("FROM..TO");
  run->add_option("--start-usage", a.start_usage, "What everybody had used before, as `sshare -a -l -P` printed it "
                                                  "(default: nothing)")
      ->type_name("FILE");
  run->add_flag("--strict", a.strict, "A job that can never run here ends the run with exit code 2");
  run->add_option("--out", a.out, "Write jobs.csv, timeline.csv, summary.json and run.json into this folder")
      ->type_name("DIR");
  run->add_option("--timeline", a.timeline, "Rows of timeline.csv: at most 10,000, or one for every change")
      ->check(CLI::IsMember({"thinned", "all"}))->capture_default_str();
  run->add_flag("--json", a.json, "Print summary.json instead of the summary for people");
  run->add_flag("--quiet", a.quiet, "Print no summary and no warnings");
  run->footer(
      "The simulation's zero is the first kept submission; results keep the trace's own times.\n"
      "Example: sluice run --cluster configs/demo --workload configs/demo/jobs.csv --set SchedulerType=sched/fcfs");
  return run;
}

std::optional<report::Summary> replay(const RunArguments& a, const std::vector<std::string>& argv,
                                      const Policies& policies, const std::atomic<bool>& stop) {
  const auto began = std::chrono::steady_clock::now();
  auto prepared = prepare_run(a, policies, a.quiet ? Remarks::kept : Remarks::printed);

  report::Recorder recorder{prepared->cluster, prepared->workload.jobs.size(),
                            a.timeline == "all" ? report::TimelineDetail::all : report::TimelineDetail::thinned};
  recorder.measure(prepared->measure);
  report::RunInfo info;
  std::optional<Simulation> simulation;
  {
    Progress progress{prepared->workload};
    std::vector<Observer*> observers{&recorder};
    if (progress.is_shown()) observers.push_back(&progress);
    simulation.emplace(prepared->workload, prepared->cluster, std::move(prepared->policies), std::move(observers),
                       Memo::on, a.trace.seed);
    if (prepared->start_usage) simulation->begin_with(*prepared->start_usage);
    simulation->set_commands(prepared->commands);
    info.statistics = simulation->run({prepared->until, &stop});
  }
  if (stop.load()) return std::nullopt;
  const Unrunnable unrunnable = find_unrunnable(*simulation, recorder.rows(simulation->jobs()));
  insist_on_runnable_jobs(unrunnable, prepared->workload.jobs.size(), a);
  info.warnings = unrunnable.refused;
  info.warnings.insert(info.warnings.end(), unrunnable.left_aside.begin(), unrunnable.left_aside.end());
  for (const RefusedCommand& one : simulation->refused_commands())
    info.warnings.push_back(fmt::format("at {} s slurmctld would have refused '{}': {}",
                                        std::chrono::floor<std::chrono::seconds>(one.at.time_since_epoch() +
                                                                                 prepared->workload.time_base.zero)
                                            .count(),
                                        one.what, one.message));
  info.seed = a.trace.seed;
  info.measure = prepared->measure;
  info.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto summary = recorder.summarize(simulation->jobs(), info);
  if (!a.out.empty())
    recorder.write(a.out, simulation->jobs(), summary, record_of(a, argv, *prepared, info.statistics.fingerprint));
  return summary;
}

ExitCode run(const RunArguments& a, const std::vector<std::string>& argv, const Policies& policies,
             const std::atomic<bool>& stop) {
  const auto summary = replay(a, argv, policies, stop);
  if (!summary) return ExitCode::interrupted;
  const auto results = a.out.empty() ? std::nullopt : std::optional<std::filesystem::path>{a.out};
  if (!a.quiet) fmt::print("{}", a.json ? report::summary_json(*summary) : report::terminal_summary(*summary, results));
  return ExitCode::fine;
}

}  // namespace sluice::app
