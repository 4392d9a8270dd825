#pragma once
// The nodes that one test chooses from, and what each still offers while it is being decided.

#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/near_look.hpp"
#include "policies/placement/cons_tres/offer.hpp"
#include "policies/placement/cons_tres/places.hpp"
#include "policies/placement/cons_tres/sight.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::cons_tres {

/// Offers by node, valid for the nodes of `candidates`; memory is kept from one test to the next. Taking a node may
/// lower its CPUs, and later evaluations of the same test see that.
struct Rooms {
  NodeSet candidates;
  std::vector<std::int32_t> cpus;
  std::vector<std::int32_t> free_cpus;  ///< whatever the job needs; only where least loaded nodes are looked for
  // Only for jobs with GRES:
  std::vector<std::int32_t> gpus;
  std::vector<std::int32_t> all_cores;
  std::vector<std::int32_t> cores;      ///< left of all_cores by the last look at the node
  std::vector<GresOffer> gres;          ///< `kinds` a node
  std::size_t kinds = 0;
  // Only where cores are looked at one by one; by node:
  std::vector<NodeSight> sights;
  const Places* places = nullptr;       ///< null: they are not
  Look look = Look::first;

  void resize(std::size_t nodes) {
    for (auto* list : {&cpus, &free_cpus, &gpus, &all_cores, &cores}) list->resize(nodes);
    candidates = NodeSet{nodes};
  }
  std::span<GresOffer> gres_of(std::uint32_t node) { return {gres.data() + node * kinds, kinds}; }
  /// CPUs and GPUs: what small nodes are dropped by.
  std::int32_t resources(std::uint32_t node) const { return cpus[node] + (kinds > 0 ? gpus[node] : 0); }
};

}  // namespace sluice::cons_tres
