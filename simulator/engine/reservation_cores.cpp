// The part of ReservationBook about reservations of some cores of their nodes.

#include <algorithm>
#include <functional>
#include <numeric>

#include "simulator/engine/reservation_book.hpp"

namespace sluice {
namespace {

using Flag = ReservationFlag;

/// The lowest `most` of the cores.
std::vector<std::uint64_t> lowest(std::span<const std::uint64_t> cores, std::int64_t most) {
  std::vector<std::uint64_t> some(cores.size());
  for (std::size_t w = 0; w < cores.size(); ++w)
    for (std::uint64_t left = cores[w]; left != 0 && most > 0; left &= left - 1, --most) some[w] |= left & (~left + 1);
  return some;
}

bool has_first(std::span<const std::uint64_t> cores, std::int64_t count) {
  for (std::int64_t c = 0; c < count; ++c) {
    const auto word = static_cast<std::size_t>(c) / 64;
    if (word >= cores.size() || (cores[word] >> (c % 64) & 1) == 0) return false;
  }
  return true;
}

/// Takes cores of nodes one after the other until there are enough.
class CorePicker {
 public:
  CorePicker(const NodeSet& from, const CoreSet& free, const CoreSet& none)
      : from_{from}, free_{free}, nodes_{from.capacity()}, cores_{none} {}

  const NodeSet& nodes() const { return nodes_; }
  const CoreSet& cores() const { return cores_; }

  /// The first of each of so many nodes, as many of a node as its place in the list says. Source: _pick_first_cores().
  bool take_first(const std::vector<std::int64_t>& counts) {
    std::size_t place = 0;
    from_.for_each([&](NodeId node) {
      if (place < counts.size() && has_first(free_.of(node.value), counts[place])) take(node, counts[place++]);
    });
    return place == counts.size();
  }

  /// One count for several nodes is shared evenly, and what that leaves is taken of the first ones, again and again: so
  /// does slurmctld. Source: _sequential_pick().
  bool take_evenly(std::int64_t total, std::int64_t nodes) {
    const std::int64_t each = std::max<std::int64_t>(total / nodes, 1);
    std::int64_t extra = total - each * nodes;
    from_.for_each([&](NodeId node) {
      const std::int64_t free = free_.count(node.value);
      if (nodes <= 0 || free < each) return;
      std::int64_t cores = each;
      if (free > each && extra > 0) {
        cores = std::min(free, each + extra);
        extra += free - cores;
      }
      take(node, cores);
      --nodes;
    });
    return nodes <= 0;
  }

  /// One count without a number of nodes: all that nodes have until there are enough.
  bool take_all_of(std::int64_t total) {
    from_.for_each([&](NodeId node) {
      const std::int64_t cores = std::min<std::int64_t>(total, free_.count(node.value));
      if (cores > 0) take(node, cores);
      total -= cores;
    });
    return total <= 0;
  }

  /// As many of each node as its place in the list says.
  bool take_each(const std::vector<std::int64_t>& counts) {
    std::size_t place = 0;
    from_.for_each([&](NodeId node) {
      if (place < counts.size() && free_.count(node.value) >= counts[place]) take(node, counts[place++]);
    });
    return place == counts.size();
  }

 private:
  void take(NodeId node, std::int64_t count) {
    const auto some = lowest(free_.of(node.value), count);
    std::copy(some.begin(), some.end(), cores_.of(node.value).begin());
    nodes_.insert(node);
  }

  const NodeSet& from_;
  const CoreSet& free_;
  NodeSet nodes_;
  CoreSet cores_;
};

}  // namespace

/// Cores of running jobs are not taken, unless the reservation ignores jobs. Source: cons_common.c, select_p_resv_test;
/// with a topology the nodes are here those that a reservation of whole nodes would get.
std::optional<ReservationBook::CorePick> ReservationBook::pick_cores(const Reservation& reservation,
                                                                     const std::vector<std::int64_t>& counts,
                                                                     std::int64_t nodes, NodeSet from, CoreSet used,
                                                                     const ReservationWorld& world) const {
  const CoreMap& map = *world.cores();
  nodes = std::min(nodes, static_cast<std::int64_t>(from.count()));
  if (!reservation.has(Flag::ignore_jobs))
    for (const auto& run : world.runs())
      if (run.end >= reservation.start && run.allocation != nullptr)
        JobCores{run.allocation->runs, run.allocation->cores}.add_to(used);
  CoreSet free = map.all(), none = map.all();
  free -= used;
  none.clear();
  if (tree_.size() > 0 && nodes > 0 && !reservation.has(Flag::first_cores)) {
    const std::int64_t least = counts.size() == 1 ? std::max<std::int64_t>(counts[0] / nodes, 1)
                                                  : *std::min_element(counts.begin(), counts.end());
    NodeSet able = from;
    from.for_each([&](NodeId node) {
      if (free.count(node.value) < least) able.erase(node);
    });
    const auto under_one = pick_of(able, nodes);
    if (!under_one) return std::nullopt;
    from = *under_one;
  }
  CorePicker picker{from, free, none};
  const bool enough = reservation.has(Flag::first_cores)     ? picker.take_first(counts)
                      : counts.size() == 1 && nodes > 1      ? picker.take_evenly(counts[0], nodes)
                      : counts.size() == 1 && nodes == 0     ? picker.take_all_of(counts[0])
                                                             : picker.take_each(counts);
  if (!enough) return std::nullopt;
  return CorePick{picker.nodes(), picker.cores()};
}

/// Cores that other reservations have at that time are not taken; MAINT and OVERLAP take them after all where there are
/// no others. Source: reservation.c, _select_nodes and _pick_nodes_ordered.
std::optional<ReservationBook::CorePick> ReservationBook::choose_cores(const Reservation& reservation,
                                                                       const std::vector<std::int64_t>& counts,
                                                                       const std::vector<std::int64_t>& node_counts,
                                                                       const NodeSet& from,
                                                                       const ReservationWorld& world) const {
  if (world.cores() == nullptr) return std::nullopt;
  CoreSet none = world.cores()->all();
  none.clear();
  struct Pool {
    NodeSet nodes;
    CoreSet used;
  };
  NodeSet all = from;
  if (reservation.features) all &= *reservation.features;
  Pool unreserved{all, none};
  unreserved.nodes &= world.available();
  std::vector<Pool> pools;
  const bool is_maint = reservation.has(Flag::maint);
  if (is_maint || reservation.has(Flag::overlap)) pools.push_back(unreserved);
  if (is_maint) pools.push_back({all, none});
  for (const Reservation& other : all_) {
    if (!overlaps_in_time(reservation, other, world.now())) continue;
    if (other.cores)
      unreserved.used |= *other.cores;
    else
      unreserved.nodes -= other.nodes;
  }
  pools.insert(pools.begin(), unreserved);
  CorePick picked{NodeSet{from.capacity()}, none};
  std::size_t rounds = std::max<std::size_t>(node_counts.size(), 1);
  for (std::size_t i = 0; i < rounds; ++i) {
    for (Pool pool : pools) {
      pool.nodes -= picked.nodes;
      if (pool.nodes.count() == 0) continue;
      const auto some = pick_cores(reservation, counts, node_counts.empty() ? 0 : node_counts[i], pool.nodes, pool.used, world);
      if (!some) continue;
      picked.nodes |= some->nodes;
      picked.cores |= some->cores;
      break;
    }
  }
  return picked.nodes.count() == 0 ? std::nullopt : std::optional{picked};
}

ReservationBook::Result<void> ReservationBook::place_cores(Reservation& reservation, const ReservationRequest& request,
                                                           const NodeSet& from, const ReservationWorld& world) const {
  auto node_counts = request.nodes || request.all_nodes ? std::vector<std::int64_t>{} : request.node_counts;
  std::erase_if(node_counts, [](std::int64_t count) { return count <= 0; });
  std::sort(node_counts.begin(), node_counts.end(), std::greater<>{});
  auto picked = choose_cores(reservation, request.core_counts, node_counts, from, world);
  if (!picked) return tl::unexpected{std::string{"Requested nodes are busy"}};
  reservation.nodes = std::move(picked->nodes);
  reservation.cores = std::move(picked->cores);
  return {};
}

/// Of one node a reservation of cores gets another one. Source: reservation.c, _validate_node_choice.
void ReservationBook::exchange_core_node(Reservation& reservation, const ReservationWorld& world) const {
  if (reservation.node_count != 1 || reservation.nodes.count_common(world.available()) == 1) return;
  std::int64_t count = 0;
  reservation.nodes.for_each([&](NodeId node) { count += reservation.cores->count(node.value); });
  NodeSet others = world.available();
  others &= nodes_of(partition_of(reservation));
  others -= reservation.nodes;
  auto instead = choose_cores(reservation, {count}, {1}, others, world);
  if (!instead) return;
  reservation.nodes = std::move(instead->nodes);
  reservation.cores = std::move(instead->cores);
}

}  // namespace sluice
