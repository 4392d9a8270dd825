#pragma once
// For how long how many nodes had at least one job: with shared nodes the jobs' own sums cannot tell.

#include <cstdint>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/observer.hpp"

namespace sluice::report {

/// Sums used nodes over time, exactly: the integral of LoadSample::used_nodes up to the last end of a job.
class BusyNodes final : public Observer {
 public:
  void job_ended(JobId, Time end, EndState, const Allocation&) override { until_last_end_ = so_far(end); }
  void job_dropped(JobId, Time end, EndState) override { until_last_end_ = so_far(end); }
  void settled(Time now, const LoadSample& sample) override {
    sum_ = so_far(now);
    since_ = now;
    used_ = sample.used_nodes;
  }
  /// Node-milliseconds from the start of the simulation to the last end of a job; 0 when none has ended.
  std::int64_t node_ms() const { return until_last_end_; }

  void fields(Archive& archive) { archive(since_, used_, sum_, until_last_end_); }

 private:
  std::int64_t so_far(Time now) const { return sum_ + used_ * (now - since_).count(); }

  Time since_{};
  std::int64_t used_ = 0, sum_ = 0, until_last_end_ = 0;
};

}  // namespace sluice::report
