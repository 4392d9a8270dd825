// Microsoft ITP: 15,802 jobs of one cluster (the fourth of ten), March to May 2021.
// Source: D. Gu et al., "ElasticFlow", ASPLOS 2023; data elasticflow-traces (MIT). Shares, quantiles and profiles are
// computed from the log, which leaves out jobs below ten minutes. Bursts of equal run times are its mark. The size of
// the cluster is not published: 512 GPUs are a choice. Nor are the ends: they are those of Helios. The samples carry no
// users: their number, skew and streaks are in the range of Slurm and HPC logs (exponent 1.1 to 1.9, next job by the
// same user .43 to .96).

#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<GpuShare, 2> to_32{{{32, 97.7}, {64, 2.3}}};

constexpr std::array<SizeClass, 6> classes{{
    {75.46,
     only<1>,
     {600, 826, 998, 1250, 4840, 6540, 7430, 7600, 9080, 10700, 14300, 18500, 23900, 30900, 56000, 69800, 76400,
      76400}},
    {0.79,
     only<2>,
     {601, 604, 629, 655, 717, 727, 741, 800, 808, 813, 821, 10700, 24500, 55200, 58200, 111000, 179000, 196000}},
    {3.37,
     only<4>,
     {640, 852, 1890, 2570, 3040, 4460, 5680, 6440, 7510, 8810, 8980, 14800, 60600, 67800, 69300, 406000, 794000,
      1080000}},
    {17.59,
     only<8>,
     {600, 800, 1470, 2990, 7670, 11300, 14700, 18400, 23300, 35500, 54700, 107000, 191000, 411000, 658000, 941000,
      1130000, 1130000}},
    {1.15,
     only<16>,
     {607, 613, 661, 725, 1550, 3310, 35300, 60500, 67700, 101000, 156000, 294000, 335000, 423000, 598000, 599000,
      601000, 602000}},
    {1.65,
     to_32,
     {602, 706, 1680, 2340, 12300, 45600, 81500, 85900, 108000, 125000, 150000, 225000, 299000, 514000, 546000, 629000,
      669000, 671000}},
}};

}  // namespace

constinit const MlPreset itp{
    .info = {.name = "itp",
             .meaning = "Microsoft ITP: sweeps of equal jobs, ten minutes at least",
             .source = "Gu et al., ASPLOS 2023 (elasticflow-traces, MIT)",
             .jobs = 15802,
             .capacity = 512,
             .load = {}},
    .mean_gap = 325.1,
    .classes = classes,
    .arrivals = {.hours = {1.004, 1.042, 0.831, 1.124, 1.081, 1.255, 0.907, 1.238, 1.084, 1.019, 0.998, 1.004,
                           0.805, 1.08,  0.781, 0.653, 1.16,  0.854, 0.992, 0.957, 1.042, 1.109, 1.109, 0.873},
                 .days = {0.904, 1.282, 0.976, 0.952, 0.73, 1.073, 1.084},
                 .swing = 1.29,
                 .memory = .68,
                 .silences = 0,
                 .silent_hours = 0},
    .bursts = {.share = .38, .tail = 1.47, .longest = 240, .gap = 16, .arrays = .5, .repeat = .8},
    .users = {.users = 60, .accounts = 6, .zipf = 1.2, .stay = .5},
    .ends = {.completed = {.624, .513}, .cancelled = {.221, .394}, .failed = {.155, .093}, .long_from = 11},
    .kinds = {.chains = .02, .evaluations = .1},
};

}  // namespace sluice::workloads::generators
