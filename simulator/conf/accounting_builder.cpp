#include "simulator/conf/accounting_builder.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "simulator/base/check.hpp"

namespace sluice::conf {
namespace {

template <class T>
T* find_named(std::vector<T>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found != all.end() ? &*found : nullptr;
}

std::string key_of(std::string_view account, std::string_view user, std::string_view partition) {
  return std::string{account} + '\n' + std::string{user} + '\n' + std::string{partition};
}

void erase_name(std::vector<std::string>& names, const std::string& name) {
  names.erase(std::remove(names.begin(), names.end(), name), names.end());
}

}  // namespace

void describe(AssociationSpec& spec, std::string AssociationSpec::*what, const std::string& text) {
  if (!spec.is_user() && spec.account != "root") spec.*what = text;
}

AccountingBuilder::AccountingBuilder() {
  auto fresh = make_accounting();
  qos = std::move(fresh.qos);
  users = std::move(fresh.users);
  for (auto& one : fresh.associations) {
    one.parent.reset();
    drafts_.push_back({std::move(one), {}});
  }
  index();
}

void AccountingBuilder::index() {
  rows_.clear();
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    const auto& spec = drafts_[i].spec;
    rows_.emplace(key_of(spec.account, spec.user, spec.partition), i);
  }
  user_rows_.clear();
  for (std::size_t i = 0; i < users.size(); ++i) user_rows_.emplace(users[i].name, i);
}

AssociationDraft* AccountingBuilder::find(std::string_view account, std::string_view user, std::string_view partition) {
  const auto row = rows_.find(key_of(account, user, partition));
  return row != rows_.end() ? &drafts_[row->second] : nullptr;
}

QosSpec* AccountingBuilder::find_qos(std::string_view name) { return find_named(qos, name); }

UserSpec* AccountingBuilder::find_user(std::string_view name) {
  const auto row = user_rows_.find(std::string{name});
  return row != user_rows_.end() ? &users[row->second] : nullptr;
}

AssociationDraft& AccountingBuilder::add_account(const std::string& name, const std::string& parent) {
  AssociationDraft draft;
  draft.spec.account = draft.spec.description = name;
  draft.spec.organization = parent == "root" ? name : parent;
  draft.parent = parent;
  rows_.emplace(key_of(name, {}, {}), drafts_.size());
  return drafts_.emplace_back(std::move(draft));
}

AssociationDraft& AccountingBuilder::add_user(const std::string& name, const std::string& account,
                                              const std::string& partition) {
  AssociationDraft draft;
  draft.spec.account = account;
  draft.spec.user = name;
  draft.spec.partition = partition;
  if (find_user(name) == nullptr) {
    UserSpec user;
    user.name = name;
    user.default_account = account;
    user_rows_.emplace(name, users.size());
    users.push_back(std::move(user));
  }
  rows_.emplace(key_of(account, name, partition), drafts_.size());
  return drafts_.emplace_back(std::move(draft));
}

bool AccountingBuilder::is_below(std::string_view name, std::string_view ancestor) {
  for (const auto* at = find_account(name); at != nullptr; at = find_account(at->parent)) {
    if (at->spec.account == ancestor) return true;
    if (at->parent.empty()) return false;
  }
  return false;
}

void AccountingBuilder::remove_account(const std::string& name) {
  if (name == "root") return;
  std::vector<std::string> doomed;
  for (const auto& draft : drafts_)
    if (!draft.spec.is_user() && is_below(draft.spec.account, name)) doomed.push_back(draft.spec.account);
  const auto is_doomed = [&](const AssociationDraft& draft) {
    return std::find(doomed.begin(), doomed.end(), draft.spec.account) != doomed.end();
  };
  drafts_.erase(std::remove_if(drafts_.begin(), drafts_.end(), is_doomed), drafts_.end());
  index();
}

void AccountingBuilder::remove_user(const std::string& name, const std::optional<std::string>& account) {
  const auto is_doomed = [&](const AssociationDraft& draft) {
    return draft.spec.user == name && (!account || draft.spec.account == *account);
  };
  drafts_.erase(std::remove_if(drafts_.begin(), drafts_.end(), is_doomed), drafts_.end());
  index();
}

void AccountingBuilder::remove_qos(const std::string& name) {
  qos.erase(std::remove_if(qos.begin(), qos.end(), [&](const QosSpec& one) { return one.name == name; }), qos.end());
  for (auto& one : qos) erase_name(one.preempt, name);
  for (auto& draft : drafts_) {
    auto& access = draft.spec.qos;
    if (access.own) erase_name(*access.own, name);
    if (access.own && access.own->empty()) access.own.reset();
    erase_name(access.added, name);
    erase_name(access.removed, name);
    if (draft.spec.default_qos == name) draft.spec.default_qos.reset();
  }
}

AccountingSpec AccountingBuilder::finish() {
  AccountingSpec spec;
  spec.cluster = cluster;
  spec.qos = qos;
  std::unordered_map<std::string, AssociationId> accounts;
  std::vector<bool> done(drafts_.size());
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      const auto& draft = drafts_[i];
      const bool is_root = !draft.spec.is_user() && draft.parent.empty();
      const auto parent = accounts.find(draft.spec.is_user() ? draft.spec.account : draft.parent);
      if (done[i] || (!is_root && parent == accounts.end())) continue;
      const AssociationId id{static_cast<std::uint32_t>(spec.associations.size())};
      spec.associations.push_back(draft.spec);
      if (!is_root) spec.associations.back().parent = parent->second;
      if (!draft.spec.is_user()) accounts.emplace(draft.spec.account, id);
      done[i] = moved = true;
    }
  }
  SLUICE_CHECK(spec.associations.size() == drafts_.size(), "{} associations hang on nothing",
               drafts_.size() - spec.associations.size());
  std::unordered_set<std::string_view> present;
  for (const auto& draft : drafts_) present.insert(draft.spec.user);
  for (const auto& user : users)
    if (present.count(user.name) > 0) spec.users.push_back(user);
  return spec;
}

}  // namespace sluice::conf
