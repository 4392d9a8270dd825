#pragma once
// Which of a node's cores a job gets.

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/sight.hpp"

namespace sluice::cons_tres {

/// Cores for so many CPUs, of those that are available: socket by socket where blocks are asked for or CPUs are given one
/// by one, else dealt over the sockets. Fewer, if there are fewer.
/// Source: cons_common dist_tasks.c.
NodeCores take_cores(const Demand& demand, const Hardware& hardware, const Settings& settings, std::int32_t cpus,
                     const NodeCores& available);

}  // namespace sluice::cons_tres
