#include "simulator/engine/outlook.hpp"

#include <algorithm>

#include "simulator/base/check.hpp"
#include "simulator/engine/placer.hpp"

namespace sluice {
namespace {

std::int64_t room_of(const TaskGroup& group, NodeClassId node_class, const Amount& free) {
  const auto& piece = group.per_class[node_class.index()];
  return piece ? pieces_in(free, *piece, std::min(group.max_per_node, group.units)) : 0;
}

}  // namespace

Outlook::Outlook(const Cluster& cluster, const RunningJobs& running)
    : cluster_{cluster}, running_{running}, free_at_(cluster.node_count()), stamp_(cluster.node_count(), 0) {}

Time Outlook::look(const Shape& shape, Time now) {
  shape_ = &shape;
  by_count_ = shape.counts_cpus_only && !cluster_.has_lost_nodes();
  if (by_count_) {
    look_by_count(shape, now);
    return at_;
  }
  const Place* best = &shape.places.front();
  if (shape.places.size() > 1) {
    Time earliest = Time::max();
    for (const Place& place : shape.places) {
      look_by_node(shape, place, now);
      if (view_.at < earliest) {
        earliest = view_.at;
        best = &place;
      }
    }
  }
  look_by_node(shape, *best, now);
  at_ = view_.at;
  SLUICE_CHECK(at_ != Time::max(), "a queued job never fits");
  return at_;
}

void Outlook::look_by_count(const Shape& shape, Time now) {
  const std::int64_t free = cluster_.total().cpus - cluster_.used().cpus;
  const FreeCpus then = earliest_free_cpus(running_, free, shape.cpus, now);
  at_ = then.at;
  spare_cpus_ = then.cpus - shape.cpus;
}

void Outlook::look_by_node(const Shape& shape, const Place& place, Time now) {
  ++generation_;
  view_.place = &place;
  view_.room.assign(shape.groups.size(), 0);
  for (const std::uint32_t row : cluster_.listed()) {
    const Bucket& bucket = cluster_.bucket(row);
    const auto nodes =
        static_cast<std::int64_t>(place.everywhere ? bucket.count : bucket.nodes.count_common(place.eligible));
    if (nodes == 0) continue;
    for (std::size_t g = 0; g < shape.groups.size(); ++g)
      view_.room[g] += nodes * room_of(shape.groups[g], bucket.node_class, bucket.free);
  }
  view_.at = fits() ? now : Time::max();
  for (const auto& block : running_.blocks())
    for (const RunningEntry& entry : *block) {
      const Time end = std::max(entry.end.expected_end, now);
      if (view_.at != Time::max() && end > view_.at) return;
      shift(cluster_.allocation(entry.allocation), Sign::plus);
      if (view_.at == Time::max() && fits()) view_.at = end;
    }
}

/// Groups are nested and use distinct nodes, so the first i of them fit when the i-th has room for all their pieces.
bool Outlook::fits() const {
  std::int64_t units = 0;
  for (std::size_t g = 0; g < shape_->groups.size(); ++g) {
    units += shape_->groups[g].units;
    if (view_.room[g] < units) return false;
  }
  return true;
}

const Amount& Outlook::free_of(std::uint32_t node) const {
  if (stamp_[node] == generation_) return free_at_[node];
  return cluster_.bucket(cluster_.bucket_of(NodeId{node})).free;
}

void Outlook::set_free(std::uint32_t node, const Amount& free) {
  free_at_[node] = free;
  stamp_[node] = generation_;
}

void Outlook::change_room(std::uint32_t node, const Amount& from, const Amount& to) {
  if (!view_.place->everywhere && !view_.place->eligible.contains(NodeId{node})) return;
  const NodeClassId node_class = cluster_.spec().nodes[node].node_class;
  for (std::size_t g = 0; g < shape_->groups.size(); ++g)
    view_.room[g] += room_of(shape_->groups[g], node_class, to) - room_of(shape_->groups[g], node_class, from);
}

void Outlook::shift(const Allocation& allocation, Sign sign) {
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t node = run.first; node < run.first + run.count; ++node) {
      if (!cluster_.is_open(NodeId{node})) continue;  // what comes free there is of no use
      const Amount from = free_of(node);
      const Amount to = combine(from, sign, allocation.takes[run.take]);
      change_room(node, from, to);
      set_free(node, to);
    }
}

bool Outlook::admits(const Allocation& allocation) {
  if (by_count_) return allocation.cpus <= spare_cpus_;
  shift(allocation, Sign::minus);
  const bool still_fits = fits();
  shift(allocation, Sign::plus);
  return still_fits;
}

NodeSet Outlook::harmless() const {
  NodeSet nodes{cluster_.node_count()};
  for (const std::uint32_t row : cluster_.listed())
    cluster_.bucket(row).nodes.for_each([&](NodeId node) {
      const bool eligible = !by_count_ && (view_.place->everywhere || view_.place->eligible.contains(node));
      const bool useful = by_count_ || (eligible && std::any_of(shape_->groups.begin(), shape_->groups.end(), [&](const TaskGroup& group) {
        return room_of(group, cluster_.spec().nodes[node.index()].node_class, free_of(node.value)) > 0;
      }));
      if (!useful) nodes.insert(node);
    });
  return nodes;
}

void Outlook::started(const Allocation& allocation, Until until) {
  if (shape_ == nullptr) return;
  if (by_count_) {
    if (until == Until::beyond) spare_cpus_ -= allocation.cpus;
    return;
  }
  if (until == Until::beyond) return shift(allocation, Sign::minus);
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t node = run.first; node < run.first + run.count; ++node)
      if (stamp_[node] != generation_) set_free(node, free_of(node));
}

void Outlook::fields(Archive& archive, const Shapes& shapes) {
  std::optional<std::uint32_t> shape, place;
  if (!archive.is_loading() && shape_ != nullptr) {
    shape = static_cast<std::uint32_t>(shape_ - &shapes[ShapeId{0}]);
    if (!by_count_) place = static_cast<std::uint32_t>(view_.place - shape_->places.data());
  }
  archive(shape, place, at_, by_count_, spare_cpus_, view_.at, view_.room, free_at_, stamp_, generation_);
  if (!archive.is_loading()) return;
  shape_ = shape ? &shapes[ShapeId{*shape}] : nullptr;
  view_.place = place ? &shape_->places.at(*place) : nullptr;
}

}  // namespace sluice
