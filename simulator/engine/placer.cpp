#include "simulator/engine/placer.hpp"

#include <algorithm>
#include <bit>

namespace sluice {

Placer::Placer(const Cluster& cluster, const Placement& placement)
    : cluster_{cluster}, placement_{placement}, taken_nodes_{cluster.node_count()} {}

bool Placer::place(const Shape& shape, Allocation& out, const NodeSet* avoid) {
  for (const Place& place : shape.places)
    if (place_in(place, shape, out, avoid)) return true;
  return false;
}

bool Placer::place_on_only_node(const Shape& shape, const Place& place, Allocation& out) {
  const TaskGroup& group = shape.groups.front();
  const Bucket& only = cluster_.bucket(cluster_.bucket_of(NodeId{0}));
  const auto& piece = group.per_class[only.node_class.index()];
  if (!piece || pieces_in(only.free, *piece, group.max_per_node) < group.units) return false;
  out.partition = place.partition;
  take_nodes(0, 1, *piece, group.units);
  write_runs(shape, out);
  return true;
}

bool Placer::place_in(const Place& place, const Shape& shape, Allocation& out, const NodeSet* avoid) {
  taken_.clear();
  if (cluster_.node_count() == 1 && shape.groups.size() == 1 && place.everywhere && avoid == nullptr &&
      cluster_.is_open(NodeId{0}))
    return place_on_only_node(shape, place, out);
  out.partition = place.partition;
  const bool several = shape.groups.size() > 1;
  if (several) taken_nodes_ = NodeSet{cluster_.node_count()};
  for (const TaskGroup& group : shape.groups) {
    if (!gather(place, group)) return false;
    std::int64_t units = group.units;
    for (std::size_t first = 0; units > 0 && first < candidates_.size();) {
      std::size_t last = first + 1;
      while (last < candidates_.size() && candidates_[last].score == candidates_[first].score) ++last;
      units -= take_tier(first, last, place, group, units, avoid, several ? &taken_nodes_ : nullptr);
      first = last;
    }
    if (units > 0) return false;
    if (several)
      for (const Taken& taken : taken_) taken_nodes_.insert(NodeId{taken.first}, taken.count);
  }
  write_runs(shape, out);
  return true;
}

/// Lists the buckets that can hold a piece, best score first. Empty when all of them together cannot hold the group.
bool Placer::gather(const Place& place, const TaskGroup& group) {
  candidates_.clear();
  groups_.clear();
  std::int64_t room = 0;
  for (const std::uint32_t row : cluster_.listed()) {
    const Bucket& bucket = cluster_.bucket(row);
    const auto& piece = group.per_class[bucket.node_class.index()];
    if (!piece) continue;
    const std::int64_t pieces = pieces_in(bucket.free, *piece, std::min(group.max_per_node, group.units));
    if (pieces == 0) continue;
    const std::size_t nodes = place.everywhere ? bucket.count : bucket.nodes.count_common(place.eligible);
    if (nodes == 0) continue;
    room += pieces * static_cast<std::int64_t>(nodes);
    candidates_.push_back({0, row, pieces});
    groups_.push_back({&cluster_.spec().classes[bucket.node_class.index()], cluster_.capacity(bucket.node_class),
                       bucket.free, *piece});
  }
  if (room < group.units) {
    candidates_.clear();
    return false;
  }
  if (candidates_.size() == 1) return true;
  scores_.assign(groups_.size(), 0);
  placement_.score(groups_, scores_);
  for (std::size_t i = 0; i < candidates_.size(); ++i) candidates_[i].score = scores_[i];
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.bucket < b.bucket;
  });
  return true;
}

/// Takes nodes of equally good buckets in index order. Returns how many units they hold.
std::int64_t Placer::take_tier(std::size_t first, std::size_t last, const Place& place, const TaskGroup& group,
                               std::int64_t units, const NodeSet* avoid, const NodeSet* taken) {
  std::int64_t placed = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (candidates_[i].bucket >= pieces_of_bucket_.size()) pieces_of_bucket_.resize(candidates_[i].bucket + 1);
    pieces_of_bucket_[candidates_[i].bucket] = candidates_[i].pieces;
  }
  const auto& eligible = place.eligible.words();
  for (std::size_t w = 0; w < eligible.size() && placed < units; ++w) {
    std::uint64_t word = 0;
    for (std::size_t i = first; i < last; ++i) word |= cluster_.bucket(candidates_[i].bucket).nodes.words()[w];
    word &= eligible[w];
    if (taken != nullptr) word &= ~taken->words()[w];
    if (avoid != nullptr) word &= ~avoid->words()[w];
    while (word != 0 && placed < units) {
      const int bit = std::countr_zero(word);
      const NodeId node{static_cast<std::uint32_t>(w * 64) + static_cast<std::uint32_t>(bit)};
      const std::uint32_t row = cluster_.bucket_of(node);
      const Bucket& bucket = cluster_.bucket(row);
      const std::int64_t pieces = std::min(pieces_of_bucket_[row], units - placed);
      const auto alike = static_cast<std::int64_t>(std::countr_one((word & bucket.nodes.words()[w]) >> bit));
      const std::int64_t count = std::min(alike, (units - placed) / pieces);
      take_nodes(node.value, static_cast<std::uint32_t>(count), *group.per_class[bucket.node_class.index()], pieces);
      placed += count * pieces;
      word &= ~((~std::uint64_t{0} >> (64 - count)) << bit);
    }
  }
  return placed;
}

void Placer::take_nodes(std::uint32_t first, std::uint32_t count, const Amount& piece, std::int64_t pieces) {
  taken_.push_back({first, count, pieces == 1 ? piece : times(piece, pieces)});
}

void Placer::write_runs(const Shape& shape, Allocation& out) {
  if (shape.groups.size() > 1 || candidates_.size() > 1)
    std::sort(taken_.begin(), taken_.end(), [](const Taken& a, const Taken& b) { return a.first < b.first; });
  for (const Taken& taken : taken_) {
    if (!takes_gres(taken.take)) {
      append_nodes(out, cluster_.spec(), NodeId{taken.first}, taken.count, taken.take, 0);
      continue;
    }
    for (std::uint32_t node = taken.first; node < taken.first + taken.count; ++node)  // each has its own devices free
      append_node(out, cluster_.spec(), NodeId{node}, taken.take, cluster_.choose_devices(NodeId{node}, taken.take));
  }
}

void Placer::add_devices(Allocation& allocation) const {
  if (std::none_of(allocation.takes.begin(), allocation.takes.end(), takes_gres)) return;
  const Allocation without = std::move(allocation);
  allocation = Allocation{};
  allocation.partition = without.partition;
  for (const NodeRun& run : without.runs)
    for (std::uint32_t node = run.first; node < run.first + run.count; ++node)
      append_node(allocation, cluster_.spec(), NodeId{node}, without.takes[run.take],
                  cluster_.choose_devices(NodeId{node}, without.takes[run.take]));
}

}  // namespace sluice
