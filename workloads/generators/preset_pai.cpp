// Alibaba PAI: GPU tasks of 1,800 machines, July and August 2020; here at the pace of an 8.2 % sample.
// Source: Q. Weng et al., "MLaaS in the Wild", NSDI 2022; data cluster-trace-gpu-v2020 (CC-BY-4.0). Shares, quantiles
// and profiles are computed from 60,105 sampled tasks, each a gang of up to 400 instances; shares of one GPU count as
// one, and run times are cut at 48 h. All sampled tasks had completed. The samples carry no users: their number, skew
// and streaks are in the range of Slurm and HPC logs (exponent 1.1 to 1.9, next job by the same user .43 to .96).

#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<GpuShare, 2> to_4{{{3, 51.6}, {4, 48.4}}};
constexpr std::array<GpuShare, 4> to_8{{{5, 53.4}, {6, 7.6}, {7, 1.6}, {8, 37.4}}};
constexpr std::array<GpuShare, 4> to_16{{{10, 64.4}, {12, 12.9}, {15, 6.8}, {16, 14.8}}};
constexpr std::array<GpuShare, 7> to_32{{{18, 2}, {20, 51.4}, {25, 15.2}, {27, 1.8}, {28, 2.4}, {30, 22.4}, {32, 2.7}}};
constexpr std::array<GpuShare, 6> to_64{{{36, 3.5}, {40, 26.3}, {48, 2.2}, {50, 53.8}, {60, 6.5}, {64, 4}}};
constexpr std::array<GpuShare, 8> above_64{
    {{70, 2.2}, {80, 24.6}, {90, 1.6}, {100, 50.1}, {140, 3.6}, {150, 4.5}, {200, 7.6}, {400, 2.9}}};

constexpr std::array<SizeClass, 8> classes{{
    {77.01,
     only<1>,
     {5, 18, 25, 35, 64, 149, 267, 467, 924, 2030, 4620, 10800, 20200, 42700, 58500, 95100, 166000, 166000}},
    {3.08,
     only<2>,
     {6, 16, 39, 49, 66, 106, 178, 280, 557, 1150, 2890, 9310, 23400, 59800, 98600, 173000, 173000, 173000}},
    {2.92,
     to_4,
     {15, 36, 65, 104, 229, 430, 538, 888, 1380, 2570, 4130, 15200, 37100, 64400, 99600, 124000, 172000, 172000}},
    {3.20,
     to_8,
     {27, 46, 66, 81, 131, 274, 549, 1370, 2970, 5100, 8700, 19400, 40000, 90300, 147000, 173000, 173000, 173000}},
    {6.23,
     to_16,
     {29, 59, 103, 161, 263, 420, 808, 1290, 1820, 3210, 6150, 16300, 28000, 43600, 73100, 92500, 173000, 173000}},
    {4.14,
     to_32,
     {32, 53, 111, 170, 382, 849, 1630, 2670, 4060, 5750, 9210, 17700, 30100, 56800, 79900, 133000, 173000, 173000}},
    {2.67,
     to_64,
     {18, 27, 78, 192, 413, 944, 1350, 2030, 3100, 5230, 9020, 18100, 35100, 51100, 78700, 105000, 156000, 156000}},
    {0.74,
     above_64,
     {38, 72, 152, 407, 1010, 2170, 3850, 6340, 11100, 16600, 22500, 47600, 64600, 83400, 134000, 171000, 173000,
      173000}},
}};

}  // namespace

constinit const MlPreset pai{
    .info = {.name = "pai",
             .meaning = "Alibaba PAI: gangs of 10, 20, 50 and more, few bursts",
             .source = "Weng et al., NSDI 2022 (cluster-trace-gpu-v2020, CC-BY-4.0)",
             .jobs = 60105,
             .capacity = 6742,
             .load = {}},
    .mean_gap = 91.54,
    .classes = classes,
    .arrivals = {.hours = {0.63,  0.828, 0.917, 0.968, 1.205, 0.931, 0.841, 1.178, 1.292, 1.061, 1.001, 1.011,
                           1.106, 1.044, 1.14,  1.136, 0.952, 0.933, 0.872, 0.686, 0.704, 1.488, 1.091, 0.985},
                 .days = {1.109, 1.035, 1.058, 1.117, 1.004, 0.832, 0.846},
                 .swing = .36,
                 .memory = .66,
                 .silences = .55,
                 .silent_hours = 4.9},
    .bursts = {.share = .18, .tail = 2.4, .longest = 100, .gap = 22, .arrays = .45, .repeat = .3},
    .users = {.users = 1300, .accounts = 40, .zipf = 1.1, .stay = .3},
    .ends = {.completed = {1, 1}, .cancelled = {0, 0}, .failed = {0, 0}, .long_from = 11},
    .kinds = {.chains = .02, .evaluations = .1},
};

}  // namespace sluice::workloads::generators
