#pragma once
// Who has used how much: decayed usage and what running jobs may still use, for every association and QOS.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/decay.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::accounting {

using Seconds = std::chrono::seconds;

/// What is kept of one association or QOS: a view into the tables. Source: slurmdb_assoc_usage_t, slurmdb_qos_usage_t.
struct UsageView {
  double raw = 0;                             ///< usage_raw: billing-seconds, decayed
  double wall = 0;                            ///< grp_used_wall: seconds, decayed
  std::span<const double> tres;               ///< usage_tres_raw: TRES-seconds, decayed
  std::span<const std::int64_t> run_seconds;  ///< grp_used_tres_run_secs: TRES-seconds that running jobs may still use
};

/// A job that holds resources, as far as usage cares. Times are whole seconds since the simulation's zero.
struct UsingJob {
  AssociationId association;
  std::optional<QosId> qos, partition_qos;
  double usage_factor = 1;             ///< of the job's QOS
  double billing = 0;                  ///< not truncated
  std::span<const std::int64_t> tres;  ///< allocated, by TresId; billing truncated
  Seconds start{};
  std::optional<Seconds> limit;  ///< absent: no end is expected, and no run seconds are kept
};

struct Slice;  // of a job's run: usage.cpp

/// Stored usage, charged slice by slice as slurmctld does. What a job uses goes to its QOS, its partition's QOS, its
/// association and every account above.
///
/// A pass is: decay(), charge_in_pass() for each running job, settle(). Its cost is O(running jobs + tree), whatever
/// the depth, as accounts receive their sums in settle(). Between passes start() and end() are O(depth) each. Source:
/// priority_multifactor.c, _apply_new_usage; acct_policy.c.
class Usage {
 public:
  /// The tree must outlive this. `keeps` says of each QOS whether it has the flag NoDecay.
  Usage(const AssociationTree& tree, std::size_t tres, Decay decay, std::vector<bool> keeps);

  UsageView of(AssociationId id) const { return associations_.view(id.index()); }
  UsageView of(QosId id) const { return qos_.view(id.index()); }
  /// usage_raw of all associations, by row.
  std::span<const double> raw() const { return associations_.raw; }
  /// usage_raw with what this pass has charged so far. Only for user associations and root.
  double raw_in_pass(AssociationId id) const { return associations_.raw[id.index()] + waiting_.raw[id.index()]; }

  /// Lets all stored usage fade, but that of QOS with NoDecay. O(tree x TRES).
  void decay(Seconds length);
  /// Sets all used amounts to 0 (PriorityUsageResetPeriod), NoDecay or not. Run seconds stay.
  void reset();

  /// Counts the run seconds of a job that starts.
  void start(const UsingJob& job);
  /// Counts the run seconds that a job has left at `from`, as it goes on with less than it had until its end() there.
  void go_on(const UsingJob& job, Seconds from);
  /// Charges [from, to] at once and takes the rest of the job's run seconds away. to >= from >= its start.
  void end(const UsingJob& job, Seconds from, Seconds to);
  /// Moves the run seconds of a running job from one limit to another; `job` has the old one.
  void change_limit(const UsingJob& job, Seconds last_pass, std::optional<Seconds> limit);

  /// Notes the slice [from, to] of a job; accounts see it after settle().
  void charge_in_pass(const UsingJob& job, Seconds from, Seconds to);
  void settle();

  /// Adds usage that was there before (billing-seconds and TRES-seconds) to one association alone.
  void add_stored(AssociationId id, double raw, std::span<const double> tres);

  /// Between two passes nothing waits to be settled.
  void fields(Archive& archive) { archive(associations_, qos_); }

 private:
  struct Table {
    std::size_t tres = 0;
    std::vector<double> raw, wall, by_tres;
    std::vector<std::int64_t> run_seconds;

    void resize(std::size_t rows, std::size_t tres_count);
    UsageView view(std::size_t row) const;
    void fade(std::size_t row, double factor);
    void clear_used(std::size_t row);
    void add(std::size_t row, const Slice& slice);
    void take(std::size_t row, const Table& from, std::size_t from_row);
    void floor_run_seconds(std::size_t row);
    friend void fields(Archive& archive, Table& table) { all_fields<5>(archive, table); }
  };

  void charge_qos(const UsingJob& job, const Slice& faded, const Slice& whole);
  void charge_all_above(AssociationId id, const Slice& slice);

  const AssociationTree* tree_;
  Decay decay_;
  std::vector<bool> keeps_;
  Table associations_, qos_;
  Table waiting_;              ///< of a pass: what is not yet in associations_
  std::vector<bool> touched_;  ///< rows of waiting_ that are not all zero
};

}  // namespace sluice::accounting
