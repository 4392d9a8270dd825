#pragma once
// How late slurmctld and its nodes are, where a simulation asks for it (SluiceLatency).

#include <cmath>
#include <cstdint>

#include "simulator/base/ids.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice {

/// Pure functions of the seed and of what is late, so that no draw shifts another. Clean-ups are spread evenly over their
/// range; most launches, and nearly all wake-ups, lie near the low end of theirs (as recorded of slurmctld 22.05.8).
class Latencies {
 public:
  Latencies(const ControllerSettings& settings, std::uint64_t seed) : settings_{settings}, seed_{seed} {}

  /// From the start of a run until its program runs.
  Duration launch(JobId job, Time start) const { return draw(settings_.launch, 6, "launch", job.value, start); }
  /// From the end of a run until its nodes are known to be clean.
  Duration clean(JobId job, Time end) const { return draw(settings_.clean, 1, "clean", job.value, end); }
  /// Of a pass or cycle that is due at `due`.
  Duration wake(Time due) const { return draw(settings_.wake, 8, "wake", 0, due); }

 private:
  /// A power of an even draw: the higher, the more draws lie near the low end, with few near the high one.
  Duration draw(const LatencyRange& range, int power, std::string_view what, std::uint32_t job, Time at) const {
    if (range.high == Duration{}) return Duration{};
    Rng rng{seed_ ^ static_cast<std::uint64_t>(at.time_since_epoch().count()) << 20 ^ job, what};
    double share = 1;
    for (const double even = rng.uniform(); power > 0; --power) share *= even;
    const auto width = static_cast<double>((range.high - range.low).count());
    return range.low + Duration{std::llround(share * width)};
  }

  ControllerSettings settings_;
  std::uint64_t seed_;
};

}  // namespace sluice
