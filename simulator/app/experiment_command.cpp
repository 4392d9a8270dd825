#include "simulator/app/experiment_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "simulator/app/experiment_file.hpp"
#include "simulator/app/inputs.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/hash.hpp"
#include "simulator/report/terminal.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

/// `sluice run` with the same outcome, for run.json.
std::vector<std::string> command_line(const RunArguments& a) {
  std::vector<std::string> words{"sluice", "run", "--cluster", a.cluster, "--workload", a.trace.workload};
  const auto add = [&](std::string_view option, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(option);
    words.push_back(value);
  };
  for (const auto& set : a.sets) add("--set", set);
  for (const auto& steps : a.trace.transforms_files) add("--transforms", steps);
  add("--format", a.trace.format);
  add("--from", a.trace.from);
  add("--to", a.trace.to);
  add("--timezone", a.trace.timezone);
  if (a.trace.skip_bad_rows > 0) add("--skip-bad-rows", std::to_string(a.trace.skip_bad_rows));
  add("--until", a.until);
  add("--measure", a.measure);
  add("--seed", std::to_string(a.trace.seed));
  add("--out", a.out);
  return words;
}

/// A mistake of the last variant should not show after an hour.
void insist_on_inputs(const Experiment& experiment, const Policies& policies) {
  Diagnostics diags;
  std::string seen;
  for (const auto& run : experiment.runs) {
    if (run.variant == seen) continue;
    seen = run.variant;
    Diagnostics own;
    auto cluster = open_cluster(run.arguments.cluster, read_overrides(run.arguments.sets, own), own);
    if (cluster) static_cast<void>(choose_policies(*cluster, policies, own));
    std::error_code ignored;
    if (!fs::exists(run.arguments.trace.workload, ignored)) own.error({run.arguments.trace.workload}, "no such file");
    if (own.ok()) continue;
    diags.error(run.at, fmt::format("variant '{}' cannot run", run.variant), {}, run.source_line);
    for (const auto& one : own.all())
      if (one.severity == Severity::error) diags.error(one.at, one.message, one.hint, one.source_line);
  }
  if (!diags.ok()) throw BadInput{diags.text()};
}

/// A row of the comparison.
struct Compared {
  const ExperimentRun* run;
  report::Summary summary;
};

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.6g}", *value) : std::string{}; }

std::string comparison_csv(const std::vector<Compared>& rows) {
  std::string out =
      "variant,seed,jobs,ended,wait_mean_s,wait_median_s,wait_p95_s,completion_mean_s,slowdown_mean,cpu_utilization,"
      "gpu_utilization,makespan_s,fingerprint\n";
  for (const auto& [run, s] : rows) {
    const auto mean = [](const report::Spread& spread) {
      return spread.count > 0 ? std::optional{spread.mean} : std::nullopt;
    };
    const auto& wait = s.whole.wait_s;
    const bool waited = wait.count > 0;
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", run->variant, run->arguments.trace.seed,
                       s.whole.jobs.total, s.whole.jobs.completed, number(mean(wait)),
                       number(waited ? std::optional{wait.median} : std::nullopt),
                       number(waited ? std::optional{wait.p95} : std::nullopt), number(mean(s.whole.jct_s)),
                       number(mean(s.whole.bounded_slowdown)), number(s.whole.utilization.cpu),
                       number(s.whole.utilization.gpu), number(s.makespan_s), hex64(s.run.statistics.fingerprint));
  }
  return out;
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f}%", *share * 100) : std::string{"-"};
}

std::string comparison_text(const Experiment& experiment, const std::vector<Compared>& rows) {
  std::size_t width = 7;
  for (const auto& row : rows) width = std::max(width, row.run->variant.size());
  std::string out = fmt::format("{:<{}}{:>6}{:>10}{:>11}{:>11}{:>11}{:>10}{:>8}{:>8}{:>11}\n", "Variant", width, "seed",
                                "jobs", "mean wait", "median", "p95", "slowdown", "CPUs", "GPUs", "makespan");
  for (const auto& [run, s] : rows) {
    const auto& wait = s.whole.wait_s;
    const auto time = [&](double seconds) { return wait.count > 0 ? report::human_time(seconds) : std::string{"-"}; };
    out +=
        fmt::format("{:<{}}{:>6}{:>10}{:>11}{:>11}{:>11}{:>10}{:>8}{:>8}{:>11}\n", run->variant, width,
                    run->arguments.trace.seed, s.whole.jobs.total, time(wait.mean), time(wait.median), time(wait.p95),
                    s.whole.bounded_slowdown.count > 0 ? fmt::format("{:.2f}", s.whole.bounded_slowdown.mean) : "-",
                    percent(s.whole.utilization.cpu), percent(s.whole.utilization.gpu),
                    s.makespan_s ? report::human_time(*s.makespan_s) : "-");
  }
  return out + fmt::format("Results in {}\n", experiment.out);
}

std::string comparison_json(const std::vector<Compared>& rows) {
  auto runs = nlohmann::ordered_json::array();
  for (const auto& [run, summary] : rows)
    runs.push_back({{"variant", run->variant},
                    {"seed", run->arguments.trace.seed},
                    {"results", run->arguments.out},
                    {"summary", nlohmann::ordered_json::parse(report::summary_json(summary))}});
  return runs.dump(2) + "\n";
}

/// Runs that were stopped as they had no end.
ExitCode tell_endless(const std::vector<Compared>& rows) {
  ExitCode code = ExitCode::fine;
  for (const auto& [run, summary] : rows) {
    if (!summary.stopped) continue;
    fmt::print(stderr, "{}, seed {}: {}", run->variant, run->arguments.trace.seed, report::endless_text(*summary.stopped));
    code = ExitCode::negative;
  }
  return code;
}

/// --out moves every run's folder.
void move_results(Experiment& experiment, const std::string& out) {
  for (auto& run : experiment.runs)
    run.arguments.out = (fs::path{out} / fs::path{run.arguments.out}.filename()).string();
  experiment.out = out;
}

}  // namespace

CLI::App* add_experiment_command(CLI::App& app, ExperimentArguments& a) {
  CLI::App* command = app.add_subcommand("experiment", "Run the variants of an experiment and compare them");
  command->add_option("file", a.file, "A JSON file that says which cluster, trace, variants and seeds")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--out", a.out,
                   "The folder of all results (default: the file's \"out\", else results/NAME beside it)")
      ->type_name("DIR");
  command->add_flag("--json", a.json, "Print the summaries of all runs as JSON");
  command->footer(
      "{\"cluster\": \"configs/demo\", \"workload\": \"jobs.csv\", \"seeds\": [1, 2], \"transforms\": "
      "[{\"scale_load\": 1.2}],\n"
      " \"variants\": [{\"name\": \"fcfs\", \"set\": {\"SchedulerType\": \"sched/fcfs\"}}, ...]}\n"
      "Files are relative to the experiment's folder. Each run gets a results folder; comparison.csv compares them.");
  return command;
}

ExitCode experiment(const ExperimentArguments& a, const Policies& policies, const std::atomic<bool>& stop) {
  Diagnostics diags;
  auto experiment = read_experiment(a.file, diags);
  if (!experiment) throw BadInput{diags.text()};
  if (!a.out.empty()) move_results(*experiment, a.out);
  insist_on_inputs(*experiment, policies);
  std::vector<Compared> rows;
  for (const auto& run : experiment->runs) {
    auto replayed = replay(run.arguments, command_line(run.arguments), policies, stop);
    if (!replayed) return ExitCode::interrupted;
    rows.push_back({&run, std::move(replayed->summary)});
  }
  AtomicFile table{fs::path{experiment->out} / "comparison.csv"};
  table.write(comparison_csv(rows));
  table.commit();
  fmt::print("{}", a.json ? comparison_json(rows) : comparison_text(*experiment, rows));
  return tell_endless(rows);
}

}  // namespace sluice::app
