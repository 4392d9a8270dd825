#include "simulator/app/recorded_run.hpp"
#include "simulator/app/run_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "simulator/app/prepared_run.hpp"
#include "simulator/app/progress.hpp"
#include "simulator/app/snapshot.hpp"
#include "simulator/app/trace_options.hpp"
#include "simulator/app/version.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/civil_time.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/engine/simulation.hpp"
#include "simulator/report/explanation.hpp"
#include "simulator/report/job_watch.hpp"
#include "simulator/report/recorder.hpp"
#include "simulator/report/sacct_text.hpp"
#include "simulator/report/sinfo_text.hpp"
#include "simulator/report/state_text.hpp"
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
  const bool nothing_ran = unrunnable.jobs == jobs && arguments.state.empty();
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

/// --cluster and --workload are needed, unless the run is that of a snapshot, to which only the way to say its results
/// can be added.
void check_what_goes_together(const CLI::App& run) {
  if (run.count("--resume") == 0) {
    if (run.count("--cluster") == 0) throw CLI::RequiredError{"--cluster"};
    if (run.count("--workload") + run.count("--state") == 0) throw CLI::RequiredError{"--workload"};
    return;
  }
  constexpr std::array own = {"--help", "--resume", "--out", "--json", "--quiet", "--strict", "--snapshot", "--snapshot-file", "--state-out",
                              "--nodes-out", "--sacct", "--sacct-steps"};
  for (const CLI::Option* option : run.get_options()) {
    const std::string name = option->get_name();
    if (option->count() > 0 && std::find(own.begin(), own.end(), name) == own.end())
      throw CLI::ExcludesError{"--resume", name};
  }
}

/// What the run of a snapshot was told, with what only this command can say.
RunArguments resumed_arguments(const RunArguments& now, const Snapshot& snapshot) {
  RunArguments a = recorded_arguments(snapshot.head().arguments, now.resume);
  a.out = now.out;
  a.json = now.json;
  a.quiet = now.quiet;
  a.strict = a.strict || now.strict;
  a.snapshots = now.snapshots;
  a.snapshot_file = now.snapshot_file;
  a.state_out = now.state_out;
  a.nodes_out = now.nodes_out;
  a.sacct = now.sacct;
  a.sacct_steps = now.sacct_steps;
  return a;
}

/// A simulation with who watches it.
struct Play {
  Play(const RunArguments& a, PreparedRun& prepared)
      : recorder{prepared.cluster, prepared.workload.jobs.size(),
                 a.timeline == "all" ? report::TimelineDetail::all : report::TimelineDetail::thinned},
        progress{prepared.workload} {
    recorder.measure(prepared.measure);
    std::vector<Observer*> observers{&recorder};
    if (progress.is_shown()) observers.push_back(&progress);
    if (a.resume.empty())
      for (std::size_t i = 0; i < std::min(prepared.asked.size(), most_watched); ++i)
        observers.push_back(
            watches.emplace_back(std::make_unique<report::JobWatch>(prepared.asked[i], prepared.workload, prepared.cluster)).get());
    simulation.emplace(prepared.workload, prepared.cluster, std::move(prepared.policies), std::move(observers), Memo::on,
                       a.trace.seed);
    if (prepared.start_usage) simulation->begin_with(*prepared.start_usage);
    simulation->let_commands_change(prepared.cluster);
    simulation->set_commands(prepared.commands);
    simulation->decide_from(prepared.decides_from);
  }
  static constexpr std::size_t most_watched = 3;
  report::Recorder recorder;
  std::vector<std::unique_ptr<report::JobWatch>> watches;  ///< of jobs that are asked about
  Progress progress;
  std::optional<Simulation> simulation;
};

/// A moment of the trace as a text: a date, if the trace has them.
std::string moment_text(Time at, const TimeBase& base) {
  const Duration in_trace = base.zero + at.time_since_epoch();
  const auto origin = base.calendar_origin();
  return origin ? format_civil(*origin + in_trace) : fmt::to_string(to_seconds(in_trace));
}

std::string snapshot_name(std::string name, Time at, const TimeBase& base) {
  if (const auto place = name.find("%t"); place != std::string::npos) name.replace(place, 2, moment_text(at, base));
  return name;
}

/// To the end, with snapshots on the way.
RunStatistics simulate(Play& play, const RunArguments& a, const std::vector<std::string>& argv, const PreparedRun& prepared,
                       const std::atomic<bool>& stop) {
  if (!prepared.snapshots.empty()) {
    SnapshotHead head{version(), commit(), argv, inputs_of(a, prepared), {}};
    for (const Time at : prepared.snapshots) {
      const RunStatistics so_far = play.simulation->run({at, &stop});
      if (stop.load() || so_far.circle) break;
      head.at = at;
      write_snapshot(snapshot_name(a.snapshot_file, at, prepared.workload.time_base), head, *play.simulation, play.recorder);
    }
  }
  return play.simulation->run({prepared.until, &stop});
}

constexpr std::size_t most_forecasts = 20;

/// When the jobs start that --workload adds to --state, and what they wait for until then.
std::string forecast(Play& play, const PreparedRun& prepared) {
  std::string out;
  const report::JobRows rows = play.recorder.rows(play.simulation->jobs());
  for (std::size_t i = 0; i < std::min(prepared.asked.size(), most_forecasts); ++i) {
    const report::JobRow row = rows[prepared.asked[i].index()];
    if (i == 0) out += fmt::format("{:<16}{:<26}{:>12}   {}\n", "Job", "starts", "from now", "waits for");
    const std::string_view told = play.recorder.jobs().reason_text(row.id);
    const std::string_view reason = told.empty() ? rows.reason(row) : told;
    if (row.start)
      out += fmt::format("{:<16}{:<26}{:>12}   {}\n", prepared.workload.job_id(row.id),
                         moment_text(*row.start, prepared.workload.time_base),
                         report::human_time(to_seconds(*row.start - prepared.decides_from)), reason);
    else
      out += fmt::format("{:<16}{:<26}{:>12}   {}\n", prepared.workload.job_id(row.id), "not in this run", "-", reason);
  }
  for (auto& watch : play.watches) {
    watch->finish();
    out += '\n' + report::explanation_text(report::explain(*watch));
  }
  return out.empty() ? out : out + '\n';
}

/// What Slurm's own commands would print at the end of the run.
void write_texts(const RunArguments& a, const Play& play, Time now) {
  const Simulation& simulation = *play.simulation;
  if (!a.state_out.empty()) {
    AtomicFile file{a.state_out};
    file.write(report::state_text(simulation.jobs(), simulation.cluster(), now, &play.recorder.jobs()));
    file.commit();
  }
  if (!a.nodes_out.empty()) {
    AtomicFile file{a.nodes_out};
    file.write(report::sinfo_text(simulation.cluster().spec(), simulation.nodes(now)));
    file.commit();
  }
  if (a.sacct.empty()) return;
  AtomicFile file{a.sacct};
  const auto steps = a.sacct_steps ? report::SacctSteps::shown : report::SacctSteps::left_out;
  report::write_sacct(play.recorder.rows(simulation.jobs()), now, steps, [&](std::string_view text) { file.write(text); });
  file.commit();
}

/// A bug is told with what brings it about again.
[[noreturn]] void tell_inputs(const InternalError& error, const RunArguments& a, const PreparedRun& prepared) {
  std::string inputs;
  for (const auto& input : inputs_of(a, prepared))
    inputs += fmt::format("\n  {} {} (xxh64 {})", input.role, input.path.string(),
                          input.digest ? hex64(input.digest->hash) : "unknown");
  throw InternalError{fmt::format("{}\n  seed {}, with these inputs:{}", error.what(), a.trace.seed, inputs)};
}

}  // namespace

CLI::App* add_run_command(CLI::App& app, RunArguments& a) {
  CLI::App* run = app.add_subcommand("run", "Replay a workload on a cluster and report waits and utilization");
  run->add_option("--cluster", a.cluster, "A Slurm configuration folder or file, or pool:N for N identical slots")
      ->type_name("DIR|pool:N");
  run->add_option("--workload", a.trace.workload, "The trace to replay (.gz and .zst are read as they are), or a folder of "
                                            "batch scripts")
      ->type_name("FILE|DIR");
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
  run->add_option("--state", a.state, "Begin with the jobs that run and wait on a cluster, as squeue or sacct printed them; "
                                      "--workload then is what is submitted besides, if anything")
      ->type_name("FILE");
  run->add_option("--state-out", a.state_out, "Write such a text of the moment at which the run ends (see --until)")
      ->type_name("FILE");
  run->add_option("--nodes-out", a.nodes_out, "Write the nodes as sinfo would print them at that moment")->type_name("FILE");
  run->add_option("--sacct", a.sacct, "Write the jobs as `sacct -a -D -P` would print them; --workload reads it again")
      ->type_name("FILE");
  run->add_flag("--sacct-steps", a.sacct_steps, "With rows of their steps: batch, and extern where PrologFlags=Contain");
  run->add_option("--snapshot", a.snapshots, "Write the state at T into a file to --resume from; may be repeated")
      ->type_name("T")->allow_extra_args(false)->take_all();
  run->add_option("--snapshot-file", a.snapshot_file, "Name of that file; %t in it is the moment")
      ->type_name("FILE")->capture_default_str();
  run->add_option("--resume", a.resume, "Go on from a snapshot: the run is that of then, with the same inputs")
      ->type_name("FILE");
  run->add_flag("--json", a.json, "Print summary.json instead of the summary for people");
  run->add_flag("--quiet", a.quiet, "Print no summary and no warnings");
  run->final_callback([run] { check_what_goes_together(*run); });
  run->footer(
      "The simulation's zero is the first kept submission; results keep the trace's own times.\n"
      "Example: sluice run --cluster configs/demo --workload configs/demo/jobs.csv --set SchedulerType=sched/fcfs");
  return run;
}

std::optional<Replayed> replay(const RunArguments& told, const std::vector<std::string>& told_argv,
                               const Policies& policies, const std::atomic<bool>& stop) {
  const auto began = std::chrono::steady_clock::now();
  std::optional<Snapshot> snapshot;
  if (!told.resume.empty()) snapshot = Snapshot::read(told.resume);
  const RunArguments a = snapshot ? resumed_arguments(told, *snapshot) : told;
  const std::vector<std::string>& argv = snapshot ? snapshot->head().arguments : told_argv;
  if (snapshot) insist_on_readable_inputs(snapshot->head().inputs);
  auto prepared = prepare_run(a, policies, a.quiet || snapshot ? Remarks::kept : Remarks::printed);
  if (snapshot) insist_on_same_inputs(snapshot->head().inputs, inputs_of(a, *prepared));
  if (snapshot && !prepared->snapshots.empty() && prepared->snapshots.front() < snapshot->head().at)
    refuse("--snapshot", "lies before the moment of the snapshot", "resume from an earlier one");

  Play play{a, *prepared};
  if (snapshot) snapshot->load(*play.simulation, play.recorder);
  report::RunInfo info;
  try {
    info.statistics = simulate(play, a, argv, *prepared, stop);
  } catch (const InternalError& error) {
    tell_inputs(error, a, *prepared);
  }
  if (stop.load()) return std::nullopt;
  const Simulation& simulation = *play.simulation;
  const Unrunnable unrunnable = find_unrunnable(simulation, play.recorder.rows(simulation.jobs()));
  insist_on_runnable_jobs(unrunnable, prepared->workload.jobs.size(), a);
  info.warnings = unrunnable.refused;
  info.warnings.insert(info.warnings.end(), unrunnable.left_aside.begin(), unrunnable.left_aside.end());
  for (const RefusedCommand& one : simulation.refused_commands())
    info.warnings.push_back(fmt::format("at {} s '{}' is not carried out: {}",
                                        std::chrono::floor<std::chrono::seconds>(one.at.time_since_epoch() +
                                                                                 prepared->workload.time_base.zero)
                                            .count(),
                                        one.what, one.message));
  if (info.statistics.circle)
    for (const Time at : prepared->snapshots)
      if (at > info.statistics.end)
        info.warnings.push_back(fmt::format("no snapshot of {}: the run was stopped before", moment_text(at, prepared->workload.time_base)));
  info.seed = a.trace.seed;
  info.measure = prepared->measure;
  info.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto summary = play.recorder.summarize(simulation.jobs(), info);
  if (!a.out.empty())
    play.recorder.write(a.out, simulation.jobs(), summary, record_of(a, argv, *prepared, info.statistics.fingerprint));
  write_texts(a, play, info.statistics.circle ? info.statistics.end : prepared->until.value_or(info.statistics.end));
  return Replayed{std::move(summary), forecast(play, *prepared)};
}

ExitCode run(const RunArguments& a, const std::vector<std::string>& argv, const Policies& policies,
             const std::atomic<bool>& stop) {
  const auto replayed = replay(a, argv, policies, stop);
  if (!replayed) return ExitCode::interrupted;
  const report::Summary& summary = replayed->summary;
  const auto results = a.out.empty() ? std::nullopt : std::optional<std::filesystem::path>{a.out};
  if (a.json && !a.quiet) fmt::print("{}", report::summary_json(summary));
  if (!a.json && !a.quiet) fmt::print("{}{}", replayed->forecast, report::terminal_summary(summary, results));
  if (!summary.stopped) return ExitCode::fine;
  if (a.json || a.quiet) fmt::print(stderr, "{}", report::endless_text(*summary.stopped));
  return ExitCode::negative;
}

}  // namespace sluice::app
