#include "simulator/model/cluster_spec.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sluice {
namespace {

bool same_choice(const PluginChoice& a, const PluginChoice& b) { return a.name == b.name && a.parameters == b.parameters; }

bool same_policies(const ClusterSpec& a, const ClusterSpec& b) {
  return same_choice(a.scheduler, b.scheduler) && same_choice(a.priority, b.priority) && same_choice(a.select, b.select);
}

bool same_settings(const ClusterSpec& a, const ClusterSpec& b) {
  return a.settings == b.settings && a.multifactor == b.multifactor &&
         a.accounting_settings == b.accounting_settings && a.preempt == b.preempt &&
         a.job_defaults == b.job_defaults && a.job_settings == b.job_settings && a.times == b.times && a.controller == b.controller && a.power == b.power &&
         a.licenses == b.licenses && a.gres_types == b.gres_types && a.topology_plugin == b.topology_plugin &&
         a.topology_parameters == b.topology_parameters;
}

}  // namespace

bool ClusterSpec::saves_power() const {
  if (!power.has_suspend_program || !power.has_resume_program) return false;
  return power.suspend_time || std::any_of(partitions.begin(), partitions.end(),
                                           [](const PartitionSpec& partition) { return partition.power.suspends(); });
}

bool same_cluster(const ClusterSpec& a, const ClusterSpec& b) {
  return a.name == b.name && a.is_pool == b.is_pool && same_policies(a, b) && same_settings(a, b) &&
         a.classes == b.classes && a.nodes == b.nodes && a.partitions == b.partitions && a.topology == b.topology &&
         a.gres == b.gres && a.groups == b.groups && a.accounting == b.accounting;
}

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
