#pragma once
// How far a long run has come, on a terminal; nothing at all in a pipe.

#include <chrono>
#include <cstdio>

#include "simulator/engine/observer.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// Rewrites one line on standard error a few times a second: rate, simulated date, time left. The time left goes by
/// the jobs submitted so far, so it is rough. Looks at the clock only every few thousand instants.
class Progress final : public Observer {
 public:
  /// Shows nothing unless standard error is a terminal.
  explicit Progress(const Workload& workload);
  ~Progress() override;
  bool is_shown() const { return is_shown_; }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void job_submitted(JobId, Time) override { ++submitted_; }
  void job_rejected(JobId, Time, std::string_view) override { ++submitted_; }
  void settled(Time now, const LoadSample& load) override {
    if ((++instants_ & 0xfff) == 0) show(now, load);
  }

 private:
  using Clock = std::chrono::steady_clock;
  void show(Time now, const LoadSample& load);

  const Workload& workload_;
  bool is_shown_;
  bool has_line_ = false;
  std::size_t instants_ = 0, submitted_ = 0;
  Clock::time_point began_ = Clock::now(), shown_ = began_;
};

}  // namespace sluice::app
