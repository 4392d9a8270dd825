#pragma once
// A node as sinfo shows it.

#include <cstdint>

namespace sluice {

struct NodeView {
  bool down = false, drained = false, failing = false;
  bool silent = false;       ///< its slurmd does not answer
  bool completing = false;   ///< it cleans up after a job
  bool reserved = false;     ///< a reservation is on that has it
  bool maintenance = false;  ///< for maintenance
  bool planned = false;      ///< the last backfill cycle keeps it for a job
  bool power_down_asked = false, powering_down = false, powered_down = false, powering_up = false;
  std::int64_t used_cpus = 0;
};

}  // namespace sluice
