#include "policies/placement/cons_tres/near_devices.hpp"

#include <algorithm>

namespace sluice::cons_tres {
namespace {

bool accepts(const GresDemand& wanted, const GresCount& kind) {
  return kind.name == wanted.name && (wanted.type.empty() || wanted.type == kind.type);
}

std::int64_t free_units(const DeviceGroup& group, const SeenNode& node, const Amount& counts, Assume assume) {
  if (group.is_shared) {
    if (assume == Assume::empty) return counts.gres[group.kind];
    return node.machine->free_shares(node.node, group.kind, static_cast<std::size_t>(std::countr_zero(group.devices)));
  }
  return std::popcount(group.devices & (assume == Assume::empty ? ~std::uint64_t{0} : node.machine->free_gpus(node.node)));
}

/// One GRES of the demand on one node.
class Finder {
 public:
  Finder(const GresDemand& wanted, const Demand& demand, NodeSight& sight, NearDevices& here)
      : wanted_{wanted}, enforce_{demand.enforce_gres_binding}, sight_{sight}, here_{here} {}

  void add(const DeviceGroup& group, std::int64_t units) {
    if (units <= 0) return;
    if (group.sockets == 0) {
      here_.any += units;
      here_.any_devices |= group.devices;
      return;
    }
    for (std::int32_t s = 0; s < sight_.cores.sockets(); ++s) {
      if ((group.sockets >> s & 1) == 0 || (enforce_ && sight_.cores.count(s) == 0)) continue;
      const auto place = static_cast<std::size_t>(s);
      here_.near[place] += units;
      here_.near_devices[place] |= group.devices;
      return;
    }
  }

  /// Sockets with fewer than --gpus-per-socket are out, and of others no more count.
  void bound_by_socket() {
    if (wanted_.per_socket == 0) return;
    for (std::int32_t s = 0; s < sight_.cores.sockets(); ++s) {
      auto& units = here_.near[static_cast<std::size_t>(s)];
      if (units < wanted_.per_socket) {
        units = 0;
        if (enforce_) sight_.cores.erase_socket(s);
      } else {
        units = wanted_.per_socket;
      }
    }
  }

  /// The sockets with the most devices are kept.
  void bound_sockets(std::int64_t most) {
    if (!enforce_ || most >= sight_.cores.sockets()) return;
    const auto counts = [this](std::size_t s) {
      return here_.near[s] > 0 && sight_.cores.count(static_cast<std::int32_t>(s)) > 0;
    };
    std::vector<std::size_t> sockets;
    for (std::size_t s = 0; s < here_.near.size(); ++s)
      if (counts(s)) sockets.push_back(s);
    for (auto left = static_cast<std::int64_t>(sockets.size()); left > most; --left) {
      const auto lowest = std::min_element(sockets.begin(), sockets.end(),
                                           [this](std::size_t a, std::size_t b) { return here_.near[a] < here_.near[b]; });
      sight_.cores.erase_socket(static_cast<std::int32_t>(*lowest));
      here_.near[*lowest] = 0;
      sockets.erase(lowest);
    }
  }

  /// Those without which the least count cannot be reached: the ones with the most devices first, among them those with cores.
  void require_sockets(std::int64_t least) {
    std::vector<bool> may(here_.near.size());
    for (std::size_t s = 0; s < may.size(); ++s) may[s] = sight_.cores.count(static_cast<std::int32_t>(s)) > 0;
    for (std::int64_t missing = least - here_.any; missing > 0;) {
      std::optional<std::size_t> best;
      for (std::size_t s = 0; s < may.size(); ++s)
        if (may[s] && here_.near[s] > 0 && (!best || here_.near[s] > here_.near[*best])) best = s;
      if (!best) return;
      sight_.required_sockets |= std::uint64_t{1} << *best;
      missing -= here_.near[*best];
      may[*best] = false;
    }
  }

 private:
  const GresDemand& wanted_;
  bool enforce_;
  NodeSight& sight_;
  NearDevices& here_;
};

}  // namespace

std::optional<std::int64_t> expected_sockets(const Demand& d) {
  const std::int64_t nodes = std::max<std::int64_t>(1, d.asked_min_nodes);
  if (std::max(d.min_cpus, d.ntasks * d.cpus_per_task) / nodes <= 1) return 1;
  if (d.ntasks_per_socket > 0) return (d.ntasks / nodes + d.ntasks_per_socket - 1) / d.ntasks_per_socket;
  return std::nullopt;
}

bool find_devices(const Demand& demand, const SeenNode& node, const NodeClass& node_class, const Amount& counts,
                  Assume assume, NodeSight& sight) {
  const auto sockets = static_cast<std::size_t>(sight.cores.sockets());
  sight.devices.resize(demand.gres.size());
  for (std::size_t g = 0; g < demand.gres.size(); ++g) {
    const GresDemand& wanted = demand.gres[g];
    if (sight.cores.count() == 0) return false;
    NearDevices& here = sight.devices[g] = {};
    here.near.assign(sockets, 0);
    here.near_devices.assign(sockets, 0);
    Finder finder{wanted, demand, sight, here};
    std::vector<bool> has_groups(node_class.gres.size());
    for (const DeviceGroup& group : node.groups) {
      if (!accepts(wanted, node_class.gres[group.kind])) continue;
      has_groups[group.kind] = here.has_places = true;
      finder.add(group, free_units(group, node, counts, assume));
    }
    for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds; ++k)
      if (!has_groups[k] && accepts(wanted, node_class.gres[k])) here.any += counts.gres[k];
    if (here.total() == 0) return false;
    finder.bound_by_socket();
    if (wanted.total > 0 && wanted.per_socket == 0)
      if (const auto most = expected_sockets(demand)) finder.bound_sockets(*most);
    const std::int64_t least = std::max(wanted.per_node, wanted.per_task);
    if (here.total() < least) return false;
    finder.require_sockets(least);
  }
  return true;
}

std::int64_t most_of_one(const GresDemand& wanted, const SeenNode& node, const NodeClass& node_class, Assume assume) {
  std::int64_t most = 0;
  if (assume == Assume::empty) return 0;
  for (const DeviceGroup& group : node.groups)
    if (group.is_shared && accepts(wanted, node_class.gres[group.kind]))
      most = std::max(most, free_units(group, node, Amount{}, assume));
  return most;
}

}  // namespace sluice::cons_tres
