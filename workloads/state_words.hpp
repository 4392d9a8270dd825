#pragma once
// How a job's program ends, in sacct's words.

#include <string_view>

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

}  // namespace sluice::workloads
