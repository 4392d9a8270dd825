#pragma once
// Software resources of slurmdbd: licences of a server that clusters share, `sacctmgr add resource`.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/sacctmgr_text.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice::conf {

/// How many there are, and the part of each cluster in percent. Source: sacctmgr(1) RESOURCE.
struct ResourceSpec {
  std::string name, server;
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> percent_by_cluster;  ///< names in lower case
};

/// A command about resources, in its parts.
struct ResourceCommand {
  enum class Verb { add, modify, remove } verb = Verb::add;
  std::vector<Word> words;  ///< before `set`, without verb, `resource` and `where`
  std::vector<Word> set;
  std::shared_ptr<const LogicalLine> line;
};

/// Does what the command says; a mistake is reported and leaves all as it was.
/// Source: sacctmgr(1) RESOURCE, resource_functions.c.
void run_resource_command(const ResourceCommand& command, std::vector<ResourceSpec>& resources, Diagnostics& diags);

/// Whether a line begins the text that `sacctmgr -P show resource withclusters` prints.
bool is_resource_header(std::string_view line);
/// That text.
std::vector<ResourceSpec> read_resource_table(const std::shared_ptr<const SourceText>& source, Diagnostics& diags);

/// As licences of one cluster: `name@server`, its part of the count. Source: licenses.c.
Licenses remote_licenses(const std::vector<ResourceSpec>& resources, const std::string& cluster);

/// Commands that give a cluster those of its licences; "" for none.
std::string resource_commands(const Licenses& licenses, const std::string& cluster);

}  // namespace sluice::conf
