#pragma once
// Who is in which Unix group: what `getent group`, and beside it `getent passwd`, print.

#include <filesystem>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// Reads the files `group` and `passwd` of the folder, as far as there are any; `passwd` adds each user to the group that
/// it names there. Without `group` the spec's groups stay absent: then nobody knows who is in one, AllowGroups lets
/// everybody in, and that is noted. Source: getent(1), group(5), passwd(5); slurmctld's groups.c.
void load_groups(ClusterSpec& spec, const std::filesystem::path& folder, Diagnostics& diags);

}  // namespace sluice::conf
