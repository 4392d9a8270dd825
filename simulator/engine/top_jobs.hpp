#pragma once
// scontrol top: jobs change places in the queue.

#include <optional>
#include <span>
#include <string>

#include "simulator/engine/live_records.hpp"
#include "simulator/engine/state.hpp"

namespace sluice {

/// Gives these pending jobs, in this order, the highest of the priorities that they and the other pending jobs of the same
/// user, association, QOS and partition have, and takes from the others what they gain: all of it by their nice, so that it
/// stays when priorities are computed again. Tells why a job was left where it is, the last one if there are several; a job of
/// several partitions stops everything. Jobs that wait for something else than their turn have no place yet and get none.
/// Cost: linear in the pending jobs. Source: scontrol(1); job_mgr.c, _set_top.
std::optional<std::string> move_to_top(State& state, LiveRecords& records, std::span<const JobId> named);

}  // namespace sluice
