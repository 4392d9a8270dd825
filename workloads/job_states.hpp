#pragma once
// End states as Slurm names them.

#include <optional>
#include <string_view>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// How the program of a job in that state ended, for logs without time limits: a job that ran into one failed, and one
/// that was put aside for good was cancelled. nullopt for no state of an ended job. "CANCELLED by 1000" is one, too.
std::optional<Outcome> outcome_of_state(std::string_view state);

}  // namespace sluice::workloads
