#pragma once
// Associations while they are being read: by name, in any order; then the tree.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/model/accounting_spec.hpp"

namespace sluice::conf {

/// An association whose parent is still a name. That of a user's is its account.
struct AssociationDraft {
  AssociationSpec spec;
  std::string parent;  ///< of accounts; empty: the root account itself
};

/// Sets the description or the organization of an account. Users have none, and the root account keeps its own: a dump
/// has no place for it.
void describe(AssociationSpec& spec, std::string AssociationSpec::*what, const std::string& text);

/// Begins with what every database has: the root account, user root in it, and QOS `normal`.
class AccountingBuilder {
 public:
  AccountingBuilder();

  AssociationDraft* find_account(std::string_view name) { return find(name, {}, {}); }
  AssociationDraft* find(std::string_view account, std::string_view user, std::string_view partition);
  QosSpec* find_qos(std::string_view name);
  UserSpec* find_user(std::string_view name);
  std::vector<AssociationDraft>& associations() { return drafts_; }

  /// Account `parent` exists, `name` does not. Its organization is its parent's name, or its own below root.
  AssociationDraft& add_account(const std::string& name, const std::string& parent);
  /// The account exists, the association does not. The user's first account becomes the default one.
  AssociationDraft& add_user(const std::string& name, const std::string& account, const std::string& partition);
  /// Removes an account with all below it; the root account stays.
  void remove_account(const std::string& name);
  void remove_user(const std::string& name, const std::optional<std::string>& account);
  /// Removes a QOS, also from all lists.
  void remove_qos(const std::string& name);

  /// Whether `name` is `ancestor` or lies below it.
  bool is_below(std::string_view name, std::string_view ancestor);

  /// Parents before children, else in the order of their creation.
  AccountingSpec finish();

  std::string cluster;
  std::vector<QosSpec> qos;
  std::vector<UserSpec> users;

 private:
  void index();

  std::vector<AssociationDraft> drafts_;
  std::unordered_map<std::string, std::size_t> rows_;       ///< of drafts_, by account, user and partition
  std::unordered_map<std::string, std::size_t> user_rows_;  ///< of users
};

}  // namespace sluice::conf
