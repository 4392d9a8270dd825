#include "simulator/accounting/association_tree.hpp"

#include <algorithm>
#include <tuple>

#include "simulator/base/check.hpp"

namespace sluice::accounting {
namespace {

std::string key_of(std::string_view account, std::string_view user, std::string_view partition) {
  std::string key{account};
  key.append(1, '\n').append(user).append(1, '\n').append(partition);
  return key;
}

AssociationId id_of(std::size_t row) { return AssociationId{static_cast<std::uint32_t>(row)}; }

}  // namespace

AssociationTree::AssociationTree(const AccountingSpec& spec, SiblingOrder order) {
  read_nodes(spec);
  make_list(spec, order);
  hang_children();
}

void AssociationTree::read_nodes(const AccountingSpec& spec) {
  SLUICE_CHECK(!spec.associations.empty(), "an accounting database has a root account");
  nodes_.reserve(spec.associations.size());
  by_name_.reserve(spec.associations.size());
  for (std::size_t row = 0; row < spec.associations.size(); ++row) {
    const AssociationSpec& from = spec.associations[row];
    const AssociationId up = row == 0 ? root : from.parent.value_or(root);
    SLUICE_CHECK(row == 0 || up.index() < row, "association {} stands before its parent", row);
    Node node;
    node.parent = up;
    node.is_user = from.is_user();
    node.shares_of_parent = row != 0 && !from.shares;
    node.shares = from.shares.value_or(0);
    node.priority = from.priority.value_or(row == 0 ? 0 : nodes_[up.index()].priority);
    const bool hangs_higher = row != 0 && nodes_[up.index()].shares_of_parent;
    node.fair_share_parent = hangs_higher ? nodes_[up.index()].fair_share_parent : up;
    users_ += node.is_user ? 1U : 0U;
    largest_priority_ = std::max(largest_priority_, node.priority);
    nodes_.push_back(node);
    by_name_.emplace(key_of(from.account, from.user, from.partition), id_of(row));
  }
}

void AssociationTree::make_list(const AccountingSpec& spec, SiblingOrder order) {
  std::vector<std::vector<AssociationId>> children(nodes_.size());
  for (std::size_t row = 1; row < nodes_.size(); ++row) children[nodes_[row].parent.index()].push_back(id_of(row));
  const auto before = [&](AssociationId a, AssociationId b) {
    const auto& left = spec.associations[a.index()];
    const auto& right = spec.associations[b.index()];
    if (left.is_user() != right.is_user()) return left.is_user();
    if (order == SiblingOrder::newest_first) return b < a;
    const auto name = [](const AssociationSpec& it) -> const std::string& {
      return it.is_user() ? it.user : it.account;
    };
    return std::tie(name(left), left.partition) < std::tie(name(right), right.partition);
  };
  std::vector<AssociationId> open{root};
  list_.reserve(nodes_.size());
  while (!open.empty()) {
    const AssociationId next = open.back();
    open.pop_back();
    list_.push_back(next);
    auto& below = children[next.index()];
    std::sort(below.begin(), below.end(), before);
    open.insert(open.end(), below.rbegin(), below.rend());
  }
}

void AssociationTree::hang_children() {
  children_begin_.assign(nodes_.size() + 1, 0);
  level_shares_.assign(nodes_.size(), 0);
  for (std::size_t row = 1; row < nodes_.size(); ++row) {
    const std::size_t above = nodes_[row].fair_share_parent.index();
    ++children_begin_[above + 1];
    level_shares_[above] += nodes_[row].shares;
  }
  for (std::size_t row = 0; row < nodes_.size(); ++row) children_begin_[row + 1] += children_begin_[row];
  children_.resize(nodes_.size() - 1);
  auto next = children_begin_;
  for (const AssociationId id : list_)
    if (id != root) children_[next[fair_share_parent(id).index()]++] = id;
}

std::optional<std::int64_t> AssociationTree::shares(AssociationId id) const {
  const Node& node = nodes_[id.index()];
  return node.shares_of_parent ? std::nullopt : std::optional{node.shares};
}

std::span<const AssociationId> AssociationTree::fair_share_children(AssociationId id) const {
  const auto from = children_begin_[id.index()];
  return std::span{children_}.subspan(from, children_begin_[id.index() + 1] - from);
}

std::optional<AssociationId> AssociationTree::find(std::string_view account, std::string_view user,
                                                   std::string_view partition) const {
  if (!partition.empty())
    if (const auto own = by_name_.find(key_of(account, user, partition)); own != by_name_.end()) return own->second;
  const auto any = by_name_.find(key_of(account, user, {}));
  return any != by_name_.end() ? std::optional{any->second} : std::nullopt;
}

}  // namespace sluice::accounting
