#pragma once
// An experiment as JSON: one cluster and one trace, and what varies.
//
//   {"name": "orders", "cluster": "configs/demo", "workload": {"file": "jobs.csv", "from": 3600},
//    "transforms": [{"scale_load": 1.2}], "seeds": [1, 2], "set": {"SchedulerType": "sched/easy"},
//    "variants": [{"name": "fcfs", "set": {"SchedulerType": "sched/fcfs"}}, {"name": "sjf", "set": {...}}]}
//
// A variant may have a cluster, a workload, transforms (after the common ones) and keys to set (over the common ones)
// of its own. Files are relative to the experiment's folder. Each variant with each seed is one run.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "simulator/app/run_command.hpp"
#include "simulator/base/diagnostics.hpp"

namespace sluice::app {

/// A variant with one seed.
struct ExperimentRun {
  std::string variant;
  RunArguments arguments;  ///< `out` is the run's own folder below the experiment's
  Location at;             ///< of the variant
  std::string source_line;
};

struct Experiment {
  std::string name;
  std::string out;  ///< the folder of all results: what the file says, else results/NAME
  std::vector<ExperimentRun> runs;
};

/// Reads the file and reports every mistake in it with its place; keys of slurm.conf are looked up, files are not
/// opened. nullopt iff an error was reported.
std::optional<Experiment> read_experiment(const std::filesystem::path& file, Diagnostics& diags);

}  // namespace sluice::app
