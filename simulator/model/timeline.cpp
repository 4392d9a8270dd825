#include "simulator/model/timeline.hpp"

#include <algorithm>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

void lower_to(Amount& bound, const Amount& other) {
  bound.cpus = std::min(bound.cpus, other.cpus);
  bound.memory = std::min(bound.memory, other.memory);
  for (std::size_t k = 0; k < max_gres_kinds; ++k) bound.gres[k] = std::min(bound.gres[k], other.gres[k]);
}

}  // namespace

Timeline::Timeline(const ClusterSpec& cluster) : cluster_{cluster} {
  Step all;
  all.at = Time::min();
  for (const auto& node : cluster.nodes) {
    Amount free;
    if (node.state == NodeState::up) free = capacity_of(cluster.classes[node.node_class.index()]);
    all.free_cpus += free.cpus;
    all.free.push_back(free);
  }
  steps_.push_back(std::move(all));
}

Timeline::Timeline(const Cluster& cluster) : Timeline{cluster.spec()} {
  Step& all = steps_.front();
  for (std::uint32_t n = 0; n < all.free.size(); ++n) {
    if (cluster.is_open(NodeId{n})) continue;
    all.free_cpus -= all.free[n].cpus;
    all.free[n] = {};
  }
}

std::size_t Timeline::step_at(Time t) const {
  const auto after = std::partition_point(steps_.begin(), steps_.end(), [t](const Step& s) { return s.at <= t; });
  return static_cast<std::size_t>(after - steps_.begin()) - 1;
}

std::size_t Timeline::split_at(Time t) {
  const std::size_t at = step_at(t);
  if (steps_[at].at == t) return at;
  Step later = steps_[at];
  later.at = t;
  steps_.insert(steps_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(later));
  return at + 1;
}

void Timeline::change(const Allocation& what, Time from, Time to, Sign sign) {
  if (from >= to) return;
  const std::size_t first = split_at(from), last = split_at(to);
  for (std::size_t s = first; s < last; ++s) {
    steps_[s].free_cpus += static_cast<int>(sign) * what.cpus;
    for (const NodeRun& run : what.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
        Amount& free = steps_[s].free[n];
        free = combine(free, sign, what.takes[run.take]);
        SLUICE_CHECK(free.cpus >= 0, "the plan over-allocates node {}", cluster_.nodes[n].name);
      }
  }
  merge_around(from, to);
}

/// Drops the boundaries `from` and `to` where nothing changes any more.
void Timeline::merge_around(Time from, Time to) {
  for (const Time t : {to, from}) {
    const std::size_t at = step_at(t);
    if (at > 0 && steps_[at].at == t && steps_[at].free == steps_[at - 1].free)
      steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void Timeline::hold(const Allocation& what, Time from, Time to) { change(what, from, to, Sign::minus); }
void Timeline::free(const Allocation& what, Time from, Time to) { change(what, from, to, Sign::plus); }

void Timeline::forget_before(Time now) {
  const std::size_t current = step_at(now);
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(current));
  steps_.front().at = Time::min();
}

std::optional<Allocation> Timeline::fit_in(const Shape& shape, const Place& place,
                                           const std::vector<Amount>& free) const {
  Allocation where;
  where.partition = place.partition;
  std::vector<std::pair<std::uint32_t, Amount>> taken;
  NodeSet used{free.size()};
  for (const TaskGroup& group : shape.groups) {
    std::int64_t units = group.units;
    for (std::uint32_t n = 0; n < free.size() && units > 0; ++n) {
      const auto& piece = group.per_class[cluster_.nodes[n].node_class.index()];
      if (!piece || used.contains(NodeId{n}) || !place.eligible.contains(NodeId{n})) continue;
      const std::int64_t pieces = pieces_in(free[n], *piece, std::min(group.max_per_node, units));
      if (pieces == 0) continue;
      used.insert(NodeId{n});
      taken.emplace_back(n, times(*piece, pieces));
      units -= pieces;
    }
    if (units > 0) return std::nullopt;
  }
  std::sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [node, take] : taken) append_node(where, cluster_, NodeId{node}, take, 0);
  return where;
}

Slot Timeline::earliest_fit(const Shape& shape, Duration length, Time after) const {
  std::optional<Slot> best;
  for (const Place& place : shape.places) {
    for (std::size_t first = step_at(after); first < steps_.size();) {
      const Time start = std::max(steps_[first].at, after);
      if (best && start >= best->start) break;
      std::size_t last = first;
      std::vector<Amount> free = steps_[first].free;
      bool enough = steps_[first].free_cpus >= shape.cpus;
      while (enough && last + 1 < steps_.size() && steps_[last + 1].at < start + length) {
        ++last;
        enough = steps_[last].free_cpus >= shape.cpus;
        for (std::size_t n = 0; n < free.size(); ++n) lower_to(free[n], steps_[last].free[n]);
      }
      if (enough)
        if (auto where = fit_in(shape, place, free)) {
          best = Slot{start, std::move(*where)};
          break;
        }
      // Nothing that spans a step without enough CPUs can fit, so the next try begins behind it.
      first = enough ? first + 1 : last + 1;
    }
  }
  SLUICE_CHECK(best.has_value(), "a queued job fits nowhere in the plan");
  return std::move(*best);
}

}  // namespace sluice
