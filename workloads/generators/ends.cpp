#include "workloads/generators/ends.hpp"

#include <array>

#include "simulator/base/check.hpp"

namespace sluice::workloads::generators {
namespace {

double mean_gpus(const SizeClass& one) {
  double gpus = 0, shares = 0;
  for (const auto& size : one.sizes) gpus += static_cast<double>(size.gpus) * size.share, shares += size.share;
  return gpus / shares;
}

/// The share of all GPU time that jobs from this level up take.
double gpu_time_from(const MlPreset& preset, std::size_t level) {
  double some = 0, all = 0;
  for (const auto& one : preset.classes) {
    some += one.share * mean_gpus(one) * mean_from(one.run, level);
    all += one.share * mean_gpus(one) * mean_from(one.run, 0);
  }
  return some / all;
}

using Shares = std::array<double, 3>;  // completed, cancelled, failed

struct GroupShares {
  Shares shorter, longer;
};

GroupShares solve(const MlPreset& preset) {
  const double jobs = 1 - run_time_levels[preset.ends.long_from];
  const double time = gpu_time_from(preset, preset.ends.long_from);
  const std::array<EndShare, 3> ends{preset.ends.completed, preset.ends.cancelled, preset.ends.failed};
  GroupShares shares{};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const double difference = (ends[i].gpu_time - ends[i].jobs) / (time - jobs);
    shares.shorter[i] = ends[i].jobs - jobs * difference;
    shares.longer[i] = shares.shorter[i] + difference;
    SLUICE_CHECK(shares.shorter[i] > -1e-9 && shares.longer[i] > -1e-9, "preset {}: end {} cannot be so rare",
                 preset.info.name, i);
  }
  return shares;
}

}  // namespace

EndsByRunTime::EndsByRunTime(const MlPreset& preset)
    : long_from_{preset.ends.long_from},
      short_{solve(preset).shorter},
      long_{solve(preset).longer},
      longest_{solve(preset).longer} {}

std::string_view EndsByRunTime::draw(std::size_t step, double gpu_time, Rng& rng) {
  constexpr std::array<std::string_view, 3> names{"COMPLETED", "CANCELLED", "FAILED"};
  if (step < long_from_) return names[short_.draw(rng)];
  return names[step < long_from_ + 2 ? long_.draw(rng) : longest_.draw(rng, gpu_time)];
}

}  // namespace sluice::workloads::generators
