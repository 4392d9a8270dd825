#pragma once
// Choosing nodes from what they offer: one evaluation, in the way that partition, job and topology ask for.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/blocks.hpp"
#include "policies/placement/cons_tres/room.hpp"
#include "simulator/model/switch_tree.hpp"

namespace sluice::cons_tres {

/// What stays the same for all evaluations of one test.
struct Question {
  const Demand& demand;
  NodeCounts counts;
  const ClusterSpec& cluster;
  std::span<const Hardware> hardware;
  const Settings& settings;
  const SwitchTree& tree;
  const Blocks& blocks;
  std::span<const std::uint64_t> weights;  ///< by node: the lower, the sooner taken
  const NodeSet* idle_last = nullptr;      ///< busy nodes first; these are the idle ones

  const Hardware& hardware_of(std::uint32_t node) const {
    return hardware[cluster.nodes[node].node_class.index()];
  }
};

/// Nodes of one row that offer something.
struct OfferedRow {
  std::uint32_t row = 0;
  std::int32_t cpus = 0;            ///< each
  const NodeSet* nodes = nullptr;   ///< candidates, and others
  std::int64_t count = 0;           ///< of candidates
};

/// Memory that evaluations share, so that none is allocated for each.
struct ChoiceScratch {
  struct Stretch {
    std::int64_t cpus = 0, nodes = 0;
    std::uint32_t start = 0, end = 0;
    std::optional<std::uint32_t> required;
    std::optional<std::uint64_t> weight;
  };
  std::vector<std::int64_t> gres_so_far;
  std::vector<Stretch> stretches;
  std::vector<std::int64_t> stretch_gres;
  std::vector<std::int32_t> seen;  ///< by node: CPUs it was found to offer
  std::vector<std::uint64_t> weights;
  NodeSet offering;
  std::vector<std::int32_t> seen_of_row;
};

/// One evaluation. Lowers offers in `rooms`; `chosen` are the nodes taken, also where it fails.
/// Source: select/cons_tres job_test.c.
class Choice {
 public:
  Choice(const Question& question, Rooms& rooms, ChoiceScratch& scratch, NodeSet& chosen);

  /// The nodes to choose from are `rooms.candidates`. True: `chosen` satisfies the demand.
  bool evaluate();

  /// The same for best fit among stretches of nodes that all have one sort weight, without GRES, required nodes and
  /// --contiguous: whether that is the way is may_take_rows(). Nodes are looked at by rows; `rooms.candidates` is not used.
  bool evaluate_rows(std::span<const OfferedRow> rows, const NodeSet& candidates, const Machine& machine);
  static bool may_take_rows(const Question& question);
  /// Whether nearness of nodes has a say.
  static bool topology_decides(const Question& question);

  /// CPUs that a node would give if it were looked at first.
  std::int32_t look_at(std::uint32_t node) {
    scratch_.gres_so_far.assign(q_.demand.gres.size(), 0);
    return look(node);
  }

  /// Leaves that the nodes chosen by topology are on; 0 where topology had no say.
  std::int64_t leaves() const { return leaves_; }

 private:
  using Node = std::uint32_t;
  using Stretch = ChoiceScratch::Stretch;
  enum class Progress : std::uint8_t { done, failed, open };

  struct Tasks {
    std::int64_t least = 1, most = 0;
  };

  // What all ways share.
  bool open(std::int64_t nodes);
  Tasks tasks_of(const Hardware& hardware) const;
  std::int32_t bound_by_tasks(std::int32_t cpus, Tasks& tasks) const;
  std::int32_t look(Node node);  ///< CPUs it can give; 0: none
  std::int32_t look_at_gres(Node node, std::int64_t least_tasks, std::int64_t most_tasks);
  std::int64_t kept_back(const Hardware& hardware) const;
  std::int32_t bound_to_share(Node node, std::int32_t cpus);
  std::int32_t take(Node node, std::int32_t offered);
  void add_gres(Node node, std::int32_t& cpus);
  bool gres_met() const;
  bool gres_would_do(std::span<const std::int64_t> more) const;
  bool gres_would_do_on(Node node) const;
  void count_gres(std::span<std::int64_t> sums, Node node) const;
  std::int64_t total_of(const GresDemand& gres) const { return gres.total / segments_; }
  /// Nodes that the job would like beyond those it needs; pieces have as many as they need.
  std::int64_t spare_nodes() const {
    return segments_ > 1 ? 0 : std::max<std::int64_t>(0, q_.counts.wanted - q_.counts.min);
  }
  bool done() const { return rem_nodes_ <= 0 && rem_cpus_ <= 0 && gres_met(); }
  bool enough_nodes(std::int64_t nodes) const;
  bool is_required(Node node) const { return has_required_ && q_.demand.required.contains(NodeId{node}); }
  Progress take_required();
  void list_weights();

  // consecutive.cpp
  bool by_stretches();
  void find_stretches();
  bool is_sufficient(std::size_t stretch) const;
  std::optional<std::size_t> best_stretch() const;
  void fill_around_required(const Stretch& stretch);
  void keep_best_single(const Stretch& stretch);
  void fill(const Stretch& stretch);

  // by_rows.cpp
  void find_stretches_of_rows(std::span<const OfferedRow> rows, const Machine& machine);
  std::int64_t cpus_of_stretch(std::span<const OfferedRow> rows, const Machine& machine, Node first,
                               std::uint32_t nodes) const;
  const Stretch* best_plain_stretch() const;
  std::optional<Node> best_single(std::span<const OfferedRow> rows, const Stretch& stretch) const;
  void fill_by_rows(std::span<const OfferedRow> rows, const Machine& machine, const Stretch& stretch);

  // by_weight.cpp
  enum class Scan : std::uint8_t { ascending, descending, busy_first };
  bool by_weight(Scan scan);
  bool least_loaded();
  Progress visit(Node node);
  std::optional<Node> least_loaded_node(std::uint64_t weight, std::int32_t last_free, std::int32_t& cpus);

  // tree.cpp
  struct Leaves;
  bool by_tree();
  bool by_dragonfly();
  Progress fill_leaf(const Leaves& leaves, std::size_t leaf);
  std::optional<std::size_t> top_switch(const Leaves& leaves) const;
  bool take_all_required();
  /// Nodes of a pool that offer something, by groups of equal weight.
  struct Groups {
    NodeSet best;     ///< of all groups that were looked at
    NodeSet lighter;  ///< of all but the last
    bool sufficient = false, any_lighter = false;
  };
  Groups look_at_groups(const NodeSet& pool, std::int64_t spare);
  Progress take_lighter(const NodeSet& lighter);
  Progress take_lighter_groups(Leaves& leaves);
  Progress take_groups(Leaves& leaves);

  // block.cpp
  struct Piece;
  bool by_block();
  void open_piece(std::int64_t nodes);
  bool place_piece(const NodeSet& pool, std::int64_t nodes, const NodeSet* required);
  bool find_block(Piece& piece, const NodeSet& pool, const NodeSet* required) const;
  std::int64_t nodes_within(const Piece& piece, std::size_t first, std::size_t end, const NodeSet& pool) const;
  Progress fill_base_block(const NodeSet& block, const NodeSet& open);

  const Question& q_;
  Rooms& rooms_;
  ChoiceScratch& scratch_;
  NodeSet& chosen_;
  bool has_required_, has_total_ = false;
  std::optional<Tasks> same_tasks_;  ///< of every node, unless hardware has a say
  std::int64_t rem_cpus_ = 0, rem_nodes_ = 0, min_rem_nodes_ = 0, rem_max_ = 0, max_nodes_ = 0;
  std::int64_t most_kept_ = 0;  ///< of any hardware: kept_back()
  std::int64_t leaves_ = 0;
  std::int64_t segments_ = 1;   ///< pieces of the job that are placed one after the other
};

}  // namespace sluice::cons_tres
