#pragma once
// Cluster-wide keys of slurm.conf as typed values with 22.05's defaults, one struct a family. That a value stands here
// does not mean that the simulation acts on it: the key table of simulator/conf says which keys are modelled.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// A factor for each TRES, by its name in lower case; per MB for mem.
using TresWeights = std::map<std::string, double, std::less<>>;

/// A licence and how many there are of it.
using Licenses = std::map<std::string, std::int64_t, std::less<>>;

/// Source: slurm.conf(5) PriorityFlags.
struct PriorityFlags {
  bool accrue_always = false;
  bool calculate_running = false;
  bool depth_oblivious = false;
  bool incr_only = false;
  bool max_tres = false;
  bool no_fair_tree = false;
  bool no_normal_all = false;
  bool no_normal_assoc = false;
  bool no_normal_part = false;
  bool no_normal_qos = false;
  bool no_normal_tres = false;
  bool small_relative_to_time = false;
  bool operator==(const PriorityFlags&) const = default;
};

enum class UsageReset : std::uint8_t { none, now, daily, weekly, monthly, quarterly, yearly };

/// priority/multifactor.
struct PrioritySettings {
  Duration decay_half_life = std::chrono::hours{7 * 24};  ///< 0: no decay
  Duration calc_period = std::chrono::minutes{5};
  Duration max_age = std::chrono::hours{7 * 24};
  UsageReset usage_reset = UsageReset::none;
  bool favor_small = false;
  PriorityFlags flags;
  std::int64_t weight_age = 0;
  std::int64_t weight_assoc = 0;
  std::int64_t weight_fairshare = 0;
  std::int64_t weight_job_size = 0;
  std::int64_t weight_partition = 0;
  std::int64_t weight_qos = 0;
  TresWeights weight_tres;
  std::int64_t fairshare_dampening = 1;  ///< FairShareDampeningFactor
  bool operator==(const PrioritySettings&) const = default;
};

/// AccountingStorageEnforce with what each token implies.
struct Enforcement {
  bool associations = false;
  bool limits = false;
  bool qos = false;
  bool safe = false;
  bool wckeys = false;
  bool operator==(const Enforcement&) const = default;
};

struct AccountingSettings {
  Enforcement enforce;
  /// AccountingStorageTRES: Slurm's own eight and those that the file adds, in lower case.
  std::vector<std::string> tres{"cpu", "mem", "energy", "node", "billing", "fs/disk", "vmem", "pages"};
  std::string storage;  ///< AccountingStorageType, e.g. accounting_storage/slurmdbd
  bool operator==(const AccountingSettings&) const = default;
};

/// What becomes of a preempted job, and how the nodes are shared in time.
struct PreemptMode {
  enum class Action : std::uint8_t { off, cancel, requeue, suspend };
  Action action = Action::off;
  bool gang = false;
  bool within = false;
  bool operator==(const PreemptMode&) const = default;
};

struct PreemptSettings {
  std::string type = "preempt/none";
  PreemptMode mode;
  Duration exempt_time{};                          ///< PreemptExemptTime
  Duration time_slice = std::chrono::seconds{30};  ///< SchedulerTimeSlice
  bool operator==(const PreemptSettings&) const = default;
};

/// What jobs get that do not ask, and the most they may ask for. Of a partition: what is absent is the cluster's.
/// For memory, 0 is no limit, or all of a node; where both stand on one level the one per node counts.
struct JobDefaults {
  std::optional<std::int64_t> cpus_per_gpu;  ///< DefCpuPerGPU
  std::optional<Megabytes> mem_per_cpu, mem_per_gpu, mem_per_node;
  std::optional<Megabytes> max_mem_per_cpu, max_mem_per_node;
  bool operator==(const JobDefaults&) const = default;
};

/// Whether a job beyond a partition's limits is refused at submission.
enum class EnforcePartLimits : std::uint8_t { no, any, all };

struct JobSettings {
  EnforcePartLimits enforce_part_limits = EnforcePartLimits::no;
  std::int64_t max_job_count = 10000;
  std::int64_t max_array_size = 1001;  ///< the largest task index is one less
  std::int64_t max_tasks_per_node = 512;
  std::int64_t first_job_id = 1;
  std::int64_t max_job_id = 67043328;
  bool requeue = true;                          ///< JobRequeue
  std::vector<std::int16_t> requeue_exit, requeue_exit_hold;  ///< exit codes
  std::string dependency_parameters;
  std::string submit_plugins;
  Duration requeue_delay = std::chrono::seconds{120};  ///< cred_expire of AuthInfo
  bool operator==(const JobSettings&) const = default;
};

/// A length of time that is drawn from [low, high]. Both 0: none.
struct LatencyRange {
  Duration low{}, high{};
  bool operator==(const LatencyRange&) const = default;
};

/// How long slurmctld takes to decide. All 0: decisions take no time.
struct DecisionCost {
  Duration job{};   ///< for each job that is looked at
  Duration pass{};  ///< for each pass or cycle
  bool operator==(const DecisionCost&) const = default;
};

/// Keys of Sluice's own: of the slurmctld that is simulated, not of its configuration.
struct ControllerSettings {
  Duration uptime{};    ///< SluiceControllerUptime: for how long it has been up at the simulation's zero
  DecisionCost decision_cost;  ///< SluiceDecisionCost job=, pass=
  LatencyRange launch;  ///< SluiceLatency launch=: from a job's start until its program runs; part of its run time
  LatencyRange clean;   ///< SluiceLatency clean=: from a job's end until its nodes are known to be clean
  LatencyRange wake;    ///< SluiceLatency wake=: by which a pass or cycle begins later than it is due
  bool operator==(const ControllerSettings&) const = default;
};

/// Timers of slurmctld.
struct TimeSettings {
  Duration kill_wait = std::chrono::seconds{30};
  std::optional<Duration> reservation_over_run = Duration{};  ///< ResvOverRun; absent: jobs may go on
  std::optional<Duration> over_time_limit = Duration{};  ///< absent: jobs are never ended for their limit
  Duration complete_wait{};
  Duration inactive_limit{};  ///< 0: off
  Duration min_job_age = std::chrono::seconds{300};
  Duration message_timeout = std::chrono::seconds{10};
  Duration slurmd_timeout = std::chrono::seconds{300};
  std::int64_t return_to_service = 0;
  bool operator==(const TimeSettings&) const = default;
};

/// An entry of SuspendExcNodes with a number: so many of its nodes that are idle are to stay up.
struct SuspendException {
  std::vector<NodeId> nodes;  ///< ascending
  std::int64_t count = 0;     ///< at least 1, less than there are nodes
  bool operator==(const SuspendException&) const = default;
};

/// What a partition says of its nodes; what is absent is the cluster's. Of several partitions the longest counts.
struct PartitionPower {
  std::optional<std::optional<Duration>> suspend_time;  ///< of that absent: idle nodes stay up
  std::optional<Duration> suspend_timeout, resume_timeout;
  bool suspends() const { return suspend_time && *suspend_time; }
  bool operator==(const PartitionPower&) const = default;
};

/// Power saving of idle nodes. Source: slurm.conf(5) SuspendTime and the like.
struct PowerSettings {
  bool has_suspend_program = false, has_resume_program = false;
  std::optional<Duration> suspend_time;  ///< absent: idle nodes stay up
  Duration suspend_timeout = std::chrono::seconds{30};
  Duration resume_timeout = std::chrono::seconds{60};
  std::optional<Duration> boot;          ///< SluiceBootTime; absent: as long as ResumeTimeout allows
  std::int64_t suspend_rate = 60, resume_rate = 300;  ///< nodes a minute; 0: any number
  std::vector<NodeId> exempt;            ///< SuspendExcNodes, SuspendExcParts
  std::vector<SuspendException> exempt_some;
  // SlurmctldParameters
  Duration interval = std::chrono::seconds{10}, min_interval{};  ///< power_save_interval, power_save_min_interval
  bool is_idle_when_down = false;                                ///< idle_on_node_suspend
  bool operator==(const PowerSettings&) const = default;
};

/// One key and its value, as written.
using Setting = std::pair<std::string, std::string>;

}  // namespace sluice
