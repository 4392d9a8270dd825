#pragma once
// Which devices of a node a job could have, and from which of its sockets.

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/machine.hpp"
#include "policies/placement/cons_tres/offer.hpp"
#include "policies/placement/cons_tres/places.hpp"
#include "policies/placement/cons_tres/sight.hpp"

namespace sluice::cons_tres {

/// A node as it stands in a test.
struct SeenNode {
  std::uint32_t node = 0;
  const Machine* machine = nullptr;
  std::span<const DeviceGroup> groups;
};

/// Sockets that a job of few CPUs is expected to use; absent: any number. Source: cons_common job_test.c.
std::optional<std::int64_t> expected_sockets(const Demand& demand);

/// Fills in what is free of each GRES of the demand, and takes cores of sockets that it rules out away. False: too little.
/// Source: select/cons_tres gres_sched.c.
bool find_devices(const Demand& demand, const SeenNode& node, const NodeClass& node_class, const Amount& counts,
                  Assume assume, NodeSight& sight);

/// The most shares of one GPU; 0: not a GRES that shares GPUs, or everything is assumed to be free.
std::int64_t most_of_one(const GresDemand& wanted, const SeenNode& node, const NodeClass& node_class, Assume assume);

}  // namespace sluice::cons_tres
