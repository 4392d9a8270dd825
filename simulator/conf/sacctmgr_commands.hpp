#pragma once
// A script of sacctmgr commands: `add account ml parent=root fairshare=60`.

#include <memory>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/accounting_builder.hpp"

namespace sluice::conf {

/// Does what the commands say: add, modify and remove of accounts, users, QOS, clusters and coordinators, with or
/// without `sacctmgr -i` in front. Commands that only show something are passed over. Each mistake is reported and
/// leaves the rest of its line undone; where sacctmgr would ask back ("modify all?"), it is done and a warning.
/// `given_qos`: QOS that another file defines; what the script says of these does not count.
/// Source: sacctmgr(1), account_functions.c, user_functions.c, qos_functions.c.
void run_commands(AccountingBuilder& builder, const std::shared_ptr<const SourceText>& source,
                  const std::vector<std::string>& given_qos, Diagnostics& diags);

}  // namespace sluice::conf
