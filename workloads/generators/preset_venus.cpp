// Helios Venus: 125,303 GPU jobs of a Slurm cluster of about 1,022 GPUs, April to September 2020.
// Source: Q. Hu et al., "Characterization and Prediction of Deep Learning Workloads in Large-Scale GPU Datacenters",
// SC 2021, doi 10.1145/3458817.3476223; data HeliosData (CC-BY-4.0). Shares, quantiles and profiles are computed from
// the log of GPU jobs, whose run times are cut at 48 h. The tail above is drawn as a straight line in the logarithm up
// to 673,000 s, the one number that gives the published mean run time, 13,040.6 s; the published GPU time then comes
// out within 1 %. Ends are the published shares of jobs and of GPU time. The 120,000 CPU jobs are left out. The samples
// carry no users: their number, skew and streaks are in the range of Slurm and HPC logs (exponent 1.1 to 1.9, next job
// by the same user .43 to .96).

#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<GpuShare, 2> to_4{{{3, 2.2}, {4, 97.8}}};
constexpr std::array<GpuShare, 1> to_8{{{8, 98.3}}};
constexpr std::array<GpuShare, 1> to_16{{{16, 99.8}}};
constexpr std::array<GpuShare, 2> to_32{{{24, 24.9}, {32, 75.1}}};
constexpr std::array<GpuShare, 4> to_64{{{40, 30.2}, {48, 26.7}, {56, 18.5}, {64, 24.6}}};
constexpr std::array<GpuShare, 12> above_64{{{72, 5.9},
                                             {80, 11.6},
                                             {88, 2.5},
                                             {96, 4.6},
                                             {104, 4},
                                             {112, 3.2},
                                             {120, 11.7},
                                             {128, 29},
                                             {136, 2.9},
                                             {144, 2.7},
                                             {152, 7.3},
                                             {160, 14}}};

constexpr std::array<SizeClass, 8> classes{{
    {51.84,
     only<1>,
     {1, 1, 6, 17, 45, 89, 129, 190, 312, 682, 2040, 8450, 33400, 95100, 223000, 387000, 603000, 673000}},
    {5.55,
     only<2>,
     {1, 1, 6, 17, 50, 100, 145, 211, 351, 949, 5260, 78200, 190000, 406000, 523000, 593000, 656000, 673000}},
    {7.42, to_4, {1, 1, 5, 15, 39, 76, 111, 174, 329, 960, 5040, 33500, 86000, 212000, 378000, 504000, 635000, 673000}},
    {25.17,
     to_8,
     {1, 1, 8, 26, 71, 123, 166, 216, 383, 748, 2490, 26100, 66400, 169000, 333000, 473000, 627000, 673000}},
    {4.17,
     to_16,
     {1, 1, 6, 20, 69, 152, 242, 420, 986, 4940, 20900, 62600, 115000, 282000, 435000, 541000, 644000, 673000}},
    {3.62,
     to_32,
     {1, 1, 9, 11, 47, 69, 111, 213, 408, 876, 5150, 57000, 141000, 334000, 474000, 565000, 650000, 673000}},
    {0.95,
     to_64,
     {1, 1, 5, 10, 30, 85, 162, 237, 366, 704, 1830, 12700, 67400, 221000, 385000, 509000, 637000, 673000}},
    {1.29, above_64, {1, 4, 4, 5, 5, 10, 35, 70, 125, 230, 405, 1470, 7780, 59600, 157000, 248000, 551000, 673000}},
}};

}  // namespace

constinit const MlPreset venus{
    .info = {.name = "venus",
             .meaning = "Helios Venus: many short jobs, ends by hand, 25 % on 8 GPUs",
             .source = "Hu et al., SC 2021 (HeliosData, CC-BY-4.0)",
             .jobs = 125303,
             .capacity = 1024,
             .load = {}},
    .mean_gap = 124.2,
    .classes = classes,
    .arrivals =
        {.hours = venus_hours, .days = venus_days, .swing = .66, .memory = .73, .silences = .11, .silent_hours = 14},
    .bursts = {.share = .32, .tail = 1.58, .longest = 300, .gap = 50, .arrays = .4, .repeat = .6},
    .users = {.users = 120, .accounts = 12, .zipf = 1.2, .stay = .35},
    .ends = {.completed = {.526, .516}, .cancelled = {.272, .399}, .failed = {.202, .085}, .long_from = 11},
    .kinds = {.chains = .02, .evaluations = .1},
};

}  // namespace sluice::workloads::generators
