#include "simulator/conf/keys.hpp"

// Source: slurm.conf(5) PARTITION CONFIGURATION, 22.05; keys of other releases are marked.

namespace sluice::conf {
namespace {

using enum Type;
using enum Support;

constexpr Key table[] = {
    {"PartitionName", text, "", "", modelled, "name; DEFAULT sets defaults for later lines"},
    {"AllocNodes", text, "", "ALL", accepted, "hosts that may submit"},
    {"AllowAccounts", text, "", "ALL", modelled, "accounts that may use the partition"},
    {"AllowGroups", text, "", "ALL", modelled,
     "Unix groups that may use the partition; a file group beside slurm.conf says who is in them"},
    {"AllowQos", text, "", "ALL", modelled, "QOS that may use the partition"},
    {"Alternate", text, "", "", modelled,
     "partition used instead where this one is DRAIN or INACTIVE from the start (under slurmctld's loops)"},
    {"CpuBind", text, "", "", accepted, "default binding of tasks"},
    {"Default", boolean, "", "NO", modelled, "the partition of jobs that name none"},
    {"DefaultTime", minutes, "minutes", "MaxTime", modelled, "time limit of jobs that give none"},
    {"DefCpuPerGPU", number64, "CPUs", "the cluster's", slurm_only, "CPUs for each GPU a job asks for"},
    {"DefMemPerCPU", number64, "MB", "the cluster's", slurm_only, "memory for each CPU of jobs that ask for none"},
    {"DefMemPerGPU", number64, "MB", "the cluster's", slurm_only, "memory for each GPU of jobs that ask for none"},
    {"DefMemPerNode", number64, "MB", "the cluster's", slurm_only, "memory on each node of jobs that ask for none"},
    {"DenyAccounts", text, "", "", modelled, "accounts that may not use the partition"},
    {"DenyQos", text, "", "", modelled, "QOS that may not use the partition"},
    {"DisableRootJobs", boolean, "", "NO", accepted, "root may not submit"},
    {"ExclusiveUser", boolean, "", "NO", slurm_only, "nodes are held by one user at a time"},
    {"GraceTime", number32, "s", "0", modelled, "time between a preempted job's warning and its end"},
    {"Hidden", boolean, "", "NO", accepted, "not shown by default"},
    {"LLN", boolean, "", "NO", slurm_only, "the least loaded nodes first"},
    {"MaxCPUsPerNode", number32, "CPUs", "UNLIMITED", slurm_only, "CPUs of a node for all jobs of the partition"},
    {"MaxMemPerCPU", number64, "MB", "the cluster's", slurm_only, "most memory a job may have for each CPU"},
    {"MaxMemPerNode", number64, "MB", "the cluster's", slurm_only, "most memory a job may have on each node"},
    {"MaxNodes", number32, "nodes", "UNLIMITED", modelled, "most nodes of a job"},
    {"MaxTime", minutes, "minutes", "UNLIMITED", modelled, "longest time limit of a job"},
    {"MinNodes", number32, "nodes", "0", modelled, "fewest nodes of a job"},
    {"Nodes", hostlist, "", "", modelled, "nodes and node sets of the partition; ALL is every node"},
    {"OverSubscribe", text, "", "NO", modelled, "NO, EXCLUSIVE, YES[:n] or FORCE[:n]"},
    {"OverTimeLimit", number16, "minutes", "the cluster's", modelled, "how long a job may exceed its limit"},
    {"PreemptMode", text, "", "the cluster's", modelled, "what happens to preempted jobs"},
    {"Priority", number16, "", "", modelled, "sets PriorityJobFactor and PriorityTier"},
    {"PriorityJobFactor", number16, "", "1", modelled, "share of the partition in a job's priority"},
    {"PriorityTier", number16, "", "1", modelled, "jobs of higher tiers are considered first"},
    {"QOS", text, "", "", modelled, "QOS whose limits hold for all jobs of the partition"},
    {"ReqResv", boolean, "", "NO", modelled, "only jobs with a reservation"},
    {"ResumeTimeout", number16, "s", "the cluster's", slurm_only, "time a node takes to power up"},
    {"RootOnly", boolean, "", "NO", modelled, "only root may submit"},
    {"SelectTypeParameters", text, "", "", slurm_only, "granularity of allocations in this partition"},
    {"Shared", text, "", "", modelled, "old name of OverSubscribe"},
    {"State", choice, "UP|DOWN|DRAIN|INACTIVE", "UP", modelled,
     "UP; DOWN queues only; DRAIN starts only; INACTIVE does neither"},
    {"SuspendTime", text, "s", "the cluster's", slurm_only, "idle time before power is saved"},
    {"SuspendTimeout", number16, "s", "the cluster's", slurm_only, "time a node takes to power down"},
    {"TRESBillingWeights", text, "", "", modelled, "what a job is billed for each resource"},

    {"Exclusive", text, "", "", historic, "NO, NODE, USER or TOPO (since 26.05)"},
    {"ExclusiveTopo", boolean, "", "", historic, "one job in a topology block (since 24.05)"},
    {"MaxCPUsPerSocket", number32, "CPUs", "", historic, "CPUs of a socket for all jobs of the partition (later)"},
    {"PowerDownOnIdle", boolean, "", "", historic, "power down when a job ends (since 23.02)"},
    {"Topology", text, "", "", historic, "name in topology.yaml (since 25.05)"},
};

}  // namespace

std::span<const Key> partition_keys() { return table; }

}  // namespace sluice::conf
