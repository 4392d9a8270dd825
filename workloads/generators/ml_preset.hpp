#pragma once
// What is known of a published ML cluster, as a table of numbers.

#include <array>
#include <cstddef>
#include <span>

#include "workloads/generate.hpp"
#include "workloads/generators/arrivals.hpp"
#include "workloads/generators/run_times.hpp"

namespace sluice::workloads::generators {

struct GpuShare {
  std::int64_t gpus;
  double share;  ///< within its class
};

struct SizeClass {
  double share;  ///< of the jobs
  std::span<const GpuShare> sizes;
  RunTimes run;  ///< seconds
};

/// Jobs that one user submits together: sweeps and evaluations.
struct BurstShape {
  double share;    ///< of submissions that are bursts, [0, 1]
  double tail;     ///< bursts are longer than n with probability (2 / n)^tail
  double longest;  ///< jobs
  double gap;      ///< mean seconds between two jobs
  double arrays;   ///< share of bursts that are one job array: no gaps
  double repeat;   ///< share of a burst's jobs that run as long as its first
};

struct UserShape {
  std::size_t users, accounts;
  double zipf;  ///< exponent of submissions by user
  double stay;  ///< how often the next submission is by the same user without a new draw
};

/// How jobs end; both columns are shares of 1.
struct EndShare {
  double jobs, gpu_time;
};
struct EndShares {
  EndShare completed, cancelled, failed;
  std::size_t long_from;  ///< of run_time_levels: jobs from there up end in other ways than shorter ones
};

/// What jobs are for. No log above says it; labels follow from how jobs look and shift no other number.
struct KindShares {
  double chains;       ///< of submissions: preprocess -> train -> evaluate -> deploy
  double evaluations;  ///< of single jobs and bursts on up to 8 GPUs
};

struct MlPreset {
  GeneratedPreset info;
  double mean_gap;  ///< seconds between jobs
  std::span<const SizeClass> classes;
  ArrivalShape arrivals;
  BurstShape bursts;
  UserShape users;
  EndShares ends;
  KindShares kinds;
};

extern const MlPreset venus, philly, pai, itp, acme;

}  // namespace sluice::workloads::generators
