#pragma once
// The planned free resources of every node over time.

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {

/// Where and when a job could run.
struct Slot {
  Time start{};
  Allocation where;  ///< without GPU devices: those are chosen at the start
};

/// A step function from its first moment to for ever. Invariants: steps are in time order; free never is negative; in
/// the last step everything is free. A job that ends at t and one that starts at t do not overlap.
class Timeline {
 public:
  explicit Timeline(const ClusterSpec& cluster);
  /// Without the nodes that are closed now.
  explicit Timeline(const Cluster& cluster);

  /// Forgets what lies before `now`.
  void forget_before(Time now);

  /// Marks the resources busy in [from, to). They must be free there. O(steps + nodes of the allocation x steps spanned).
  void hold(const Allocation& what, Time from, Time to);
  /// Undoes (part of) a hold.
  void free(const Allocation& what, Time from, Time to);

  /// The first moment >= after from which the shape stays in one place for all of `length` (> 0), and that place: the
  /// earliest partition, the lowest nodes. Precondition: the shape fits an empty cluster.
  /// O(steps x nodes) for each moment tried; moments at which the sums of CPUs are too small are passed over.
  Slot earliest_fit(const Shape& shape, Duration length, Time after) const;

  std::size_t steps() const { return steps_.size(); }

  void fields(Archive& archive) { archive(steps_); }

 private:
  struct Step {
    Time at{};
    std::int64_t free_cpus = 0;
    std::vector<Amount> free;  ///< by node
    friend void fields(Archive& archive, Step& step) { all_fields<3>(archive, step); }
  };

  std::size_t step_at(Time t) const;
  std::size_t split_at(Time t);
  void change(const Allocation& what, Time from, Time to, Sign sign);
  void merge_around(Time from, Time to);
  std::optional<Allocation> fit_in(const Shape& shape, const Place& place, const std::vector<Amount>& free) const;

  const ClusterSpec& cluster_;
  std::vector<Step> steps_;
};

}  // namespace sluice
