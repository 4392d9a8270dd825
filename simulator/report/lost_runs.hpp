#pragma once
// Runs that others ended, and what that cost: victims of preemption, of nodes that failed, of operators' requeues.

#include <cstddef>
#include <string>
#include <vector>

#include "simulator/report/job_rows.hpp"

namespace sluice::report {

/// Everything that such runs held counts as lost: the job begins anew, or never ends well.
struct LostRuns {
  struct Cost {
    std::string qos;  ///< as the jobs name it; empty: none
    std::size_t runs = 0;
    std::size_t jobs = 0;  ///< to which these runs belong, each once
    double cpu_s = 0, gpu_s = 0;
  };
  EndState cause = EndState::preempted;  ///< preempted, node_fail or requeued
  Cost whole;
  std::vector<Cost> by_qos;  ///< the greatest loss first: of GPU time, then of CPU time; then by name
};

/// Causes that occur, in the order of EndState. Reads each run once.
std::vector<LostRuns> lost_runs(const JobRows& rows);

}  // namespace sluice::report
