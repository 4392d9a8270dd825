#pragma once
// The associations of a cluster as a dense tree, with the order and the re-hung children that fair share needs.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/model/accounting_spec.hpp"

namespace sluice::accounting {

/// In which order siblings of equal rank stand in slurmctld's list. It shows only where Fair Tree has ties.
enum class SiblingOrder : std::uint8_t {
  by_name,       ///< as text, u10 before u9: associations added while slurmctld ran
  newest_first,  ///< the later created first: associations read when slurmctld started
};

/// Rows are those of the AccountingSpec: row 0 is the root account, a parent stands before its children.
class AssociationTree {
 public:
  explicit AssociationTree(const AccountingSpec& spec, SiblingOrder order = SiblingOrder::by_name);

  static constexpr AssociationId root{0};

  std::size_t size() const { return nodes_.size(); }
  /// User associations, user root's among them.
  std::size_t users() const { return users_; }
  bool is_user(AssociationId id) const { return nodes_[id.index()].is_user; }
  /// The account above; root's is root itself.
  AssociationId parent(AssociationId id) const { return nodes_[id.index()].parent; }
  /// Fairshare; nullopt: `parent`.
  std::optional<std::int64_t> shares(AssociationId id) const;
  /// Its own Priority or that of the nearest ancestor that has one, 0 if none has.
  std::int64_t priority(AssociationId id) const { return nodes_[id.index()].priority; }
  /// The largest priority of all associations.
  std::int64_t largest_priority() const { return largest_priority_; }

  /// The nearest ancestor that is not `parent` itself. Root's is root.
  AssociationId fair_share_parent(AssociationId id) const { return nodes_[id.index()].fair_share_parent; }
  /// Those whose fair-share parent this is, in list order. An account that is `parent` has none.
  std::span<const AssociationId> fair_share_children(AssociationId id) const;
  /// Sum of the shares among its fair-share siblings, itself included.
  std::int64_t level_shares(AssociationId id) const { return level_shares_[fair_share_parent(id).index()]; }

  /// All rows depth first, users before accounts: slurmctld's list, and the rows of sshare.
  std::span<const AssociationId> list() const { return list_; }

  /// The association of a job: of this partition if there is one, else the one for all partitions. Names in lower
  /// case. O(1).
  std::optional<AssociationId> find(std::string_view account, std::string_view user, std::string_view partition) const;

 private:
  struct Node {
    AssociationId parent, fair_share_parent;
    std::int64_t shares = 1;
    std::int64_t priority = 0;
    bool is_user = false;
    bool shares_of_parent = false;
  };

  void read_nodes(const AccountingSpec& spec);
  void make_list(const AccountingSpec& spec, SiblingOrder order);
  void hang_children();

  std::vector<Node> nodes_;
  std::vector<AssociationId> list_;
  std::vector<AssociationId> children_;        ///< fair-share children, parent by parent
  std::vector<std::uint32_t> children_begin_;  ///< by parent; one more at the end
  std::vector<std::int64_t> level_shares_;     ///< of the children, by parent
  std::unordered_map<std::string, AssociationId> by_name_;
  std::size_t users_ = 0;
  std::int64_t largest_priority_ = 0;
};

}  // namespace sluice::accounting
