#include "workloads/job_states.hpp"

namespace sluice::workloads {

std::optional<Outcome> outcome_of_state(std::string_view state) {
  if (state == "COMPLETED") return Outcome::completed;
  if (state == "FAILED" || state == "TIMEOUT") return Outcome::failed;
  if (state.starts_with("CANCELLED") || state == "SUSPENDED") return Outcome::cancelled;
  if (state == "NODE_FAIL") return Outcome::node_fail;
  if (state == "OUT_OF_MEMORY") return Outcome::out_of_memory;
  return std::nullopt;
}

}  // namespace sluice::workloads
