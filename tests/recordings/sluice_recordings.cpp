// sluice-recordings: holds Sluice's arithmetic against recordings of a real slurmctld.
//
// It feeds what was recorded to have started and ended, and compares every snapshot of sprio and sshare with what
// Sluice's own priority, usage and fair share say at that moment: one row a recording.
//     sluice-recordings [--json] [--differences N] DIR...
// DIR is a scenario's folder or one of its run folders. Exit code 2: a folder is no recording.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/recordings/support/decision_check.hpp"
#include "tests/recordings/support/free_run.hpp"
#include "tests/recordings/support/gang_check.hpp"
#include "tests/recordings/support/reason_check.hpp"
#include "tests/recordings/support/snapshot_check.hpp"

namespace sluice::recordings {
namespace {

using std::filesystem::path;

struct Row {
  std::string name, run;
  Comparison comparison;
  ReasonComparison reasons;
  DecisionComparison decisions;
  Tally paused;  ///< of moments and jobs: suspended by the gang scheduler on both sides
  std::vector<Difference> gang_differences;
  double recorded_wait_s = 0;              ///< means of start - eligible
  std::optional<double> simulated_wait_s;  ///< from the submissions alone; absent: that cannot be simulated
};

std::optional<double> simulated_wait(const path& scenario, const Recording& recording) {
  try {
    return mean_wait_s(simulate(scenario, recording, {}));
  } catch (const BadRecording& error) {
    fmt::print(stderr, "{}: not simulated: {}\n", scenario.string(), error.what());
    return std::nullopt;
  }
}

Row compare(const Inputs& inputs, const path& folder) {
  const Recording recording = read_recording(folder);
  Row row{inputs.name, recording.run, {}, {}, {}, {}, {}, 0, {}};
  Replay replay{inputs, recording};
  PriorityBook book{replay.state()};
  DecisionCheck decisions{replay, book};
  ReasonBook reasons{replay.state(), book, decisions};
  GangCheck gang{replay, decisions.controller()};
  while (const Event* event = replay.upcoming()) {
    reasons.before(*event);
    replay.step();
    book.see(*event);
    decisions.see(*event);
    reasons.see(*event);
    gang.see(*event);
    for (const auto& [job, cpus] : decisions.take_placed()) book.place(job, cpus);
    if (const auto* submitted = std::get_if<JobSubmitted>(&event->what);
        submitted != nullptr && !recording.sprio.empty())
      compare_submission(*submitted, event->at, book, replay.state(), row.comparison);
    if (const auto* started = std::get_if<RunStarted>(&event->what)) {
      const RecordedJob& job = replay.state().jobs[started->job];
      compare_billing(job, job.runs[started->run], event->at, row.comparison);
    }
    if (const auto* sprio = std::get_if<SprioTaken>(&event->what))
      compare_sprio(recording.sprio[sprio->index], book, replay.state(), row.comparison);
    if (const auto* sshare = std::get_if<SshareTaken>(&event->what))
      compare_sshare(recording.sshare[sshare->index], replay.state(), row.comparison);
  }
  row.reasons = compare_reasons(replay.state(), reasons);
  row.decisions = decisions.result();
  row.paused = gang.paused();
  row.gang_differences = gang.differences();
  row.recorded_wait_s = mean_wait_s(recorded_runs(recording));
  row.simulated_wait_s = simulated_wait(folder.parent_path(), recording);
  return row;
}

std::vector<path> runs_of(const path& folder) {
  if (find_file(folder, "decisions.csv")) return {folder};
  std::vector<path> runs;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (entry.is_directory() && find_file(entry.path(), "decisions.csv")) runs.push_back(entry.path());
  std::sort(runs.begin(), runs.end());
  if (runs.empty()) throw BadRecording{fmt::format("{}: there is no recording here", folder.string())};
  return runs;
}

nlohmann::ordered_json to_json(const Tally& tally) { return {{"equal", tally.equal}, {"total", tally.total}}; }

nlohmann::ordered_json to_json(const Row& row) {
  nlohmann::ordered_json columns;
  for (const auto& [name, tally] : row.comparison.columns) columns[name] = to_json(tally);
  return {{"name", row.name},
          {"run", row.run},
          {"sprio", to_json(row.comparison.sprio)},
          {"sshare", to_json(row.comparison.sshare)},
          {"reason_limit", to_json(row.reasons.limit)},
          {"reason", to_json(row.reasons.reason)},
          {"start", to_json(row.decisions.start)},
          {"non_start", to_json(row.decisions.non_start)},
          {"node", to_json(row.decisions.node)},
          {"cpus", to_json(row.decisions.cpus)},
          {"cores", to_json(row.decisions.cores)},
          {"gpu", to_json(row.decisions.gpu)},
          {"plan", to_json(row.decisions.plan)},
          {"pass", to_json(row.decisions.pass)},
          {"pass_with_starts", to_json(row.decisions.pass_with_starts)},
          {"test", to_json(row.decisions.test)},
          {"order", to_json(row.decisions.order)},
          {"paused", to_json(row.paused)},
          {"cleaning", row.decisions.cleaning},
          {"wait_mean_s",
           {{"recorded", row.recorded_wait_s},
            {"simulated", row.simulated_wait_s ? nlohmann::ordered_json(*row.simulated_wait_s) : nullptr}}},
          {"submission", to_json(row.comparison.submission)},
          {"billing", to_json(row.comparison.billing)},
          {"straddle", row.comparison.straddle + row.reasons.straddle},
          {"columns", columns}};
}

std::string share_of(const Tally& tally) {
  if (tally.total == 0) return "-";
  const double percent = 100.0 * static_cast<double>(tally.equal) / static_cast<double>(tally.total);
  return fmt::format("{}/{} {:.2f}%", tally.equal, tally.total, percent);
}

void print(const std::vector<Difference>& list, std::size_t most) {
  for (const auto& one : list) {
    if (one.straddles) continue;
    if (most-- == 0) return;
    fmt::print("      t={:.3f} {}: recorded {}, computed {}\n", to_seconds(one.at.time_since_epoch()), one.what,
               one.recorded, one.computed);
  }
}

void print(const Row& row, std::size_t differences) {
  fmt::print("{:<26} {:<5} {:>20} {:>20} {:>20} {:>20} {:>16} {:>16} {:>8}\n", row.name, row.run,
             share_of(row.comparison.sprio), share_of(row.comparison.sshare), share_of(row.reasons.limit),
             share_of(row.reasons.reason), share_of(row.comparison.submission), share_of(row.comparison.billing),
             row.comparison.straddle + row.reasons.straddle);
  const DecisionComparison& made = row.decisions;
  fmt::print("    start {}, other attempts {}, nodes {}, CPUs {}, cores {}, GPUs {}, plans {}\n",
             share_of(made.start), share_of(made.non_start), share_of(made.node), share_of(made.cpus),
             share_of(made.cores), share_of(made.gpu), share_of(made.plan));
  fmt::print("    passes {}, with starts {}, backfill tests {}, order {}, cleaning {}, suspended {}\n",
             share_of(made.pass), share_of(made.pass_with_starts), share_of(made.test), share_of(made.order),
             made.cleaning, share_of(row.paused));
  for (const auto& [name, tally] : row.comparison.columns)
    if (tally.equal != tally.total) fmt::print("    {:<22} {}\n", name, share_of(tally));
  print(row.comparison.differences, differences);
  print(row.reasons.differences, differences);
  print(made.differences, differences);
  print(row.gang_differences, differences);
}

int run(const std::vector<std::string>& arguments) {
  bool json = false;
  std::size_t differences = 0;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--json") {
      json = true;
    } else if (arguments[i] == "--differences" && i + 1 < arguments.size()) {
      differences = std::stoul(arguments[++i]);
    } else {
      const path folder = folder_named(arguments[i]);
      const auto runs = runs_of(folder);
      const Inputs inputs = read_inputs(runs.front() == folder ? folder.parent_path() : folder);
      for (const auto& one : runs) rows.push_back(compare(inputs, one));
    }
  }
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& row : rows) list.push_back(to_json(row));
    fmt::print("{}\n", nlohmann::ordered_json{{"recordings", list}}.dump(2));
    return 0;
  }
  fmt::print("{:<26} {:<5} {:>20} {:>20} {:>20} {:>20} {:>16} {:>16} {:>8}\n", "recording", "run", "sprio rows",
             "sshare rows", "limit reasons", "all reasons", "submission", "billing", "straddle");
  for (const auto& row : rows) print(row, differences);
  return 0;
}

}  // namespace
}  // namespace sluice::recordings

int main(int count, char** values) {
  try {
    return sluice::recordings::run({values + 1, values + count});
  } catch (const sluice::recordings::BadRecording& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
