// Transforms of time: shift, scale_load, scale_runtimes.

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulator/base/slurm_time.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

Duration scaled(Duration length, double factor) {
  return Duration{std::llround(static_cast<double>(length.count()) * factor)};
}

/// Starts and ends that a trace recorded mean nothing once its jobs or their gaps have changed.
std::string drop_history(Workload& workload) {
  if (workload.recorded.empty()) return {};
  workload.recorded.clear();
  return "; recorded starts are dropped, as they belong to the trace as it was";
}

}  // namespace

void shift(Workload& workload, const TransformCall& call) {
  const Duration by = *call.arguments().length("by");
  workload.time_base.zero += by;  // all else counts from the zero
  call.state(workload,
             fmt::format("the trace is {} {}", time_text(std::chrono::abs(by)), by < 0s ? "earlier" : "later"));
}

void scale_load(Workload& workload, const TransformCall& call) {
  const double factor = *call.arguments().number("factor");
  for (auto& job : workload.jobs) {
    const Time submit{scaled(job.submit.time_since_epoch(), 1 / factor)};
    if (const JobExtras& extras = workload.extras[job.extras]; extras.begin || extras.deadline) {
      JobExtras own = extras;
      for (auto* moment : {&own.begin, &own.deadline})
        if (*moment) **moment += submit - job.submit;
      job.extras = static_cast<std::uint32_t>(workload.extras.size());
      workload.extras.push_back(std::move(own));
    }
    job.submit = submit;
  }
  call.state(workload, fmt::format("the gaps between submissions are divided by {}{}", factor, drop_history(workload)));
}

void scale_runtimes(Workload& workload, const TransformCall& call) {
  const double factor = *call.arguments().number("factor");
  const bool limits_too = *call.arguments().text("limits") == "scale";
  for (auto& job : workload.jobs) {
    job.duration = std::max(scaled(job.duration, factor), Duration{1ms});
    if (limits_too && job.limit) job.limit = std::max(round_up_to_minute(scaled(*job.limit, factor)), Duration{1min});
  }
  call.state(workload, fmt::format("run times are multiplied by {}, time limits {}{}", factor,
                                   limits_too ? "too, up to whole minutes" : "stay", drop_history(workload)));
}

}  // namespace sluice::workloads
