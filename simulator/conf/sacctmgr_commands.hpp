#pragma once
// A script of sacctmgr commands: `add account ml parent=root fairshare=60`.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/accounting_builder.hpp"
#include "simulator/conf/sacctmgr_resources.hpp"

namespace sluice::conf {

/// Which commands of a script count.
enum class CommandScope { all, resources };

/// Does what the commands say: add, modify and remove of accounts, users, QOS, clusters, coordinators and resources, with or
/// without `sacctmgr -i` in front. Commands that only show something are passed over. Each mistake is reported and
/// leaves the rest of its line undone; where sacctmgr would ask back ("modify all?"), it is done and a warning.
/// `given_qos`: QOS that another file defines; what the script says of these does not count.
/// How many of them were about something else than resources is returned; they are left alone in the scope `resources`.
/// Source: sacctmgr(1), account_functions.c, user_functions.c, qos_functions.c.
std::size_t run_commands(AccountingBuilder& builder, std::vector<ResourceSpec>& resources,
                         const std::shared_ptr<const SourceText>& source, const std::vector<std::string>& given_qos,
                         CommandScope scope, Diagnostics& diags);

}  // namespace sluice::conf
