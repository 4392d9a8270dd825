#pragma once
// The pieces of anonymise(): one kind of file each.

#include <string>
#include <string_view>

#include "workloads/pseudonyms.hpp"

namespace sluice::workloads {

/// slurm.conf and its relatives: lines of Key=Value.
std::string anonymise_conf(std::string_view text, Pseudonyms& names);
/// `sacctmgr dump`: lines of Kind - 'name':Key='value':...
std::string anonymise_dump(std::string_view text, Pseudonyms& names);
/// Lines of `sacctmgr add account ...`. Those that change nothing are left out.
std::string anonymise_commands(std::string_view text, Pseudonyms& names);
bool is_sacctmgr_command(std::string_view line);
/// A table with a header, its cells separated by `|` (sacct -P) or `,` (CSV). `lost` counts the rows left out.
std::string anonymise_table(std::string_view text, char separator, Pseudonyms& names, std::size_t& lost);

/// Paths (but those under /dev) and mail addresses in a text that is otherwise kept.
std::string anonymise_value(std::string_view value, Pseudonyms& names);
/// A command line of sbatch, srun or salloc: the options about resources, names replaced; nothing else.
std::string anonymise_command(std::string_view line, Pseudonyms& names);
/// A comma list of names of one kind.
std::string anonymise_list(NameKind kind, std::string_view list, Pseudonyms& names);

}  // namespace sluice::workloads
