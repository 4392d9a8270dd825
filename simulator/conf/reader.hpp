#pragma once
// A configuration file and what it includes, as one stream of entries in file order.

#include <filesystem>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/entry.hpp"

namespace sluice::conf {

/// The pairs of one logical line; never empty.
using EntryLine = std::vector<Entry>;

/// All that was read. `complete` is false when a line or an Include could not be read, so that what seems to be missing
/// may only be unread.
struct EntryLines {
  std::vector<EntryLine> lines;
  std::vector<std::string> files;  ///< in the order they were opened
  bool complete = true;
};

/// Reads `path` and every file it includes (`Include PATH`, relative to the folder of `path`, %c being the lower-case
/// ClusterName read so far). A missing or circular Include is an error at its line; reading goes on.
/// Source: slurm.conf(5) INCLUDE, parse_config.c.
EntryLines read_entry_lines(const std::filesystem::path& path, Diagnostics& diags);

}  // namespace sluice::conf
