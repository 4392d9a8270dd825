#pragma once
// A ClusterSpec as the files of a configuration folder.

#include <string>
#include <vector>

#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// A file of the folder: a plain name and all of its text.
struct ConfFile {
  std::string name, text;
};

/// slurm.conf, and gres.conf, topology.conf, group, sacctmgr_dump.cfg and sacctmgr_qos.txt as far as there is something to
/// say. Reading them back gives the same cluster (same_cluster). Cluster-wide keys stand as they were given; nodes and
/// partitions are written anew: one NodeName line for all nodes that are alike, no DEFAULT lines, no includes. Network
/// addresses and ports of nodes are left out. The cluster must not be a pool.
std::vector<ConfFile> cluster_files(const ClusterSpec& spec);

/// The accounting data as a sacctmgr dump, and its QOS as `sacctmgr -P show qos` prints them with all columns.
std::string dump_text(const AccountingSpec& accounting);
std::string qos_table_text(const AccountingSpec& accounting);

}  // namespace sluice::conf
