#pragma once
// Whose job it is when it does not say: the account and the QOS that slurmctld gives it at submission.

#include <optional>
#include <string>
#include <string_view>

#include "simulator/model/accounting_spec.hpp"

namespace sluice::accounting {

/// The user's default account; empty: it has none. Names in lower case. O(users).
std::string default_account(const AccountingSpec& spec, std::string_view user);

/// The association's default QOS, else its only one, else that of the root account, else `normal`. O(depth of the tree).
/// Source: sacctmgr(1) DefaultQOS; job_mgr.c, _determine_and_validate_qos.
std::string default_qos(const AccountingSpec& spec, std::optional<AssociationId> association);

}  // namespace sluice::accounting
