#pragma once
// What an sbatch script cannot say: when it was submitted, by whom, and how long it ran.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/base/complaint.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/task_values.hpp"

namespace sluice::workloads {

struct RunFacts {
  std::optional<TaskDurations> duration;
  std::optional<Duration> submit;  ///< seconds of the workload's own time, or since 1970 when it is a date
  bool submit_is_date = false;
  std::optional<std::string> user, kind;
  std::optional<TaskExitCodes> exit_codes;
  std::optional<Outcome> outcome;  ///< where the exit code does not tell it

  /// Takes over what `later` knows.
  void add(const RunFacts& later);
};

/// The keys: duration, submit, user, kind, exit-code, state.
std::span<const std::string_view> run_fact_keys();

/// Reads one value, or says what is wrong with it or with the key.
std::optional<Complaint> read_run_fact(std::string_view key, std::string_view value, RunFacts& facts);

}  // namespace sluice::workloads
