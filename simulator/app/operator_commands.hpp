#pragma once
// From what an operator types to what the engine carries out: names become ids. And the file of such commands.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/app/cluster_changes.hpp"
#include "simulator/app/job_changes.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/commands.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice::app {

/// Where a command stands: a text, at a place of a source line.
struct CommandText {
  std::string_view text;
  Location at;                   ///< of its first character
  std::string_view source_line;  ///< the whole line; empty: the text is all of it
};

/// Resolves commands against one workload and cluster. The workload may get new requests and names, and the cluster
/// partitions and classes of nodes that commands make, which must be done before a simulation is made of them.
class CommandResolver {
 public:
  CommandResolver(Workload& workload, ClusterSpec& cluster);

  /// The engine's commands for what is typed at this moment, in order of time from one call to the next; one may be several. Empty after an error: what is not
  /// understood, names what is not there, or asks for something that is not modelled.
  std::vector<Command> resolve(const CommandText& command, Time at, Diagnostics& diags);

 private:
  class Reader;

  Workload& workload_;
  const ClusterSpec& cluster_;
  JobLinks links_;
  ClusterChanges changes_;
  JobChanges job_changes_;
  std::set<std::string> remarked_;  ///< fields that were said to have no effect
  std::unordered_map<std::string_view, JobId> jobs_;
  std::unordered_map<std::string_view, ArrayId> arrays_;
};

/// Reads `t,command` rows: t is in the trace's own time base (seconds, or a date), the command is the rest of the line,
/// in quotes or not. Returned in order of time. An error is reported for every line that cannot be carried out.
std::vector<TimedCommand> read_commands(const std::filesystem::path& file, Workload& workload,
                                        ClusterSpec& cluster, Diagnostics& diags);

}  // namespace sluice::app
