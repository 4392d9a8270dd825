// slurm.conf and the files beside it: gres.conf, topology.conf, a sacctmgr dump, a QOS table, sacctmgr commands.

#include "simulator/conf/load.hpp"
#include "simulator/conf/write_cluster.hpp"
#include "tests/fuzz/target.hpp"

using namespace sluice;
using namespace sluice::fuzz;

/// A folder that loads is written back, and what was written loads as the same cluster.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Folder folder{text_of(data, size), "slurm.conf"};
  Diagnostics diags;
  const auto cluster = conf::load_cluster(folder.path(), {}, diags);
  static_cast<void>(diags.text());
  require(cluster.has_value() == diags.ok(), "a cluster exactly when there is no error");
  if (!cluster) return 0;
  folder.empty();
  for (const auto& file : conf::cluster_files(*cluster)) folder.write(file.name, file.text);
  Diagnostics said;
  const auto again = conf::load_cluster(folder.path(), {}, said);
  require(again.has_value(), "what was written cannot be read:\n" + said.text());
  require(same_cluster(*cluster, *again), "what was written reads back as another cluster");
  return 0;
}
