#pragma once
// In which order the tasks of arrays and the dependents of other jobs start, recorded or simulated.

#include <string>
#include <vector>

#include "simulator/model/job_spec.hpp"
#include "tests/recordings/support/free_run.hpp"
#include "tests/recordings/support/snapshot_check.hpp"

namespace sluice::recordings {

struct Orders {
  Tally tasks;       ///< neighbours of one array that both started: those of which the lower one started no later
  Tally dependents;  ///< conditions of jobs that started: those that held when they did
  std::vector<std::string> broken;
  void add(const Orders& other);
};

/// Whole seconds: what falls on one second is in order. Arrays of which each task waits for a task of another one
/// (aftercorr) have no order of their own, nor have jobs under singleton but that they do not run side by side.
/// Source: sbatch(1) --array, --dependency; job_array web page.
Orders orders_of(const Workload& workload, const FreeRuns& runs);

}  // namespace sluice::recordings
