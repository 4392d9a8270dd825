#include "simulator/model/accounting_spec.hpp"

#include <algorithm>

namespace sluice {
namespace {

template <class T>
void inherit(std::optional<T>& own, const std::optional<T>& from) {
  if (!own) own = from;
}

/// What `own` has no count for.
void inherit(TresCounts& own, const TresCounts& from) { own.insert(from.begin(), from.end()); }

void inherit_limits(AssociationSpec& own, const AssociationSpec& from) {
  inherit(own.max.tres, from.max.tres);
  inherit(own.max.per_node, from.max.per_node);
  inherit(own.max.tres_mins, from.max.tres_mins);
  inherit(own.max.wall, from.max.wall);
  inherit(own.max_tres_run_mins, from.max_tres_run_mins);
  inherit(own.max_jobs, from.max_jobs);
  inherit(own.max_jobs_accrue, from.max_jobs_accrue);
  inherit(own.max_submit_jobs, from.max_submit_jobs);
  inherit(own.min_prio_threshold, from.min_prio_threshold);
  inherit(own.priority, from.priority);
  inherit(own.default_qos, from.default_qos);
}

void erase_name(std::vector<std::string>& names, const std::string& name) {
  names.erase(std::remove(names.begin(), names.end(), name), names.end());
}

std::vector<std::string> allowed_qos(const AccountingSpec& spec, AssociationId id) {
  const auto& association = spec.associations[id.index()];
  std::vector<std::string> names;
  if (association.qos.own) {
    names = *association.qos.own;
  } else if (association.parent) {
    names = allowed_qos(spec, *association.parent);
  }
  for (const auto& name : association.qos.added) names.push_back(name);
  for (const auto& name : association.qos.removed) erase_name(names, name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::optional<std::int64_t> count_of(const TresCounts& counts, std::string_view tres) {
  const auto found = counts.find(tres);
  return found != counts.end() ? std::optional{found->second} : std::nullopt;
}

AccountingSpec make_accounting() {
  AccountingSpec spec;
  AssociationSpec root;
  root.account = root.organization = "root";
  root.description = "default root account";
  root.qos.own = {"normal"};
  AssociationSpec user;
  user.account = user.user = "root";
  user.parent = AssociationId{0};
  spec.associations = {root, user};
  UserSpec superuser;
  superuser.name = superuser.default_account = "root";
  superuser.admin_level = "Administrator";
  spec.users.push_back(superuser);
  QosSpec normal;
  normal.name = "normal";
  spec.qos.push_back(normal);
  return spec;
}

std::optional<AssociationId> find_account(const AccountingSpec& spec, std::string_view account) {
  return find_association(spec, account, {}, {});
}

std::optional<AssociationId> find_association(const AccountingSpec& spec, std::string_view account,
                                              std::string_view user, std::string_view partition) {
  for (std::size_t i = 0; i < spec.associations.size(); ++i) {
    const auto& one = spec.associations[i];
    if (one.account == account && one.user == user && one.partition == partition)
      return AssociationId{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

std::optional<QosId> find_qos(const AccountingSpec& spec, std::string_view name) {
  for (std::size_t i = 0; i < spec.qos.size(); ++i)
    if (spec.qos[i].name == name) return QosId{static_cast<std::uint32_t>(i)};
  return std::nullopt;
}

AssociationSpec effective(const AccountingSpec& spec, AssociationId id) {
  auto out = spec.associations[id.index()];
  for (auto above = out.parent; above; above = spec.associations[above->index()].parent)
    inherit_limits(out, spec.associations[above->index()]);
  out.qos = {allowed_qos(spec, id), {}, {}};
  return out;
}

}  // namespace sluice
