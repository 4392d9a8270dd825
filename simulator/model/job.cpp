#include "simulator/model/job.hpp"

namespace sluice {

std::string_view end_state_name(EndState state) {
  switch (state) {
    case EndState::completed: return "COMPLETED";
    case EndState::failed: return "FAILED";
    case EndState::cancelled: return "CANCELLED";
    case EndState::timeout: return "TIMEOUT";
    case EndState::node_fail: return "NODE_FAIL";
    case EndState::out_of_memory: return "OUT_OF_MEMORY";
    case EndState::deadline: return "DEADLINE";
  }
  return "COMPLETED";
}

}  // namespace sluice
