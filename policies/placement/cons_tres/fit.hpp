#pragma once
// One test of one job on one state of the nodes: does it fit, and where?

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/selection.hpp"
#include "policies/placement/cons_tres/choice.hpp"
#include "policies/placement/cons_tres/distribution.hpp"

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
  };

  /// Fits, on some of `candidates`? shares() then says how, unless the purpose is `ever`.
  bool fits(const Test& test, const NodeSet& candidates, const Machine& machine);
  const std::vector<Share>& shares() const { return shares_; }
  const NodeSet& chosen() const { return chosen_; }
  Allocation allocation(const Test& test, const Machine& machine) const;

  /// Forgets what earlier tests left on these nodes. Where some nodes of a class are `preferred`, its others weigh 1 more.
  void reset_weights(const NodeSet& nodes, const NodeSet* preferred = nullptr);
  std::span<const Hardware> hardware() const { return hardware_; }
  const std::vector<std::uint64_t>& weights() const { return weights_; }
  void set_weights(std::vector<std::uint64_t> weights) { weights_ = std::move(weights); }

 private:
  bool level(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume);
  bool gather(const Test& test, const NodeSet& candidates, const Machine& machine, Assume assume);
  bool choose(const Question& question, const Test& test);
  bool evaluate(const Question& question, const Test& test);
  bool drop_small_nodes(const Question& question, const Test& test, std::int64_t count, std::int64_t& left);
  void usable(const Demand& demand, const NodeSet& candidates, const Machine& machine, NodeSet& out);
  Question question_of(const Test& test) const;

  const ClusterSpec& cluster_;
  const Settings& settings_;
  std::vector<Hardware> hardware_;
  SwitchTree tree_;
  std::vector<std::uint64_t> weights_;
  NodeSet usable_, chosen_;
  Rooms rooms_;
  ChoiceScratch scratch_;
  std::vector<Share> shares_;
  std::int64_t leaves_ = 0;

  struct RowOffer {
    std::uint32_t epoch = 0;
    Offer offer;
  };
  std::vector<RowOffer> row_offers_;
  std::vector<GresOffer> row_gres_;
  std::uint32_t epoch_ = 0;
};

}  // namespace sluice::cons_tres
