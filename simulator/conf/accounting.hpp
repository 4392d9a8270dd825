#pragma once
// The accounting data of a cluster's folder: a dump, a QOS table or a script of commands, told by their content.

#include <filesystem>
#include <optional>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// What a text is, as its first lines tell.
enum class AccountingText { dump, qos_table, commands, resource_table };
std::optional<AccountingText> accounting_text(std::string_view head);

/// Reads the folder's accounting files into spec.accounting and adds them to spec.files; without any it stays absent.
/// A dump is the whole truth on associations: a script beside it is not run, with a note. Of several dumps that of
/// spec.name is taken. A QOS table tells the QOS; with a dump alone only their names are known. Resources, which no dump
/// has, come from commands and from what `sacctmgr show resource` printed; the cluster's part of them is among its licences.
void load_accounting(ClusterSpec& spec, const std::filesystem::path& folder, Diagnostics& diags);

}  // namespace sluice::conf
