#pragma once
// Which nodes are promised to nobody, over time: backfill's table of slots.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "policies/api/controller.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice::scheduler::slurm {

/// Slots follow each other without a gap; each has the nodes that nobody has been promised. Promises are of whole nodes
/// and whole steps of the resolution. Running jobs are not in it.
/// Keeps its memory from one use to the next. Source: node_space of slurmctld's backfill.c.
class PlanTable {
 public:
  using Second = std::chrono::seconds;

  /// One slot with all of `nodes`.
  void reset(Second begin, Second end, const NodeSet& nodes);
  /// From now on, until the next reset(), licences are counted as well: so many of each are promised to nobody.
  void track_licenses(std::vector<std::int64_t> free);
  Second begin() const { return slots_.front().begin; }
  Second end() const { return slots_.back().end; }
  /// Slots made since reset(): slurmctld never uses one again.
  std::size_t slots_made() const { return made_; }

  struct Restriction {
    /// The end of the first slot behind which nodes of the partition come free that were not free so far.
    std::optional<Second> retry;
    /// With `from` and `to` moved on together, all is the same for as long as `from` is before this.
    Second until{};
  };
  /// Takes from `candidates` what is promised to others at any time in [from, to], both ends included: a job whose limit
  /// ends where a promise begins is in its way. `candidates` are nodes of the partition, and among them all that any slot
  /// has. So, as long as no slot has had a node of the partition that the one before it had not, what is left of the
  /// candidates is what the last slot has: whether nodes come free behind a slot is a matter of two neighbours alone, and
  /// is known for all jobs once it is for one.
  Restriction restrict_to(Second from, Second to, const NodeSet& partition, NodeSet& candidates) const;

  /// The end of the last slot in [from, to] that has not got these licences left.
  std::optional<Second> lacks_licenses(Second from, Second to, const LicenseUse& wanted) const;

  /// Whether any of `nodes` is promised to others at any time in (from, to), the ends not included.
  bool overlaps(Second from, Second to, const NodeSet& nodes, const LicenseUse& licenses = {}) const;

  /// The begin of the first slot after the first one in which one of the nodes is promised.
  std::optional<Second> first_conflict(const NodeSet& nodes) const;

  /// Promises these nodes in [from, to), cut to the table. Then at most one pair of equal neighbours becomes one slot, as
  /// in slurmctld, since where slots end shows in restrict_to().
  void promise(Second from, Second to, const NodeSet& nodes, const LicenseUse& licenses = {});

 private:
  enum class Finding : std::uint8_t { unknown, no, yes };
  struct Slot {
    Second begin{}, end{};
    std::uint32_t nodes = 0;  ///< row of sets_
    std::vector<std::int64_t> licenses;  ///< promised to nobody; empty where they are not counted
    /// Whether the slot behind this one has nodes that this one has not, and the other way round.
    mutable Finding gains = Finding::unknown, loses = Finding::unknown;
    bool has(const LicenseUse& wanted) const;
  };
  const NodeSet& free(const Slot& slot) const { return sets_[slot.nodes]; }
  bool gains(std::size_t slot) const;
  bool loses(std::size_t slot) const;
  void forget_findings(std::size_t first, std::size_t end);
  std::uint32_t spare_row();
  /// The slot that begins at `from`, made if need be; as many as there are: none does.
  std::size_t slot_from(Second from);
  /// Makes a slot behind the one at `first` or one of those after it end at `to`.
  void end_at(std::size_t first, Second to);
  void cut(std::size_t slot, Second at);
  void merge_one_pair();

  std::vector<Slot> slots_;
  std::vector<NodeSet> sets_;
  std::vector<std::uint32_t> spare_;
  std::size_t made_ = 0;
};

}  // namespace sluice::scheduler::slurm
