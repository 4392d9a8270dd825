#pragma once
// A cluster as its configuration describes it: nodes, partitions and which policies decide. Static; what is free or
// busy lives in Cluster.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_settings.hpp"
#include "simulator/model/request.hpp"
#include "simulator/model/topology_spec.hpp"
#include "simulator/model/unix_groups.hpp"

namespace sluice {

/// State a node is configured in. Source: slurm.conf(5) NodeName State.
enum class NodeState : std::uint8_t { up, down, drained, future };

/// Nodes with equal hardware and features.
struct NodeClass {
  std::int64_t cpus = 1;  ///< what slurm.conf calls CPUs
  std::int64_t sockets = 1;
  std::int64_t cores_per_socket = 1;
  std::int64_t threads_per_core = 1;
  Megabytes real_memory{1};
  Megabytes mem_spec_limit{0};
  std::vector<GresCount> gres;  ///< sorted by name, type; counts of one node
  std::vector<std::string> features;
  std::int64_t weight = 1;
  std::int64_t core_spec_count = 0;  ///< cores withheld from jobs
  std::string cpu_spec_list;         ///< CPUs withheld from jobs, as given
  Megabytes tmp_disk{0};
  bool operator==(const NodeClass&) const = default;
};

struct NodeSpec {
  std::string name;
  NodeClassId node_class;
  NodeState state = NodeState::up;
  std::string reason;
  bool is_cloud = false;  ///< State=CLOUD: powered up when needed
  bool operator==(const NodeSpec&) const = default;
};

enum class PartitionState : std::uint8_t { up, down, drain, inactive };

/// OverSubscribe: whether jobs may share a core. `jobs` is how many of them, of YES and FORCE.
struct OverSubscribe {
  enum class Mode : std::uint8_t { no, exclusive, yes, force };
  Mode mode = Mode::no;
  std::int64_t jobs = 4;
  bool operator==(const OverSubscribe&) const = default;
};

/// Names that a partition lets in, or keeps out. Accounts and QOS in lower case. Slurm looks at `deny` only where
/// everybody may enter.
struct AccessList {
  std::optional<std::vector<std::string>> allow;  ///< absent: all
  std::vector<std::string> deny;
  bool operator==(const AccessList&) const = default;
};

/// Source: slurm.conf(5), PARTITION CONFIGURATION. Absent limits are nullopt.
struct PartitionSpec {
  std::string name;
  std::vector<NodeId> nodes;  ///< ascending, no duplicates
  bool is_default = false;
  PartitionState state = PartitionState::up;
  std::optional<Duration> max_time;      ///< absent: unlimited
  std::optional<Duration> default_time;
  std::int64_t min_nodes = 0;
  std::optional<std::int64_t> max_nodes;
  std::int64_t priority_tier = 1;
  std::int64_t priority_job_factor = 1;
  bool always_exclusive = false;         ///< OverSubscribe=EXCLUSIVE

  std::string qos;                       ///< QOS whose limits hold for all jobs here; empty: none
  AccessList accounts, qos_access, groups;
  std::string alternate;                 ///< partition used instead of this one when it is DRAIN or INACTIVE
  JobDefaults defaults;
  std::optional<std::int64_t> max_cpus_per_node;
  OverSubscribe over_subscribe;
  std::optional<PreemptMode> preempt_mode;  ///< absent: the cluster's
  Duration grace_time{};
  std::optional<std::optional<Duration>> over_time_limit;  ///< absent: the cluster's; of that absent: unlimited
  bool least_loaded_nodes = false;       ///< LLN
  bool exclusive_user = false;
  bool requires_reservation = false;     ///< ReqResv
  bool root_only = false;
  std::string select_parameters;         ///< SelectTypeParameters
  PartitionPower power;
  TresWeights billing_weights;           ///< TRESBillingWeights; empty: a CPU is billed 1
  std::vector<Setting> other;            ///< keys that have no place above, in alphabetical order
  bool exists = true;                    ///< false: an operator creates it later, or has deleted it
  bool operator==(const PartitionSpec&) const = default;
};

/// A plugin name and its parameters, e.g. SchedulerType=sched/easy with SchedulerParameters=easy_variant=fast.
struct PluginChoice {
  std::string name;        ///< as written, or Slurm's default
  Location name_at;        ///< where it was written; line 0 when it is a default
  std::string name_line;   ///< that line, for the caret
  std::string parameters;
  Location parameters_at;
  std::string parameters_line;
};

/// A line of gres.conf: devices of one kind on some nodes.
struct GresDevices {
  std::string name, type;
  std::int64_t count = 0;
  std::vector<NodeId> nodes;  ///< ascending; not used when everywhere
  bool everywhere = false;    ///< the line names no node
  std::string files, cores, links, flags;  ///< as given
  bool multiple_files = false;             ///< the files are all of one device
  bool operator==(const GresDevices&) const = default;
};

/// gres.conf as far as it is about this cluster's nodes, in file order.
struct GresSpec {
  std::vector<GresDevices> devices;
  std::string auto_detect;  ///< as given last, `off` only if nothing else is; empty: not given
  bool operator==(const GresSpec&) const = default;
};

/// All of a cluster. Nodes stand in Slurm's index order (natural order of their names).
struct ClusterSpec {
  std::string name;
  std::vector<NodeClass> classes;
  std::vector<NodeSpec> nodes;
  std::vector<PartitionSpec> partitions;  ///< in file order
  PluginChoice scheduler;                 ///< SchedulerType, SchedulerParameters
  PluginChoice priority;                  ///< PriorityType, PriorityParameters
  PluginChoice select;                    ///< SelectType, SelectTypeParameters
  PrioritySettings multifactor;
  AccountingSettings accounting_settings;
  PreemptSettings preempt;
  JobDefaults job_defaults;
  JobSettings job_settings;
  TimeSettings times;
  ControllerSettings controller;
  PowerSettings power;
  Licenses licenses;
  std::vector<std::string> gres_types;    ///< GresTypes
  std::string topology_plugin = "topology/none";
  std::string topology_parameters;
  TopologySpec topology;                  ///< empty unless topology_plugin is topology/tree
  GresSpec gres;
  std::optional<AccountingSpec> accounting;  ///< absent: the folder has no accounting data
  std::optional<UnixGroups> groups;       ///< absent: no file says who is in them
  bool is_pool = false;                   ///< made by pool:N: one node of N slots without memory or GPUs
  std::vector<std::string> files;         ///< configuration files read, for run.json
  /// NodeSet lines, by name.
  std::vector<std::pair<std::string, std::vector<NodeId>>> node_sets;
  std::vector<std::string> unmodelled;    ///< keys that were accepted but change nothing here, each once
  std::vector<Setting> settings;          ///< every cluster-wide key in force, as written, each once

  /// Whether slurmctld's power saving is on: it takes both programs, and a SuspendTime somewhere.
  bool saves_power() const;
  const NodeClass& class_of(NodeId node) const { return classes[nodes[node.index()].node_class.index()]; }
};

/// Whether two clusters are the same but for the files they come from, places in these, and what is listed as unmodelled.
bool same_cluster(const ClusterSpec& a, const ClusterSpec& b);

/// N identical slots without node boundaries, for traces that know no cluster. slots in [1, 2^31).
ClusterSpec make_pool(std::int64_t slots);

}  // namespace sluice
