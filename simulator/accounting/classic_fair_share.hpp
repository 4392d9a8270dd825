#pragma once
// Fair share before Fair Tree: PriorityFlags=NO_FAIR_TREE and DEPTH_OBLIVIOUS.

#include <span>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::accounting {

/// A factor for each association from its share of all shares and its part of all usage.
///
/// A pass computes accounts from the usage stored before it, and only marks users as stale; a stale user is computed
/// when it is first asked for, from the usage of that moment, and then stays until the next pass.
/// begin_pass() is O(tree), evaluate() O(1), or O(siblings) with DEPTH_OBLIVIOUS.
/// Source: priority_multifactor.c; compared with 22.05.8.
class ClassicFairShare {
 public:
  enum class Kind : std::uint8_t { plain, depth_oblivious };

  /// The tree must outlive this. dampening >= 1 (FairShareDampeningFactor).
  ClassicFairShare(const AssociationTree& tree, Kind kind, std::int64_t dampening);

  /// Before usage decays in a pass.
  void begin_pass(const Usage& usage);
  /// The factor of an association, in [0, 1]; computes it if it is stale.
  double evaluate(AssociationId id, const Usage& usage);

  /// As last computed.
  const ShareRow& row(AssociationId id) const { return rows_[id.index()]; }

  void fields(Archive& archive) { archive(rows_, stale_); }

 private:
  void compute_shares();
  void compute(AssociationId id, double used, double used_in_all);
  double effective_usage(AssociationId id) const;
  double depth_oblivious_usage(AssociationId id) const;

  const AssociationTree* tree_;
  Kind kind_;
  double dampening_;
  std::vector<ShareRow> rows_;
  std::vector<bool> stale_;
};

}  // namespace sluice::accounting
