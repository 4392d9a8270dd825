#include "simulator/accounting/classic_fair_share.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::accounting {

ClassicFairShare::ClassicFairShare(const AssociationTree& tree, Kind kind, std::int64_t dampening)
    : tree_{&tree}, kind_{kind}, dampening_{static_cast<double>(dampening)}, rows_(tree.size()), stale_(tree.size()) {
  compute_shares();
}

void ClassicFairShare::compute_shares() {
  rows_[AssociationTree::root.index()] = {1, 0, 1, 0, 0.5};
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    const AssociationId id{static_cast<std::uint32_t>(row)};
    const double above = rows_[tree_->fair_share_parent(id).index()].shares_norm;
    const auto shares = tree_->shares(id);
    const auto level = tree_->level_shares(id);
    if (!shares)
      rows_[row].shares_norm = above;
    else
      rows_[row].shares_norm = level > 0 ? above * static_cast<double>(*shares) / static_cast<double>(level) : 0;
  }
}

void ClassicFairShare::begin_pass(const Usage& usage) {
  const double used_in_all = usage.raw()[AssociationTree::root.index()];
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    const AssociationId id{static_cast<std::uint32_t>(row)};
    stale_[row] = tree_->is_user(id);
    if (!stale_[row]) compute(id, usage.raw()[row], used_in_all);
  }
}

double ClassicFairShare::evaluate(AssociationId id, const Usage& usage) {
  if (stale_[id.index()]) {
    compute(id, usage.raw_in_pass(id), usage.raw_in_pass(AssociationTree::root));
    stale_[id.index()] = false;
  }
  return rows_[id.index()].factor;
}

void ClassicFairShare::compute(AssociationId id, double used, double used_in_all) {
  ShareRow& row = rows_[id.index()];
  row.usage_norm = used_in_all > 0 ? std::min(1.0, used / used_in_all) : 0;
  row.usage_effective = effective_usage(id);
  const ShareRow& judged = tree_->shares(id) ? row : rows_[tree_->fair_share_parent(id).index()];
  row.factor = judged.shares_norm > 0 ? std::pow(2.0, -(judged.usage_effective / judged.shares_norm) / dampening_) : 0;
}

double ClassicFairShare::effective_usage(AssociationId id) const {
  const ShareRow& row = rows_[id.index()];
  const AssociationId above = tree_->fair_share_parent(id);
  const auto shares = tree_->shares(id);
  if (!shares) return rows_[above.index()].usage_effective;
  if (above == AssociationTree::root) return row.usage_norm;
  if (kind_ == Kind::depth_oblivious) return depth_oblivious_usage(id);
  const auto level = tree_->level_shares(id);
  const double usage_above = rows_[above.index()].usage_effective;
  if (level == 0) return usage_above;
  return row.usage_norm + (usage_above - row.usage_norm) * static_cast<double>(*shares) / static_cast<double>(level);
}

double ClassicFairShare::depth_oblivious_usage(AssociationId id) const {
  const ShareRow& row = rows_[id.index()];
  const AssociationId above = tree_->fair_share_parent(id);
  const ShareRow& up = rows_[above.index()];
  if (row.shares_norm == 0 || up.shares_norm == 0 || up.usage_effective == 0 || row.usage_norm == 0)
    return row.usage_norm;
  double used_by_siblings = 0;  // as last stored, itself fresh
  for (const AssociationId sibling : tree_->fair_share_children(above))
    if (tree_->shares(sibling)) used_by_siblings += rows_[sibling.index()].usage_norm;
  const double above_ratio = up.usage_effective / up.shares_norm;
  const double level_ratio = used_by_siblings / up.shares_norm;
  const double ratio = row.usage_norm / row.shares_norm / level_ratio;
  double k = 1;
  if (std::log(above_ratio) * std::log(ratio) < 0) {
    const double five = 5 * std::log(above_ratio);
    k = 1 / (1 + five * five);
  }
  return above_ratio * std::pow(ratio, k) * row.shares_norm;
}

}  // namespace sluice::accounting
