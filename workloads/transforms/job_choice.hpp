#pragma once
// The steps that keep a job or not by what it is alone, filter and cut: the transforms of these names, and what readers
// apply to each row, so that a long trace needs memory only for the jobs that are kept.

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "workloads/transform.hpp"

namespace sluice::workloads {

/// Order of calls: make(), begin() once the time base is known, wants() for each job, state().
class JobChoice {
 public:
  /// All of `steps` must be choosing ones; they outlive the choice. nullopt iff an error was reported.
  static std::optional<JobChoice> make(std::span<const Transform> steps, Diagnostics& diags);

  /// Says what submissions count from: `base.zero`. False iff an error was reported.
  bool begin(const TimeBase& base, Diagnostics& diags);
  /// Whether every step keeps this job; counts it.
  bool wants(const Workload& workload, const JobSpec& job);
  std::size_t left_out() const { return steps_.empty() ? 0 : steps_.front().seen - steps_.back().kept; }
  /// What each step did, for the report.
  void state(Workload& workload) const;

 private:
  using Condition = std::function<bool(const Workload&, const JobSpec&)>;
  struct Step {
    const Transform* step = nullptr;
    Condition wants;
    std::size_t seen = 0, kept = 0;
  };
  std::vector<Step> steps_;
};

}  // namespace sluice::workloads
