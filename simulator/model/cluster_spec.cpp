#include "simulator/model/cluster_spec.hpp"

#include <fmt/format.h>

namespace sluice {

ClusterSpec make_pool(std::int64_t slots) {
  ClusterSpec spec;
  spec.name = fmt::format("pool:{}", slots);
  spec.is_pool = true;
  NodeClass one;
  one.cpus = slots;
  one.cores_per_socket = slots;
  spec.classes.push_back(one);
  spec.nodes.push_back({"pool", NodeClassId{0}, NodeState::up, {}});
  PartitionSpec all;
  all.name = "pool";
  all.nodes = {NodeId{0}};
  all.is_default = true;
  spec.partitions.push_back(all);
  spec.scheduler.name = "sched/easy";
  spec.priority.name = "priority/basic";
  spec.select.name = "select/first_fit";
  return spec;
}

}  // namespace sluice
