#pragma once
// What the generated traces are held to: the published or computed marginals of the logs they imitate.

#include <array>
#include <limits>
#include <string_view>

#include "tests/unit/workloads/generate_marginals.hpp"
#include "workloads/generate.hpp"

namespace sluice::workloads {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Target {
  GenerateOptions options;
  std::string_view source;
  Marginals want;
};

inline constexpr Ends no_ends{unknown, unknown, unknown};
inline constexpr std::array<double, 8> no_sizes{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown};

/// Sizes, quantiles, hourly counts: computed from the logs. Gaps of Venus from 1 April 2020 on, without the pre-load.
/// The mean of Venus is the published one, before its run times were cut at 48 h. Ends: the authors' summaries.
inline const std::array<Target, 7>& targets() {
  static const std::array<Target, 7> list{{
      {{.kind = GeneratedKind::ml, .preset = "venus"},
       "Helios Venus log; Hu et al., SC 2021",
       {.jobs = 125'303,
        .mean_size = 6.736,
        .size_jobs = {0.518, 0.056, 0.074, 0.252, 0.042, 0.036, 0.010, 0.013},
        .size_time = {0.047, 0.029, 0.051, 0.286, 0.172, 0.253, 0.070, 0.093},
        .run_quantiles = {18, 204, 18'201, unknown, 13'041},
        .mean_gap = 124.2,
        .gap_cv = 4.26,
        .hourly_idc = 41.1,
        .hourly_lag1 = 0.51,
        .end_jobs = {0.526, 0.272, 0.202},
        .end_time = {0.516, 0.399, 0.085},
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::ml, .preset = "philly"},
       "Philly subset; Jeon et al., ATC 2019; ends: Hu et al., NSDI 2024",
       {.jobs = 76'590,
        .mean_size = 1.30,
        .size_jobs = {0.932, 0.022, 0.022, 0.020, 0.002, 0.001, 0, 0},
        .size_time = {0.192, 0.040, 0.176, 0.457, 0.111, 0.022, 0.001, 0.001},
        .run_quantiles = {62, 1'314, 11'535, 225'857, 11'682},
        .mean_gap = 92.9,
        .gap_cv = 10.4,
        .hourly_idc = 161,
        .hourly_lag1 = 0.42,
        .end_jobs = {0.604, 0.090, 0.305},
        .end_time = {0.321, 0.294, 0.386},
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::ml, .preset = "pai"},
       "PAI sample of completed tasks; Weng et al., NSDI 2022",
       {.jobs = 60'105,
        .mean_size = 4.97,
        .size_jobs = {0.770, 0.031, 0.029, 0.032, 0.062, 0.041, 0.027, 0.007},
        .size_time = {0.083, 0.008, 0.017, 0.047, 0.109, 0.189, 0.224, 0.324},
        .run_quantiles = {41, 618, 12'201, 66'192, 5'029},
        .mean_gap = 91.5,
        .gap_cv = 2.44,
        .hourly_idc = 8.9,
        .hourly_lag1 = 0.43,
        .end_jobs = {1, 0, 0},
        .end_time = {1, 0, 0},
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::ml, .preset = "itp"},
       "ITP cluster 04; Gu et al., ASPLOS 2023",
       {.jobs = 15'802,
        .mean_size = 3.035,
        .size_jobs = {0.755, 0.008, 0.034, 0.176, 0.012, 0.016, 0, 0},
        .size_time = {0.046, 0.001, 0.012, 0.456, 0.111, 0.331, 0.044, 0},
        .run_quantiles = {1'349, 7'949, 29'001, 257'688, 19'982},
        .mean_gap = 325.1,
        .gap_cv = 4.72,
        .hourly_idc = 55.2,
        .hourly_lag1 = 0.37,
        .end_jobs = no_ends,
        .end_time = no_ends,
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::ml, .preset = "acme"},
       "Acme Seren, the authors' summary; Hu et al., NSDI 2024",
       {.jobs = 100'000,
        .mean_size = 5.68,
        .size_jobs = no_sizes,
        .size_time = no_sizes,
        .run_quantiles = {unknown, 122, unknown, unknown, 1'414},
        .mean_gap = 23.95,
        .gap_cv = unknown,
        .hourly_idc = unknown,
        .hourly_lag1 = unknown,
        .end_jobs = {0.497, 0.075, 0.429},
        .end_time = {0.212, 0.664, 0.124},
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::lublin, .preset = "all", .jobs = 10'000, .capacity = 256},
       "lublin_256, a run of the authors' own program",
       {.jobs = 10'000,
        .mean_size = 22.10,
        .size_jobs = {0.249, 0.092, 0.134, 0.138, 0.134, 0.132, 0.052, 0.068},
        .size_time = {0.005, 0.003, 0.009, 0.019, 0.046, 0.100, 0.103, 0.715},
        .run_quantiles = {7, 137, 15'578, 36'138, 4'863},
        .mean_gap = unknown,  // it was made with another pace and a shorter cut of gaps
        .gap_cv = unknown,
        .hourly_idc = 8.26,
        .hourly_lag1 = 0.45,
        .end_jobs = no_ends,
        .end_time = no_ends,
        .top_users_time = unknown,
        .same_user_next = unknown}},
      {{.kind = GeneratedKind::stress, .preset = "steady", .jobs = 200'000},
       "what it is defined as: run times lognormal (600 s, 1.5), an even stream at a load of 0.85",
       {.jobs = 200'000,
        .mean_size = 21.22,
        .size_jobs = {0.30, 0.14, 0.12, 0.12, 0.10, 0.09, 0.07, 0.06},
        .size_time = {0.014, 0.013, 0.023, 0.045, 0.075, 0.136, 0.211, 0.483},
        .run_quantiles = {87.8, 600, 4'101, 19'650, 1'848},
        .mean_gap = 45.05,
        .gap_cv = 1,
        .hourly_idc = 1,
        .hourly_lag1 = 0,
        .end_jobs = {1, 0, 0},
        .end_time = {1, 0, 0},
        .top_users_time = unknown,
        .same_user_next = unknown}},
  }};
  return list;
}

}  // namespace sluice::workloads
