#pragma once
// What a cluster is, in figures that an administrator recognises: for `sluice check`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/model/cluster_spec.hpp"

namespace sluice::app {

/// Nodes of one class. FUTURE nodes do not exist and are not counted.
struct NodeKind {
  std::size_t nodes = 0, up = 0;
  std::string hosts;
  const NodeClass* hardware = nullptr;  ///< of the spec
  std::string gres;                     ///< gpu:a100:8,mps:800
};

struct PartitionFacts {
  const PartitionSpec* spec = nullptr;
  std::int64_t nodes = 0, cpus = 0, gpus = 0;
};

/// Limits of a QOS or of an association: what it is and what it sets, as sacctmgr writes it.
struct LimitFacts {
  std::string of;    ///< "QOS gold", "account ml", "user ann in account ml"
  std::string text;  ///< GrpTRES=cpu=24 MaxWall=00:10:00
};

/// A key that changes nothing here, and what it would mean.
struct UnmodelledKey {
  std::string key, meaning;
};

struct ClusterFacts {
  std::vector<NodeKind> kinds;
  std::vector<PartitionFacts> partitions;
  TresCounts tres;          ///< of the nodes that are up, and the licences
  std::string enforcement;  ///< AccountingStorageEnforce, "none" for nothing
  std::size_t accounts = 0, users = 0, qos = 0;
  std::vector<LimitFacts> limits;
  std::vector<UnmodelledKey> unmodelled;
};

/// The facts point into the spec.
ClusterFacts cluster_facts(const ClusterSpec& spec);

}  // namespace sluice::app
