#include "simulator/accounting/fair_tree.hpp"

#include <algorithm>
#include <limits>

namespace sluice::accounting {
namespace {

/// The LevelFS of an account that is `parent`: behind those without usage, before all others.
constexpr long double parent_account = 4294967294.0L;
constexpr long double infinite = std::numeric_limits<long double>::infinity();

}  // namespace

FairTree::FairTree(const AssociationTree& tree) : tree_{&tree}, rows_(tree.size()) {
  siblings_.reserve(tree.size());
  rows_[AssociationTree::root.index()].usage_effective = 1;
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    const AssociationId id{static_cast<std::uint32_t>(row)};
    const auto shares = tree.shares(id);
    const auto level_shares = tree.level_shares(id);
    double& norm = rows_[row].shares_norm;
    if (!shares)
      norm = rows_[tree.fair_share_parent(id).index()].shares_norm;
    else if (level_shares > 0)
      norm = static_cast<double>(*shares) / static_cast<double>(level_shares);
  }
}

void FairTree::compute(std::span<const double> usage_raw) {
  rank_ = next_rank_ = tree_->users();
  siblings_.clear();
  visit(AssociationTree::root, Tie::no, usage_raw);
}

void FairTree::visit(AssociationId account, Tie tie, std::span<const double> usage_raw) {
  const std::size_t first = siblings_.size();
  const std::size_t count = sorted_siblings(account, usage_raw).size();
  long double previous = parent_account;
  for (std::size_t i = 0; i < count; ++i) {
    const Sibling sibling = siblings_[first + i];
    const bool tied = (i == 0 && tie == Tie::yes) || sibling.level_fs == previous;
    if (sibling.is_user) {
      if (!tied) rank_ = next_rank_;
      rows_[sibling.id.index()].factor = static_cast<double>(rank_) / static_cast<double>(tree_->users());
      --next_rank_;
    } else {
      visit(sibling.id, tied ? Tie::yes : Tie::no, usage_raw);
    }
    previous = sibling.level_fs;
  }
  siblings_.resize(first);
}

std::span<FairTree::Sibling> FairTree::sorted_siblings(AssociationId account, std::span<const double> usage_raw) {
  const std::size_t first = siblings_.size();
  for (const AssociationId id : tree_->fair_share_children(account))
    siblings_.push_back({level(id, usage_raw), id, tree_->is_user(id)});
  const auto added = std::span{siblings_}.subspan(first);
  std::stable_sort(added.begin(), added.end(), [](const Sibling& a, const Sibling& b) {
    return a.level_fs != b.level_fs ? a.level_fs > b.level_fs : a.is_user && !b.is_user;
  });
  return added;
}

/// The level fair-share of one association. Shares are rounded to double and usage is not, as in slurmctld, so that
/// ties are its ties.
long double FairTree::level(AssociationId id, std::span<const double> usage_raw) {
  const AssociationId above = tree_->fair_share_parent(id);
  const auto shares = tree_->shares(id);
  const double used = usage_raw[id.index()], used_above = usage_raw[above.index()];
  const double used_in_all = usage_raw[AssociationTree::root.index()];

  ShareRow& row = rows_[id.index()];
  const long double part = used_above > 0 ? static_cast<long double>(used) / static_cast<long double>(used_above) : 0;
  row.usage_effective = static_cast<double>(part);
  row.usage_norm = used_in_all > 0 ? used / used_in_all : 0;

  long double result;
  if (!shares)
    result = tree_->is_user(id) ? infinite : parent_account;
  else if (row.shares_norm == 0)
    result = 0;
  else
    result = part > 0 ? row.shares_norm / part : infinite;
  row.level_fs = static_cast<double>(result);
  return result;
}

}  // namespace sluice::accounting
