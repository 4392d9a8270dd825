// The part of ReservationBook about which nodes a reservation gets, and keeps.

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "simulator/base/check.hpp"
#include "simulator/engine/reservation_book.hpp"

namespace sluice {
namespace {

using Flag = ReservationFlag;

tl::unexpected<std::string> no(std::string message) { return tl::unexpected{std::move(message)}; }

NodeSet first_of(const NodeSet& set, std::int64_t count) {
  NodeSet first{set.capacity()};
  set.for_each([&](NodeId node) {
    if (count-- > 0) first.insert(node);
  });
  return first;
}

}  // namespace

NodeSet ReservationBook::nodes_of(PartitionId partition) const {
  NodeSet nodes{cluster_.nodes.size()};
  for (const NodeId node : cluster_.partitions[partition.index()].nodes) nodes.insert(node);
  return nodes;
}

/// Nodes by number come of the default partition where none is named.
PartitionId ReservationBook::partition_of(const Reservation& reservation) const {
  if (reservation.partition) return *reservation.partition;
  for (std::uint32_t p = 0; p < cluster_.partitions.size(); ++p)
    if (cluster_.partitions[p].is_default) return PartitionId{p};
  return PartitionId{0};
}

/// The lowest nodes; with a topology those under the lowest switch that has enough, best fitting leaves first.
/// Source: cons_common.c, select_p_resv_test.
std::optional<NodeSet> ReservationBook::pick_of(const NodeSet& from, std::int64_t count) const {
  if (static_cast<std::int64_t>(from.count()) < count) return std::nullopt;
  if (tree_.size() == 0) return first_of(from, count);
  std::optional<std::size_t> best;
  for (std::size_t s = 0; s < tree_.size(); ++s) {
    if (tree_.count(s, from) < count) continue;
    if (!best || tree_[s].level < tree_[*best].level ||
        (tree_[s].level == tree_[*best].level && tree_.count(s, from) < tree_.count(*best, from)))
      best = s;
  }
  if (!best) return std::nullopt;
  NodeSet left = from;
  left &= tree_[*best].nodes;
  NodeSet picked{from.capacity()};
  while (count > 0) {
    std::optional<std::size_t> leaf;
    const auto fits = [&](std::size_t s) { return tree_.count(s, left) >= count; };
    for (std::size_t s = 0; s < tree_.size(); ++s) {
      if (tree_[s].level != 0 || tree_.count(s, left) == 0) continue;
      const auto size = [&](std::size_t one) { return tree_.count(one, left); };
      if (!leaf || (fits(s) && !fits(*leaf)) || (fits(s) && size(s) < size(*leaf)) || (!fits(s) && size(s) > size(*leaf)))
        leaf = s;
    }
    if (!leaf) return std::nullopt;
    NodeSet here = left;
    here &= tree_[*leaf].nodes;
    here = first_of(here, count);
    count -= static_cast<std::int64_t>(here.count());
    picked |= here;
    left -= tree_[*leaf].nodes;
  }
  return picked;
}

/// Source: reservation.c, _pick_node_cnt.
std::optional<NodeSet> ReservationBook::pick(const Reservation& reservation, std::int64_t count, NodeSet from,
                                             const std::vector<ReservationWorld::Run>& runs) const {
  count = std::min(count, static_cast<std::int64_t>(from.count()));
  const bool ignores_jobs = reservation.has(Flag::ignore_jobs);
  if (static_cast<std::int64_t>(from.count()) == count && ignores_jobs) return pick_of(from, count);
  const NodeSet all = from;
  for (const auto& run : runs)
    if (run.end >= reservation.start) from -= run.nodes;
  if (auto picked = pick_of(from, count)) return picked;
  if (!ignores_jobs) return std::nullopt;
  for (const auto& run : runs) {
    if (run.end < reservation.start) continue;
    NodeSet busy = all;
    busy &= run.nodes;
    from |= busy;
    if (auto picked = pick_of(from, count)) return picked;
  }
  return std::nullopt;
}

/// From nodes that no other reservation has at that time; MAINT and OVERLAP go on with those that one has, MAINT also
/// with nodes that are drained or down. Fewer than asked for are better than none.
std::optional<NodeSet> ReservationBook::choose(const Reservation& reservation, const std::vector<std::int64_t>& counts,
                                               const NodeSet& from, const ReservationWorld& world) const {
  const bool is_maint = reservation.has(Flag::maint);
  NodeSet all = from;
  if (reservation.features) all &= *reservation.features;
  NodeSet up = all, available = all;
  up &= world.up();
  available &= world.available();
  NodeSet free = available;
  for (const Reservation& other : all_)
    if (!other.cores && overlaps_in_time(reservation, other, world.now())) free -= other.nodes;
  std::vector<NodeSet> pools{free};
  if (is_maint || reservation.has(Flag::overlap)) pools.push_back(available);
  if (is_maint) {
    pools.push_back(up);
    pools.push_back(all);
  }
  if (reservation.features) {
    const std::int64_t wanted = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    if (static_cast<std::int64_t>(pools.back().count()) < wanted) return std::nullopt;
  }
  const auto runs = world.runs();
  NodeSet picked{from.capacity()};
  for (std::int64_t remain : counts) {
    for (NodeSet pool : pools) {
      if (remain <= 0) break;
      pool -= picked;
      if (pool.count() == 0) continue;
      const auto some = pick(reservation, remain, pool, runs);
      if (!some) continue;
      remain -= static_cast<std::int64_t>(some->count());
      picked |= *some;
    }
  }
  return picked.count() == 0 ? std::nullopt : std::optional{picked};
}

ReservationBook::Result<void> ReservationBook::place(Reservation& reservation, const ReservationRequest& request,
                                                     const ReservationWorld& world) const {
  const bool is_counted = std::any_of(request.node_counts.begin(), request.node_counts.end(),
                                      [](std::int64_t count) { return count > 0; });
  const bool has_cores = !request.core_counts.empty();
  const bool is_whole_partition =
      request.partition && !request.nodes && !is_counted && !has_cores && !request.licenses;
  if (request.nodes || request.all_nodes || is_whole_partition) {
    reservation.flags.insert(Flag::spec_nodes);
    reservation.flags.erase(Flag::part_nodes);
    if (request.nodes) {
      reservation.nodes = *request.nodes;
    } else if (request.partition) {
      reservation.nodes = nodes_of(*request.partition);
      reservation.flags.insert(Flag::part_nodes);
    } else {
      reservation.nodes.insert(NodeId{0}, cluster_.nodes.size());
      reservation.flags.insert(Flag::all_nodes);
    }
    if (overlaps_another(reservation, world.now())) return no("Requested reservation overlaps with another reservation");
    if (!has_cores && overlaps_jobs(reservation, world, reservation.start, std::nullopt))
      return no("Requested nodes are busy");
    if (has_cores) {
      if (request.core_counts.size() < reservation.nodes.count())
        return no("Core count for reservation node list is not consistent!");
      const NodeSet from = reservation.nodes;
      if (auto placed = place_cores(reservation, request, from, world); !placed) return placed;
    }
  } else if (!reservation.has(Flag::any_nodes)) {
    if (!is_counted && !has_cores) return no("Invalid node name specified");
    if (has_cores) {
      reservation.partition = partition_of(reservation);
      if (auto placed = place_cores(reservation, request, nodes_of(*reservation.partition), world); !placed) return placed;
      reservation.node_count = static_cast<std::int64_t>(reservation.nodes.count());
      return {};
    }
    auto counts = request.node_counts;
    std::sort(counts.begin(), counts.end(), std::greater<>{});
    reservation.partition = partition_of(reservation);
    auto nodes = choose(reservation, counts, nodes_of(*reservation.partition), world);
    if (!nodes) return no("Requested nodes are busy");
    reservation.nodes = std::move(*nodes);
  } else if (reservation.licenses.empty()) {
    return no("Requested reservation is invalid");
  }
  reservation.node_count = static_cast<std::int64_t>(reservation.nodes.count());
  return {};
}

ReservationBook::Result<void> ReservationBook::change_nodes(Reservation& reservation,
                                                            const ReservationRequest& request,
                                                            const ReservationWorld& world) const {
  if (request.nodes || request.all_nodes) {
    if (reservation.flags.any_of({Flag::replace, Flag::replace_down}))
      return no("Requested operation not supported on this system");
    const bool of_partition = request.all_nodes && reservation.partition && reservation.has(Flag::part_nodes);
    reservation.flags.insert(Flag::spec_nodes);
    reservation.flags.erase({Flag::all_nodes, Flag::part_nodes});
    if (request.nodes) {
      reservation.nodes = *request.nodes;
    } else if (of_partition) {
      reservation.nodes = nodes_of(*reservation.partition);
      reservation.flags.insert(Flag::part_nodes);
    } else {
      reservation.nodes.insert(NodeId{0}, cluster_.nodes.size());
      reservation.flags.insert(Flag::all_nodes);
    }
    reservation.node_count = static_cast<std::int64_t>(reservation.nodes.count());
  }
  if (request.node_counts.empty()) return {};
  reservation.flags.erase({Flag::all_nodes, Flag::part_nodes});
  const std::int64_t wanted = std::accumulate(request.node_counts.begin(), request.node_counts.end(), std::int64_t{0});
  const std::int64_t more = wanted - reservation.node_count;
  if (more > 0) {
    reservation.partition = partition_of(reservation);
    NodeSet others = nodes_of(*reservation.partition);
    others -= reservation.nodes;
    const auto added = choose(reservation, {more}, others, world);
    if (!added) return no("Requested nodes are busy");
    reservation.nodes |= *added;
  } else if (more < 0) {
    NodeSet idle = reservation.nodes;
    idle &= world.idle();
    reservation.nodes -= first_of(idle, -more);
    reservation.nodes = first_of(reservation.nodes, wanted);
  }
  reservation.node_count = static_cast<std::int64_t>(reservation.nodes.count());
  return {};
}

void ReservationBook::exchange_nodes(Reservation& reservation, const ReservationWorld& world) const {
  if (reservation.node_count == 0 || reservation.flags.any_of({Flag::spec_nodes, Flag::static_alloc})) return;
  if (reservation.cores) return exchange_core_node(reservation, world);
  if (reservation.flags.any_of({Flag::replace, Flag::replace_down})) return replace_nodes(reservation, world);
  const NodeSet available = world.available();
  const auto usable = static_cast<std::int64_t>(reservation.nodes.count_common(available));
  if (usable == reservation.node_count) return;
  NodeSet others = available;
  others &= nodes_of(partition_of(reservation));
  others -= reservation.nodes;
  const auto instead = choose(reservation, {reservation.node_count - usable}, others, world);
  if (!instead) return;
  reservation.nodes &= available;
  reservation.nodes |= *instead;
}

/// REPLACE gives up nodes in use as well. Source: reservation.c, _resv_node_replace.
void ReservationBook::replace_nodes(Reservation& reservation, const ReservationWorld& world) const {
  NodeSet kept = reservation.nodes;
  kept &= world.available();
  if (reservation.has(Flag::replace)) kept &= world.idle();
  const auto preserved = static_cast<std::int64_t>(kept.count());
  for (std::int64_t add = reservation.node_count - preserved; add > 0; add /= 2) {
    NodeSet others = nodes_of(partition_of(reservation));
    others -= reservation.nodes;
    const auto added = choose(reservation, {add}, others, world);
    if (!added) continue;
    const std::int64_t busy = reservation.node_count - preserved - static_cast<std::int64_t>(added->count());
    NodeSet still = reservation.nodes;
    still -= kept;
    reservation.nodes = kept;
    if (busy > 0) reservation.nodes |= first_of(still, busy);
    reservation.nodes |= *added;
    return;
  }
}

}  // namespace sluice
