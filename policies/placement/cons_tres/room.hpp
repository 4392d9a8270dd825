#pragma once
// The nodes that one test chooses from, and what each still offers while it is being decided.

#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/offer.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::cons_tres {

/// One node's part in a test. Taking a node may lower `cpus`, and later evaluations of the same test see that.
struct Room {
  std::int32_t cpus = 0;
  std::int32_t free_cpus = 0;
  std::int32_t resources = 0;  ///< CPUs and GPUs: what small nodes are dropped by
  std::int32_t gpus = 0;
  std::int32_t all_cores = 0;
  std::int32_t cores = 0;      ///< left of these by the last look at it; only counted for jobs with GRES
};

/// Room by node, for the nodes of `candidates`; memory is kept from one test to the next.
struct Rooms {
  std::vector<Room> of_node;
  std::vector<GresOffer> gres;  ///< `kinds` a node
  std::size_t kinds = 0;
  NodeSet candidates;

  std::span<GresOffer> gres_of(std::uint32_t node) { return {gres.data() + node * kinds, kinds}; }
};

}  // namespace sluice::cons_tres
