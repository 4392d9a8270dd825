#pragma once
// Fair Tree: which user comes first, from shares and usage level by level.

#include <span>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::accounting {

/// What sshare shows of an association. Under Fair Tree shares and effective usage are within the level.
struct ShareRow {
  double shares_norm = 0;      ///< NormShares
  double usage_norm = 0;       ///< NormUsage: of all usage
  double usage_effective = 0;  ///< EffectvUsage
  double level_fs = 0;         ///< LevelFS; +inf for a user with no usage in its level
  double factor = 0;           ///< FairShare; of accounts only in the classic algorithm
  friend void fields(Archive& archive, ShareRow& row) { all_fields<5>(archive, row); }
};

/// Ranks all user associations depth first, recomputed whole at every pass: O(n log n) with n associations.
/// Ties, zero shares and `Fairshare=parent` are as in the code, not as on the web page (which would merge the children
/// of tied accounts). Source: fair_tree.c of 22.05.8.
class FairTree {
 public:
  /// The tree must outlive this. Before the first compute() all is 0 but the shares.
  explicit FairTree(const AssociationTree& tree);

  /// `usage_raw` by association, none negative.
  void compute(std::span<const double> usage_raw);

  /// In (0, 1] for user associations.
  double factor(AssociationId id) const { return rows_[id.index()].factor; }
  const ShareRow& row(AssociationId id) const { return rows_[id.index()]; }

  void fields(Archive& archive) { archive(rows_); }

 private:
  enum class Tie : bool { no, yes };
  struct Sibling {
    long double level_fs;
    AssociationId id;
    bool is_user;
  };

  void visit(AssociationId account, Tie tie, std::span<const double> usage_raw);
  long double level(AssociationId id, std::span<const double> usage_raw);
  std::span<Sibling> sorted_siblings(AssociationId account, std::span<const double> usage_raw);

  const AssociationTree* tree_;
  std::vector<ShareRow> rows_;
  std::vector<Sibling> siblings_;  ///< of all levels that are being visited, one after the other
  std::size_t rank_ = 0;           ///< of the last untied user
  std::size_t next_rank_ = 0;
};

}  // namespace sluice::accounting
