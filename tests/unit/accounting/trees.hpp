#pragma once
// Small association trees for tests, as text.

#include <map>
#include <string>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/model/accounting_spec.hpp"

namespace sluice::test {

/// Usage by name of the account or user, and the rows that have these names.
struct SmallTree {
  AccountingSpec spec;
  std::map<std::string, AssociationId> named;
  std::vector<double> used;  ///< usage_raw by row; accounts have the sum of what is below

  /// A child of an account that was added before; "" is root. shares: nullopt for `parent`.
  SmallTree& account(const std::string& name, const std::string& above, std::optional<std::int64_t> shares) {
    return add(name, {}, above, shares, 0);
  }
  SmallTree& user(const std::string& name, const std::string& account, std::optional<std::int64_t> shares,
                  double usage) {
    return add(account.empty() ? "root" : account, name, account, shares, usage);
  }

  SmallTree() {
    spec.associations.resize(1);
    spec.associations[0].account = "root";
    used.push_back(0);
    named[""] = AssociationId{0};
  }

 private:
  SmallTree& add(const std::string& account, const std::string& user, const std::string& above,
                 std::optional<std::int64_t> shares, double usage) {
    const AssociationId id{static_cast<std::uint32_t>(spec.associations.size())};
    AssociationSpec row;
    row.account = account;
    row.user = user;
    row.parent = named.at(above);
    row.shares = shares;
    named[user.empty() ? account : user] = id;
    spec.associations.push_back(row);
    used.push_back(0);
    for (AssociationId at = id;; at = *spec.associations[at.index()].parent) {
      used[at.index()] += usage;
      if (at.index() == 0) break;
    }
    return *this;
  }
};

inline constexpr std::nullopt_t of_parent = std::nullopt;

}  // namespace sluice::test
