// sluice-forced-runs: what becomes of recorded runs in Sluice, and whether it starts nothing too early.
//
//     sluice-forced-runs [--json] DIR...
// DIR is a scenario's folder with run1, run2, ... Every start and every preemption of a recording happens at its second; ends,
// exit codes, restarts, dependencies and what operators do are simulated. A row a recording: jobs that end in the same way,
// run by run; starts of jobs that may be considered by then; and, recorded and forced, how many neighbouring tasks of arrays
// start in order and how many conditions of dependencies hold when their jobs start. Each that differs has a line.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/recordings/support/orders.hpp"

namespace sluice::recordings {
namespace {

using std::filesystem::path;

struct Row {
  std::string name, run;
  Tally ends, in_time;
  Orders recorded, forced;
  std::vector<std::string> differences;
};

/// Jobs that the loops find eligible, not what happens to them, wait for their reservations.
std::set<std::string> reserved_jobs(const Workload& workload) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i)
    if (!workload.extras[workload.jobs[i].extras].reservation.empty()) names.insert(std::string{workload.job_id(JobId{i})});
  return names;
}

/// Jobs in the order of their names. sacct lists no job that was never eligible, so that there is nothing to compare.
void compare(const FreeRuns& real, const FreeRuns& ours, const std::set<std::string>& reserved, Row& row) {
  for (const auto& [id, own] : real) {
    const std::string expected = endings_of(own), got = endings_of(ours, id);
    ++row.ends.total;
    if (expected == got)
      ++row.ends.equal;
    else
      row.differences.push_back(fmt::format("{} ends {} in the recording, {} here", id, expected.empty() ? "-" : expected, got.empty() ? "-" : got));
  }
  for (const auto& [id, own] : ours) {
    if (!real.contains(id) && own.front().eligible) row.differences.push_back(fmt::format("{} is not in the recording, {} here", id, endings_of(own)));
    for (const FreeJobRun& run : own) {
      if (!run.start || reserved.contains(id)) continue;
      ++row.in_time.total;
      if (run.eligible && *run.eligible <= *run.start)
        ++row.in_time.equal;
      else
        row.differences.push_back(fmt::format("{} started at {} s, before it may here", id, run.start->count()));
    }
  }
}

Row compare(const path& scenario, const char* run) {
  const Recording recording = read_recording(scenario / run);
  const Workload workload = scenario_workload(scenario);
  const FreeRuns real = recorded_runs(recording), ours = force(scenario, recording);
  Row row{scenario.filename().string(), run, {}, {}, orders_of(workload, real), orders_of(workload, ours), {}};
  compare(real, ours, reserved_jobs(workload), row);
  for (const std::string& one : row.recorded.broken) row.differences.push_back(fmt::format("recorded: {}", one));
  for (const std::string& one : row.forced.broken) row.differences.push_back(fmt::format("forced: {}", one));
  return row;
}

nlohmann::ordered_json to_json(const Tally& tally) { return {{"equal", tally.equal}, {"total", tally.total}}; }

nlohmann::ordered_json to_json(const Row& row) {
  return {{"name", row.name},
          {"run", row.run},
          {"ends", to_json(row.ends)},
          {"in_time", to_json(row.in_time)},
          {"recorded_tasks", to_json(row.recorded.tasks)},
          {"recorded_dependents", to_json(row.recorded.dependents)},
          {"tasks", to_json(row.forced.tasks)},
          {"dependents", to_json(row.forced.dependents)},
          {"differences", row.differences}};
}

std::string text_of(const Tally& tally) { return fmt::format("{}/{}", tally.equal, tally.total); }

void print(const Row& row) {
  fmt::print("{:<26} {:<5} ends {:>9}  in time {:>9}  tasks {:>9} (recorded {})  dependents {:>7} (recorded {})\n", row.name,
             row.run, text_of(row.ends), text_of(row.in_time), text_of(row.forced.tasks), text_of(row.recorded.tasks),
             text_of(row.forced.dependents), text_of(row.recorded.dependents));
  for (const std::string& one : row.differences) fmt::print("    {}\n", one);
}

int run(const std::vector<std::string>& arguments) {
  bool as_json = false;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& argument : arguments) {
    if (argument == "--json") {
      as_json = true;
      continue;
    }
    for (const char* run : {"run1", "run2"}) {
      if (!std::filesystem::exists(folder_named(argument) / run)) continue;
      const Row row = compare(folder_named(argument), run);
      if (!as_json) print(row);
      all.push_back(to_json(row));
    }
  }
  if (as_json) fmt::print("{}\n", nlohmann::ordered_json{{"recordings", all}}.dump(2));
  return 0;
}

}  // namespace
}  // namespace sluice::recordings

int main(int count, char** values) {
  try {
    return sluice::recordings::run({values + 1, values + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
