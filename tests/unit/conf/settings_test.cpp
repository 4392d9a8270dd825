// Keys as typed values: cluster-wide families, what partitions carry, switches, devices.

#include <catch2/catch.hpp>

#include "conf_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

ClusterSpec load(std::string_view lines) {
  ConfFolder folder{"ClusterName=x\nNodeName=n[1-4] CPUs=4\nAccountingStorageType=accounting_storage/slurmdbd\n" +
                    std::string{lines}};
  auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  return *spec;
}

TEST_CASE("keys that are not given have 22.05's defaults", "[conf][settings]") {
  const auto spec = load("PartitionName=p Nodes=ALL\n");
  CHECK(spec.multifactor == PrioritySettings{});
  CHECK(spec.multifactor.decay_half_life == Duration{168h});
  CHECK(spec.preempt == PreemptSettings{});
  CHECK(spec.job_settings == JobSettings{});
  CHECK(spec.times == TimeSettings{});
  CHECK(spec.job_defaults == JobDefaults{});
  CHECK(spec.accounting_settings.enforce == Enforcement{});
  CHECK(spec.accounting_settings.tres.size() == 8);
  CHECK(spec.licenses.empty());
}

TEST_CASE("multifactor's keys are read", "[conf][settings]") {
  const auto spec = load(R"(PartitionName=p Nodes=ALL
PriorityDecayHalfLife=0
PriorityUsageResetPeriod=MONTHLY
PriorityCalcPeriod=1
PriorityMaxAge=0-2
PriorityFavorSmall=yes
PriorityFlags=max_tres,NO_FAIR_TREE
PriorityWeightAge=1000
PriorityWeightFairshare=0x10
PriorityWeightTRES=CPU=100,Mem=.03,GRES/gpu=-1000
FairShareDampeningFactor=5
)");
  const auto& m = spec.multifactor;
  CHECK(m.decay_half_life == Duration{});
  CHECK(m.usage_reset == UsageReset::monthly);
  CHECK(m.calc_period == Duration{1min});
  CHECK(m.max_age == Duration{2h});
  CHECK(m.favor_small);
  CHECK(m.flags.max_tres);
  CHECK(m.flags.no_fair_tree);
  CHECK_FALSE(m.flags.accrue_always);
  CHECK(m.weight_age == 1000);
  CHECK(m.weight_fairshare == 16);
  CHECK(m.weight_tres == TresWeights{{"cpu", 100}, {"gres/gpu", -1000}, {"mem", 0.03}});
  CHECK(m.fairshare_dampening == 5);
}

TEST_CASE("enforcement tokens imply others", "[conf][settings]") {
  const auto enforce = [](const std::string& value) {
    return load("PartitionName=p\nAccountingStorageEnforce=" + value + "\n").accounting_settings.enforce;
  };
  CHECK(enforce("none") == Enforcement{});
  CHECK(enforce("associations") == Enforcement{true, false, false, false, false});
  CHECK(enforce("qos") == Enforcement{true, false, true, false, false});
  CHECK(enforce("Safe") == Enforcement{true, true, false, true, false});
  CHECK(enforce("all") == Enforcement{true, true, true, true, true});
  CHECK(enforce("limits,nosteps") == Enforcement{true, true, false, false, false});
}

TEST_CASE("preemption, memory, timers and licences are read", "[conf][settings]") {
  const auto spec = load(R"(PartitionName=p Nodes=ALL
PreemptType=preempt/partition_prio
PreemptMode=suspend,gang
PreemptExemptTime=00:01:30
DefMemPerCPU=2000
MaxMemPerNode=UNLIMITED
EnforcePartLimits=YES
KillWait=60
OverTimeLimit=UNLIMITED
AuthInfo=socket=/x,cred_expire=300
Licenses=matlab:10,fluent;other*2
AccountingStorageTRES=gres/gpu,gres/gpu:A100,license/matlab
)");
  CHECK(spec.preempt.mode == PreemptMode{PreemptMode::Action::suspend, true, false});
  CHECK(spec.preempt.exempt_time == Duration{90s});
  CHECK(spec.job_defaults.mem_per_cpu == Megabytes{2000});
  CHECK(spec.job_defaults.max_mem_per_node == Megabytes{0});
  CHECK(spec.job_settings.enforce_part_limits == EnforcePartLimits::any);
  CHECK(spec.job_settings.requeue_delay == Duration{300s});
  CHECK(spec.times.kill_wait == Duration{60s});
  CHECK_FALSE(spec.times.over_time_limit);
  CHECK(spec.licenses == Licenses{{"matlab", 10}, {"fluent", 1}, {"other", 2}});
  CHECK(spec.accounting_settings.tres.back() == "license/matlab");
  CHECK(spec.accounting_settings.tres[9] == "gres/gpu:a100");
}

TEST_CASE("partitions carry what preemption, limits and placement ask", "[conf][settings]") {
  const auto spec = load(R"(PartitionName=DEFAULT TRESBillingWeights="CPU=1.0,Mem=0.25G,GRES/gpu=2" ExclusiveUser=YES
PartitionName=p Nodes=ALL QOS=Gold AllowAccounts=ML,hpc DenyQos=slow AllowGroups=ALL MaxCPUsPerNode=3 LLN=YES
PartitionName=q Nodes=ALL OverSubscribe=FORCE:2 PreemptMode=REQUEUE GraceTime=60 OverTimeLimit=5 DefMemPerGPU=0 Hidden=YES
)");
  const auto& p = spec.partitions.at(0);
  CHECK(p.qos == "gold");
  CHECK(p.accounts.allow == Names{"ml", "hpc"});
  CHECK(p.qos_access == AccessList{std::nullopt, {"slow"}});
  CHECK_FALSE(p.groups.allow);
  CHECK(p.max_cpus_per_node == 3);
  CHECK(p.least_loaded_nodes);
  CHECK_FALSE(p.exclusive_user);  // 22.05 reads it from the line itself only
  CHECK(p.billing_weights == TresWeights{{"cpu", 1}, {"gres/gpu", 2}, {"mem", 0.25 / 1024}});
  const auto& q = spec.partitions.at(1);
  CHECK(q.over_subscribe == OverSubscribe{OverSubscribe::Mode::force, 2});
  CHECK(q.preempt_mode == PreemptMode{PreemptMode::Action::requeue, false, false});
  CHECK(q.grace_time == Duration{60s});
  REQUIRE(q.over_time_limit);
  CHECK(*q.over_time_limit == Duration{5min});
  CHECK(q.defaults.mem_per_gpu == Megabytes{0});
  CHECK_FALSE(q.defaults.mem_per_cpu);
  CHECK(q.other == std::vector<Setting>{{"Hidden", "YES"}});
}

TEST_CASE("switches have levels, children and nodes", "[conf][topology]") {
  ConfFolder folder{"ClusterName=x\nTopologyPlugin=topology/tree\nNodeName=n[1-6]\nPartitionName=p Nodes=ALL\n"};
  folder.write("topology.conf",
               "SwitchName=top Switches=m,s3 LinkSpeed=9\nSwitchName=m Switches=s[1-2]\nSwitchName=s1 Nodes=n[1-2]\n"
               "SwitchName=s2 Nodes=n[3-4]\nSwitchName=s3 Nodes=n5,n6\n");
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  const auto& switches = spec->topology.switches;
  REQUIRE(switches.size() == 5);
  CHECK(switches[0] == SwitchSpec{"top", 2, {SwitchId{1}, SwitchId{4}}, {}});
  CHECK(switches[1] == SwitchSpec{"m", 1, {SwitchId{2}, SwitchId{3}}, {}});
  CHECK(switches[4] == SwitchSpec{"s3", 0, {}, {NodeId{4}, NodeId{5}}});
  CHECK(spec->files.size() == 2);
}

TEST_CASE("devices keep their cores and links", "[conf][gres]") {
  ConfFolder folder{"ClusterName=x\nGresTypes=gpu\nNodeName=n[1-2] Gres=gpu:2\nPartitionName=p Nodes=ALL\n"};
  folder.write("gres.conf",
               "AutoDetect=off\nNodeName=n1 Name=gpu Type=a100 File=/dev/nvidia[0-1] Cores=0-3 Links=-1,4\n"
               "NodeName=n2 Name=gpu Type=v100 Count=2\nNodeName=elsewhere Name=gpu Count=8\n");
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  REQUIRE(spec->gres.devices.size() == 2);
  const auto& first = spec->gres.devices.front();
  CHECK(first.count == 2);
  CHECK(first.files == "/dev/nvidia[0-1]");
  CHECK(first.cores == "0-3");
  CHECK(first.links == "-1,4");
  CHECK(first.nodes == std::vector<NodeId>{NodeId{0}});
  CHECK(spec->gres.auto_detect == "off");
}

}  // namespace
