#pragma once
// One test of one job on one state of the nodes: does it fit, and where?

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/selection.hpp"
#include "policies/placement/cons_tres/choice.hpp"
#include "policies/placement/cons_tres/distribution.hpp"
#include "policies/placement/cons_tres/row_offers.hpp"
#include "policies/placement/cons_tres/survey.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::cons_tres {

/// Why a test is made.
enum class Purpose : std::uint8_t {
  ever,   ///< could it run on empty nodes?
  later,  ///< when and where will it run? What it would get is worked out, but not checked to the last
  start,  ///< now, for good
};

/// Scratch memory and what is kept between tests. One object a Selection.
class Fit {
 public:
  Fit(const ClusterSpec& cluster, const Settings& settings);

  struct Test {
    const Demand* demand = nullptr;
    NodeCounts counts;
    Purpose purpose = Purpose::start;
    bool switches_may_wait = false;       ///< more leaves than asked for are refused
    const NodeSet* idle_last = nullptr;
    bool extra_row = false;               ///< the job suspends others of lower QOS: it may lie in the row kept for that
    const CoreSet* excluded_cores = nullptr;  ///< reserved for others
  };

  /// To be called for each new demand, and when the cluster has changed.
  void begin(const Demand& demand) { offers_.start(demand); }
  /// The same, where equal versions are equal states, and tests look at the present and at the known futures alone.
  void begin(const Demand& demand, RowOffers::StateVersion state) { offers_.start(demand, state); }
  /// Fits, on some of `candidates`? shares() then says how, unless the purpose is `ever`.
  bool fits(const Test& test, const NodeSet& candidates, const Machine& machine);
  const std::vector<Share>& shares() const { return shares_; }
  const NodeSet& chosen() const { return chosen_; }
  /// The same on just these nodes, of which all are known to do.
  bool takes(const Test& test, const NodeSet& nodes, const Machine& machine);
  Allocation allocation(const Test& test, const Machine& machine) const;

  /// Whether sums over offers say enough to pass a test over.
  bool can_be_surveyed(const Test& test, const Machine& machine) const;
  void survey(const Test& test, const NodeSet& candidates, const Machine& machine);
  void survey_change(std::uint32_t node, std::uint32_t from, std::uint32_t to, const Machine& machine) {
    survey_.change(node, from, to, machine, offers_);
  }
  /// Whether it fits only where at least so many CPUs are free as it asks for.
  bool needs_free_cpus(const Test& test, const Machine& machine) const;
  bool could_fit(const Test& test) const { return survey_.could_fit(test.demand->min_cpus); }

  /// Forgets what earlier tests left on these nodes. Where some nodes of a class are `preferred`, its others weigh 1 more.
  void reset_weights(const NodeSet& nodes, const SelectionJob& job);
  /// Nodes may weigh otherwise than before: those that do keep what they had until it is reset.
  void follow_configuration();
  std::span<const Hardware> hardware() const { return hardware_; }
  /// What a node is sorted by now.
  std::uint64_t weight(NodeId node) const { return weights_[node.index()]; }

  /// The weights that tests left.
  void fields(Archive& archive) { archive(weights_, touched_); }

 private:
  bool level(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume);
  bool choose_gathered(const Test& test);
  bool fits_linearly(const Test& test, const NodeSet& open, const Machine& machine);
  bool fits_level_by_level(const Test& test, const NodeSet& candidates, const Machine& machine);
  bool fits_in_rows(const Test& test, const NodeSet& candidates, const Machine& machine);
  bool fits_in_own_row(const Test& test, const Machine& machine, const CoreSet& allowed);
  void leave_lower_tiers(const Test& test, const Machine& machine);
  CoreSet usable_cores(const Test& test, const CoreMap& map) const;
  std::int32_t open_cores(const Demand& d, std::uint32_t node) const;
  bool fits_on_free_cores(const Test& test, const Machine& machine);
  void take_rows(const Machine& machine, PartitionId partition);
  void add_cores(Allocation& allocation, const Share& share, const Demand& d) const;
  bool fits_surveyed(const Test& test, const NodeSet& candidates, const Machine& machine);
  bool fits_row_by_row(const Test& test, const NodeSet& candidates, const Machine& machine);
  bool could_ever_fit(const Test& test, const NodeSet& candidates, const Machine& machine);
  void survey_rows(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume);
  bool choose_surveyed(const Test& test, const NodeSet& candidates, const Machine& machine);
  void gather_surveyed(const NodeSet& candidates);
  bool any_may_do(const Test& test) const;
  Offer see(const Test& test, std::uint32_t node, const Machine& machine, Assume assume);
  bool gather(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume);
  bool fits_when_idle(const Test& test, const NodeSet& usable, const Machine& machine);
  NodeCounts counts_of(const Test& test) const;
  bool any_will_do(const Test& test, std::int64_t nodes, std::int64_t least) const;
  bool any_gathered_will_do(const Test& test);
  bool choose(const Question& question);
  bool evaluate(const Question& question);
  bool drop_small_nodes(const Question& question, std::int64_t count, std::int64_t& left);
  void keep_usable(const NodeSet& candidates, const Machine& machine);
  void append_equals(Allocation& allocation) const;
  bool share_out(const Test& test, const Machine& machine);
  bool is_refused_for_switches(const Test& test) const;
  Question question_of(const Test& test) const;

  const ClusterSpec& cluster_;
  const Settings& settings_;
  std::vector<Hardware> hardware_;
  Places places_;
  SwitchTree tree_;
  Blocks blocks_;
  bool has_one_root_ = false;  ///< one switch is above all others and has all nodes
  std::vector<std::uint64_t> fresh_weights_, weights_;
  NodeSet touched_;  ///< nodes whose weight may not be fresh
  NodeSet usable_, offering_, chosen_, kept_;
  Rooms rooms_;
  RowOffers offers_;
  Survey survey_;
  std::vector<OfferedRow> offered_rows_;  ///< that the survey found
  bool has_one_weight_ = false;           ///< all their nodes
  ChoiceScratch scratch_;
  std::vector<Share> shares_;
  std::int64_t leaves_ = 0;
  Machine view_;          ///< as the present level sees the cores
  CoreSet free_cores_;    ///< of the present level

  /// Nodes that gather() found to offer the same.
  struct Group {
    std::uint32_t first = 0;
    std::int64_t nodes = 0;
    std::uint64_t weight = 0;
    bool has_one_weight = true;
  };
  struct GroupOfRow {
    std::uint32_t epoch = 0;
    std::size_t group = 0;
  };
  std::vector<Group> groups_;
  std::vector<GroupOfRow> group_of_row_;
  std::uint32_t group_epoch_ = 0;
};

}  // namespace sluice::cons_tres
