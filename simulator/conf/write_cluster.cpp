#include "simulator/conf/write_cluster.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/sacctmgr_resources.hpp"
#include "simulator/conf/settings.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

/// A value as it must be written to be read back: comment signs and backslashes escaped, quoted when blank or with
/// blanks.
std::string value_text(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  const bool needs_quotes = value.empty() || std::any_of(value.begin(), value.end(), is_space);
  return needs_quotes ? '"' + out + '"' : out;
}

/// Keys of one line.
class LineWriter {
 public:
  LineWriter& add(std::string_view key, std::string_view value) {
    text_ += fmt::format("{}{}={}", text_.empty() ? "" : " ", key, value_text(value));
    return *this;
  }
  LineWriter& add(std::string_view key, std::int64_t value) { return add(key, fmt::to_string(value)); }
  /// Only when there is something to say.
  LineWriter& add_some(std::string_view key, std::string_view value) { return value.empty() ? *this : add(key, value); }
  LineWriter& add_unless(std::int64_t usual, std::string_view key, std::int64_t value) {
    return value == usual ? *this : add(key, value);
  }
  LineWriter& add_if(bool holds, std::string_view key) { return holds ? add(key, "YES") : *this; }
  LineWriter& add_some(std::string_view key, const std::optional<Megabytes>& value) {
    return value ? add(key, value->value) : *this;
  }
  LineWriter& add_some(std::string_view key, const std::optional<std::int64_t>& value) {
    return value ? add(key, *value) : *this;
  }
  LineWriter& add_time(std::string_view key, const std::optional<Duration>& value) {
    return value ? add(key, time_text(*value)) : *this;
  }
  std::string line() const { return text_ + "\n"; }

 private:
  std::string text_;
};

std::string gres_text(const std::vector<GresCount>& all) {
  std::string out;
  for (const auto& item : all)
    out += fmt::format("{}{}{}{}:{}", out.empty() ? "" : ",", item.name, item.type.empty() ? "" : ":", item.type,
                       item.count);
  return out;
}

std::string hosts_of(const ClusterSpec& spec, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names;
  for (const auto node : nodes) names.push_back(spec.nodes[node.index()].name);
  return compress_hostlist(names);
}

std::string_view state_text(const NodeSpec& node) {
  switch (node.state) {
    case NodeState::down: return "DOWN";
    case NodeState::drained: return "DRAIN";
    case NodeState::future: return "FUTURE";
    case NodeState::up: return node.is_cloud ? "CLOUD" : "";
  }
  return "";
}

std::string node_line(const ClusterSpec& spec, const std::vector<NodeId>& nodes) {
  const auto& first = spec.nodes[nodes.front().index()];
  const auto& hardware = spec.class_of(nodes.front());
  LineWriter line;
  line.add("NodeName", hosts_of(spec, nodes))
      .add("CPUs", hardware.cpus)
      .add("Sockets", hardware.sockets)
      .add("CoresPerSocket", hardware.cores_per_socket)
      .add("ThreadsPerCore", hardware.threads_per_core)
      .add("RealMemory", hardware.real_memory.value)
      .add_unless(0, "MemSpecLimit", hardware.mem_spec_limit.value)
      .add_unless(0, "CoreSpecCount", hardware.core_spec_count)
      .add_some("CpuSpecList", hardware.cpu_spec_list)
      .add_unless(0, "TmpDisk", hardware.tmp_disk.value)
      .add_some("Gres", gres_text(hardware.gres))
      .add_some("Feature", names_text(hardware.features))
      .add_unless(1, "Weight", hardware.weight)
      .add_some("State", state_text(first))
      .add_some("Reason", first.reason);
  return line.line();
}

/// One line for all nodes of a class in one state, classes in their order.
std::string node_lines(const ClusterSpec& spec) {
  struct Group {
    const NodeSpec* like;
    std::vector<NodeId> nodes;
  };
  std::vector<Group> groups;
  for (std::uint32_t i = 0; i < spec.nodes.size(); ++i) {
    const auto& node = spec.nodes[i];
    const auto same = [&](const Group& group) {
      return group.like->node_class == node.node_class && group.like->state == node.state &&
             group.like->reason == node.reason && group.like->is_cloud == node.is_cloud;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    if (found == groups.end())
      groups.push_back({&node, {NodeId{i}}});
    else
      found->nodes.push_back(NodeId{i});
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.like->node_class < b.like->node_class; });
  std::string out;
  for (const auto& group : groups) out += node_line(spec, group.nodes);
  return out;
}

std::string over_subscribe_text(const OverSubscribe& sharing) {
  switch (sharing.mode) {
    case OverSubscribe::Mode::no: return "";
    case OverSubscribe::Mode::exclusive: return "EXCLUSIVE";
    case OverSubscribe::Mode::yes: return fmt::format("YES:{}", sharing.jobs);
    case OverSubscribe::Mode::force: return fmt::format("FORCE:{}", sharing.jobs);
  }
  return "";
}

void add_access(LineWriter& line, const PartitionSpec& partition) {
  const auto names = [](const std::optional<std::vector<std::string>>& list) {
    return list ? names_text(*list) : std::string{};
  };
  line.add_some("AllowAccounts", names(partition.accounts.allow))
      .add_some("DenyAccounts", names_text(partition.accounts.deny))
      .add_some("AllowQos", names(partition.qos_access.allow))
      .add_some("DenyQos", names_text(partition.qos_access.deny))
      .add_some("AllowGroups", names(partition.groups.allow));
}

void add_defaults(LineWriter& line, const JobDefaults& defaults) {
  line.add_some("DefCpuPerGPU", defaults.cpus_per_gpu)
      .add_some("DefMemPerCPU", defaults.mem_per_cpu)
      .add_some("DefMemPerGPU", defaults.mem_per_gpu)
      .add_some("DefMemPerNode", defaults.mem_per_node)
      .add_some("MaxMemPerCPU", defaults.max_mem_per_cpu)
      .add_some("MaxMemPerNode", defaults.max_mem_per_node);
}

void add_policies(LineWriter& line, const PartitionSpec& partition) {
  line.add_some("QOS", partition.qos)
      .add_some("Alternate", partition.alternate)
      .add_some("MaxCPUsPerNode", partition.max_cpus_per_node)
      .add_some("OverSubscribe", over_subscribe_text(partition.over_subscribe))
      .add_unless(0, "GraceTime", std::chrono::floor<std::chrono::seconds>(partition.grace_time).count())
      .add_if(partition.least_loaded_nodes, "LLN")
      .add_if(partition.exclusive_user, "ExclusiveUser")
      .add_if(partition.requires_reservation, "ReqResv")
      .add_if(partition.root_only, "RootOnly")
      .add_some("SelectTypeParameters", partition.select_parameters)
      .add_some("TRESBillingWeights", tres_text(partition.billing_weights));
  if (partition.preempt_mode) line.add("PreemptMode", preempt_mode_text(*partition.preempt_mode));
  if (const auto& over = partition.over_time_limit)
    line.add("OverTimeLimit", *over ? fmt::to_string(std::chrono::floor<std::chrono::minutes>(**over).count())
                                    : std::string{"UNLIMITED"});
}

void add_power(LineWriter& line, const PartitionPower& power) {
  const auto seconds = [](Duration length) { return fmt::to_string(std::chrono::floor<std::chrono::seconds>(length).count()); };
  if (power.suspend_time)
    line.add("SuspendTime", *power.suspend_time ? seconds(**power.suspend_time) : std::string{"INFINITE"});
  if (power.suspend_timeout) line.add("SuspendTimeout", seconds(*power.suspend_timeout));
  if (power.resume_timeout) line.add("ResumeTimeout", seconds(*power.resume_timeout));
}

std::string partition_line(const ClusterSpec& spec, const PartitionSpec& partition) {
  constexpr std::string_view states[] = {"UP", "DOWN", "DRAIN", "INACTIVE"};
  const bool all = partition.nodes.size() == spec.nodes.size();
  LineWriter line;
  line.add("PartitionName", partition.name)
      .add_some("Nodes", all ? std::string{"ALL"} : hosts_of(spec, partition.nodes))
      .add_if(partition.is_default, "Default")
      .add("State", states[static_cast<std::size_t>(partition.state)])
      .add_time("MaxTime", partition.max_time)
      .add_time("DefaultTime", partition.default_time)
      .add_unless(0, "MinNodes", partition.min_nodes)
      .add_some("MaxNodes", partition.max_nodes)
      .add_unless(1, "PriorityTier", partition.priority_tier)
      .add_unless(1, "PriorityJobFactor", partition.priority_job_factor);
  add_access(line, partition);
  add_defaults(line, partition.defaults);
  add_policies(line, partition);
  add_power(line, partition.power);
  for (const auto& [key, value] : partition.other) line.add(key, value);
  return line.line();
}

std::string slurm_conf(const ClusterSpec& spec) {
  std::string out = LineWriter{}.add("ClusterName", spec.name).line();
  for (const auto& [key, value] : spec.settings) out += LineWriter{}.add(key, value).line();
  out += "\n" + node_lines(spec) + "\n";
  for (const auto& partition : spec.partitions) out += partition_line(spec, partition);
  return out;
}

std::string gres_conf(const ClusterSpec& spec) {
  std::string out;
  if (!spec.gres.auto_detect.empty()) out += LineWriter{}.add("AutoDetect", spec.gres.auto_detect).line();
  for (const auto& devices : spec.gres.devices) {
    LineWriter line;
    if (!devices.everywhere) line.add("NodeName", hosts_of(spec, devices.nodes));
    line.add("Name", devices.name)
        .add_some("Type", devices.type)
        .add("Count", devices.count)
        .add_some(devices.multiple_files ? "MultipleFiles" : "File", devices.files)
        .add_some("Cores", devices.cores)
        .add_some("Links", devices.links)
        .add_some("Flags", devices.flags);
    out += line.line();
  }
  return out;
}

std::string topology_conf(const ClusterSpec& spec) {
  std::string out;
  for (const auto& one : spec.topology.switches) {
    std::vector<std::string> below;
    for (const auto child : one.children) below.push_back(spec.topology.switches[child.index()].name);
    LineWriter line;
    line.add("SwitchName", one.name);
    if (below.empty())
      line.add("Nodes", hosts_of(spec, one.nodes));
    else
      line.add("Switches", names_text(below));
    out += line.line();
  }
  for (const auto& block : spec.topology.blocks)
    out += LineWriter{}.add("BlockName", block.name).add("Nodes", hosts_of(spec, block.nodes)).line();
  if (!spec.topology.block_sizes.empty())
    out += fmt::format("BlockSizes={}\n", fmt::join(spec.topology.block_sizes, ","));
  return out;
}

/// As `getent group` prints it; the groups have no numbers here.
std::string group_text(const UnixGroups& groups) {
  std::string out;
  for (const auto& [name, users] : groups.members) out += fmt::format("{}:x::{}\n", name, fmt::join(users, ","));
  return out;
}

}  // namespace

std::vector<ConfFile> cluster_files(const ClusterSpec& spec) {
  SLUICE_CHECK(!spec.is_pool, "a pool has no configuration");
  std::vector<ConfFile> files{{"slurm.conf", slurm_conf(spec)}};
  const auto add = [&](std::string name, std::string text) {
    if (!text.empty()) files.push_back({std::move(name), std::move(text)});
  };
  add("gres.conf", gres_conf(spec));
  add("topology.conf", topology_conf(spec));
  if (spec.groups) files.push_back({"group", group_text(*spec.groups)});
  add("sacctmgr_resources.cmds", resource_commands(spec.licenses, spec.name));
  if (!spec.accounting) return files;
  add("sacctmgr_dump.cfg", dump_text(*spec.accounting));
  if (spec.accounting->qos_defined) add("sacctmgr_qos.txt", qos_table_text(*spec.accounting));
  return files;
}

}  // namespace sluice::conf
