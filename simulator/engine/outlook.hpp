#pragma once
// When will a job fit, and what may still be started without moving that moment?

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/engine/shapes.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/running_jobs.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {

/// The cluster at the moment at which one waiting job will fit, if running jobs end as expected.
///
/// look() finds that moment; it holds until something is released, which makes a new look() necessary. Starts since
/// then are told by `started`, so that `admits` stays true to the moment.
/// Shapes that only count CPUs are answered from sums, O(blocks of running jobs); others by letting jobs end one
/// by one, O(nodes they hold).
class Outlook {
 public:
  Outlook(const Cluster& cluster, const RunningJobs& running);

  /// The earliest moment >= now at which the shape fits; picks the partition that is earliest, the first of equals.
  /// Precondition: the shape fits an empty cluster.
  Time look(const Shape& shape, Time now);
  Time at() const { return at_; }

  /// Would the job still fit at that moment if this allocation were held beyond it?
  bool admits(const Allocation& allocation);
  /// Known without laying it out: no allocation of this shape will be admitted as long as this look holds.
  bool refuses(const Shape& shape) const {
    return by_count_ && shape.counts_cpus_only && shape.cpus > spare_cpus_;
  }
  /// Nodes that are of no use to the job at that moment: holding them longer cannot hurt it.
  NodeSet harmless() const;

  /// Told before an allocation is taken: held beyond the moment (it must be admitted), or given back by then.
  enum class Until : std::uint8_t { before, beyond };
  void started(const Allocation& allocation, Until until);

  /// `shapes`: where the shapes that it looks at are kept.
  void fields(Archive& archive, const Shapes& shapes);

 private:
  /// Free resources at the moment in one partition of the shape.
  struct View {
    Time at{};
    const Place* place = nullptr;
    std::vector<std::int64_t> room;  ///< pieces of each group that fit, over all eligible nodes
  };

  void look_by_count(const Shape& shape, Time now);
  void look_by_node(const Shape& shape, const Place& place, Time now);
  bool fits() const;
  void set_free(std::uint32_t node, const Amount& free);
  const Amount& free_of(std::uint32_t node) const;
  void change_room(std::uint32_t node, const Amount& from, const Amount& to);
  void shift(const Allocation& allocation, Sign sign);

  const Cluster& cluster_;
  const RunningJobs& running_;
  const Shape* shape_ = nullptr;
  Time at_{};
  bool by_count_ = false;
  std::int64_t spare_cpus_ = 0;   ///< by count: free at the moment beyond the job's need
  View view_;
  std::vector<Amount> free_at_;   ///< by node, where stamp_ says it is of this look
  std::vector<std::uint32_t> stamp_;
  std::uint32_t generation_ = 0;
};

}  // namespace sluice
