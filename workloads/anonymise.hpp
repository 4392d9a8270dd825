#pragma once
// Files of a cluster with the names in them replaced, so that they can be given away.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "workloads/pseudonyms.hpp"

namespace sluice::workloads {

/// A file as it was, or as it may be given away.
struct NamedText {
  std::string name;
  std::string text;
};

/// Replaces users, accounts, groups, hosts, job names, cluster names, paths, mail addresses, wckeys, reservations,
/// comments and command lines, in all files alike. Told by their content are: Slurm's configuration files (Key=Value;
/// comments and passwords are removed, addresses of nodes too), `sacctmgr dump` files, sacctmgr commands, `sacct -P` and
/// `sacctmgr show -P` tables, and CSV tables with a header. Partitions, QOS, features, types of GRES, licenses, times and sizes stay as they are. A
/// command line keeps its resource options only. File names stay.
///
/// nullopt iff an error was reported: a file of none of these kinds. Rows that cannot be understood are left out with
/// a warning.
std::optional<std::vector<NamedText>> anonymise(const std::vector<NamedText>& files, Pseudonyms& names,
                                                Diagnostics& diags);

/// Whether a text is of one of those kinds.
bool can_anonymise(std::string_view text);

}  // namespace sluice::workloads
