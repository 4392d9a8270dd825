// Microsoft Philly: 76,590 jobs of a shared cluster of 2,490 GPUs, October to December 2017.
// Source: M. Jeon et al., "Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training Workloads", ATC 2019;
// data philly-traces (CC-BY-4.0). Shares, quantiles and profiles are computed from the subset of 82,000 jobs that the
// Pollux and Sia artifacts hold, which is shorter than the full log (mean run 11,682 s against 18,006 s). Ends are
// those of the full log, published with Acme. The samples carry no users: their number, skew and streaks are in the
// range of Slurm and HPC logs (exponent 1.1 to 1.9, next job by the same user .43 to .96).

#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<GpuShare, 2> to_16{{{12, 3.8}, {16, 96.2}}};
constexpr std::array<GpuShare, 4> to_32{{{24, 8.8}, {32, 80}, {64, 7.5}, {128, 3.8}}};

constexpr std::array<SizeClass, 6> classes{{
    {93.24,
     only<1>,
     {1, 31, 56, 64, 81, 305, 724, 1290, 1900, 2550, 3990, 8910, 19800, 68000, 127000, 241000, 613000, 878000}},
    {2.22,
     only<2>,
     {2, 5, 9, 12, 15, 17, 19, 22, 26, 36, 206, 83700, 202000, 359000, 526000, 832000, 1480000, 2580000}},
    {2.24,
     only<4>,
     {3, 36, 80, 135, 345, 1340, 6420, 16400, 35400, 77900, 103000, 180000, 222000, 479000, 636000, 1150000, 2480000,
      2480000}},
    {1.96,
     only<8>,
     {1, 33, 88, 200, 618, 3450, 10900, 21300, 52500, 123000, 183000, 269000, 424000, 649000, 830000, 1070000, 2070000,
      2210000}},
    {0.24,
     to_16,
     {2, 17, 40, 70, 275, 580, 6860, 31400, 68300, 116000, 172000, 246000, 340000, 663000, 1190000, 1400000, 1650000,
      1710000}},
    {0.10,
     to_32,
     {1, 2, 4, 325, 787, 972, 1350, 3170, 15100, 47000, 53200, 57000, 71800, 125000, 147000, 180000, 207000, 213000}},
}};

}  // namespace

constinit const MlPreset philly{
    .info = {.name = "philly",
             .meaning = "Microsoft Philly: one GPU in 93 % of jobs, long multi-GPU jobs",
             .source = "Jeon et al., ATC 2019 (philly-traces, CC-BY-4.0)",
             .jobs = 76590,
             .capacity = 2490,
             .load = {}},
    .mean_gap = 92.88,
    .classes = classes,
    .arrivals = {.hours = {1.327, 0.978, 1.171, 1.147, 0.698, 1.178, 1.757, 2.17,  1.155, 0.999, 0.905, 0.776,
                           0.637, 0.665, 0.509, 0.57,  0.911, 0.677, 0.804, 0.719, 1.065, 0.945, 1.188, 1.047},
                 .days = {0.852, 1.059, 1.126, 1.338, 1.448, 0.625, 0.552},
                 .swing = 1.06,
                 .memory = .79,
                 .silences = .17,
                 .silent_hours = 45},
    .bursts = {.share = .155, .tail = 1.21, .longest = 560, .gap = 1.7, .arrays = .02, .repeat = .6},
    .users = {.users = 200, .accounts = 14, .zipf = 1.3, .stay = .4},
    .ends = {.completed = {.604, .321}, .cancelled = {.090, .294}, .failed = {.306, .385}, .long_from = 11},
    .kinds = {.chains = .02, .evaluations = .1},
};

}  // namespace sluice::workloads::generators
