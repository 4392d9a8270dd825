#pragma once
// What is known of a published ML cluster, as a table of numbers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "workloads/generate.hpp"
#include "workloads/generators/arrivals.hpp"
#include "workloads/generators/run_times.hpp"

namespace sluice::workloads::generators {

struct GpuShare {
  std::int64_t gpus;
  double share;  ///< within its class
};

/// A class of one size.
template <std::int64_t Gpus>
inline constexpr std::array<GpuShare, 1> only{{{Gpus, 100}}};

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

/// When people submit on Helios Venus, for logs that tell no hours, too.
inline constexpr std::array<double, 24> venus_hours{0.897, 0.658, 0.599, 0.384, 0.268, 0.205, 0.187, 0.224,
                                                    0.374, 0.796, 1.294, 1.474, 1.164, 1.299, 1.559, 1.656,
                                                    1.734, 1.733, 1.282, 1.313, 1.347, 1.365, 1.149, 1.038};
inline constexpr std::array<double, 7> venus_days{1.028, 1.071, 1.281, 1.208, 0.952, 0.684, 0.775};

extern const MlPreset venus, philly, pai, itp, acme;

}  // namespace sluice::workloads::generators
