#pragma once
// How a job's program ends, in sacct's words.

#include <optional>
#include <string_view>

#include "simulator/base/text.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

constexpr std::string_view state_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::completed: return "COMPLETED";
    case Outcome::failed: return "FAILED";
    case Outcome::cancelled: return "CANCELLED";
    case Outcome::node_fail: return "NODE_FAIL";
    case Outcome::out_of_memory: return "OUT_OF_MEMORY";
  }
  return {};
}

inline constexpr Outcome all_outcomes[] = {Outcome::completed, Outcome::failed, Outcome::cancelled, Outcome::node_fail,
                                           Outcome::out_of_memory};

/// Upper or lower case. What ran into its limit had not ended by itself: TIMEOUT is completed.
inline std::optional<Outcome> outcome_named(std::string_view word) {
  if (equal_ignoring_case(word, "TIMEOUT")) return Outcome::completed;
  for (const Outcome outcome : all_outcomes)
    if (equal_ignoring_case(word, state_word(outcome))) return outcome;
  return std::nullopt;
}

}  // namespace sluice::workloads
