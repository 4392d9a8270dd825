#include "simulator/accounting/defaults.hpp"

namespace sluice::accounting {

std::string default_account(const AccountingSpec& spec, std::string_view user) {
  for (const UserSpec& known : spec.users)
    if (known.name == user) return known.default_account;
  return {};
}

std::string default_qos(const AccountingSpec& spec, std::optional<AssociationId> association) {
  if (association) {
    const AssociationSpec own = effective(spec, *association);
    if (own.default_qos && !own.default_qos->empty()) return *own.default_qos;
    if (own.qos.own && own.qos.own->size() == 1) return own.qos.own->front();
  }
  return effective(spec, AssociationId{0}).default_qos.value_or("normal");
}

}  // namespace sluice::accounting
