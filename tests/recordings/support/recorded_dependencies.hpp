#pragma once
// Which recorded jobs wait for what cannot happen any more.

#include <optional>
#include <vector>

#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// From sacct: since when each job's dependency can never be met. Source: test_job_dependency() of job_scheduler.c.
class RecordedDependencies {
 public:
  explicit RecordedDependencies(const RecordedState& state);

  bool is_never_met(std::size_t job, Time at) const { return never_[job] && Time{*never_[job]} <= at; }

 private:
  std::vector<std::optional<Seconds>> never_;  ///< by job
};

}  // namespace sluice::recordings
