// Acme Seren: 663,813 GPU jobs of a Slurm cluster of 2,288 GPUs that develops large language models, March to August
// 2023. Source: Q. Hu et al., "Characterization of Large Language Model Development in the Datacenter", NSDI 2024; data
// AcmeTrace (CC-BY-4.0), of which only the authors' summary was at hand: mean and median run time (1,414 s, 122 s),
// mean and largest size (5.68, 1,024 GPUs), longest run (1,209,604 s), mean GPU time (32,405 GPU seconds) and ends by
// jobs and by GPU time. The sizes and the lognormal run times below are ours, fitted to these: the few jobs on 64 GPUs
// and more, which stand for pretraining, take the two thirds of the GPU time that the means leave to them. Their mean
// GPU time falls 8 % short, the median run time 5 %. Profiles are those of Helios Venus; burstiness, kinds and users
// are ours, the latter in the range of Slurm and HPC logs (exponent 1.1 to 1.9, next job by the same user .43 to .96).

#include "workloads/generators/ml_preset.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<GpuShare, 4> above_64{{{128, 60}, {256, 24}, {512, 12}, {1024, 4}}};

constexpr std::array<SizeClass, 8> classes{{
    {55.50, only<1>, {1, 1, 2, 5, 14, 28, 49, 85, 146, 262, 518, 1330, 2910, 7020, 12600, 21600, 65200, 171000}},
    {6.00, only<2>, {1, 1, 2, 5, 14, 28, 49, 85, 146, 262, 518, 1330, 2910, 7020, 12600, 21600, 65200, 171000}},
    {8.00, only<4>, {1, 1, 3, 8, 20, 39, 70, 120, 206, 370, 731, 1880, 4110, 9910, 17800, 30400, 92000, 242000}},
    {23.50, only<8>, {1, 1, 6, 12, 31, 61, 110, 190, 327, 585, 1160, 2980, 6510, 15700, 28200, 48200, 146000, 383000}},
    {3.60, only<16>, {1, 2, 8, 18, 47, 94, 168, 289, 499, 894, 1770, 4550, 9940, 23900, 43000, 73600, 222000, 585000}},
    {2.50,
     only<32>,
     {1, 3, 13, 29, 74, 145, 260, 449, 774, 1390, 2740, 7060, 15400, 37100, 66800, 114000, 345000, 907000}},
    {0.40,
     only<64>,
     {1, 2, 11, 28, 86, 192, 379, 718, 1360, 2690, 5990, 18200, 45300, 127000, 253000, 474000, 1210000, 1210000}},
    {0.50,
     above_64,
     {1, 2, 11, 28, 86, 192, 379, 718, 1360, 2690, 5990, 18200, 45300, 127000, 253000, 474000, 1210000, 1210000}},
}};

}  // namespace

constinit const MlPreset acme{
    .info = {.name = "acme",
             .meaning = "Acme Seren: language models, short jobs, two fifths fail, pretraining takes the time",
             .source = "Hu et al., NSDI 2024 (AcmeTrace summary, CC-BY-4.0)",
             .jobs = 100000,
             .capacity = 2288,
             .load = {}},
    .mean_gap = 23.95,
    .classes = classes,
    .arrivals =
        {.hours = venus_hours, .days = venus_days, .swing = .5, .memory = .8, .silences = .1, .silent_hours = 10},
    .bursts = {.share = .1, .tail = 1.5, .longest = 200, .gap = 10, .arrays = .3, .repeat = .5},
    .users = {.users = 200, .accounts = 10, .zipf = 1.2, .stay = .4},
    .ends = {.completed = {.497, .212}, .cancelled = {.075, .664}, .failed = {.428, .124}, .long_from = 12},
    .kinds = {.chains = .02, .evaluations = .8},
};

}  // namespace sluice::workloads::generators
