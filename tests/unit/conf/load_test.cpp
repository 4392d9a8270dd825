#include "simulator/conf/load.hpp"

#include <catch2/catch.hpp>

#include "conf_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

/// Loads and expects not a word.
ClusterSpec load(std::string_view slurm_conf, const std::vector<conf::Override>& sets = {}) {
  ConfFolder folder{slurm_conf};
  auto spec = folder.load(sets);
  CHECK(folder.said() == "");
  REQUIRE(spec);
  return *spec;
}

std::vector<std::string> names(const ClusterSpec& spec, const std::vector<NodeId>& nodes) {
  std::vector<std::string> out;
  for (const auto node : nodes) out.push_back(spec.nodes[node.index()].name);
  return out;
}

std::vector<std::string> node_names(const ClusterSpec& spec) {
  std::vector<std::string> out;
  for (const auto& node : spec.nodes) out.push_back(node.name);
  return out;
}

using Names = std::vector<std::string>;

TEST_CASE("the reference's example loads whole", "[conf]") {
  const auto spec = load(R"(
ClusterName=Sim
SlurmctldHost=ctl
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
PriorityType=priority/multifactor
PriorityWeightFairshare=10000
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageTRES=gres/gpu
AllowSpecResourcesUsage=YES
GresTypes=gpu
NodeName=DEFAULT Sockets=2 CoresPerSocket=32 ThreadsPerCore=1 RealMemory=512000
NodeName=g[001-128,200] Gres=gpu:a100:8 Feature=a100,nvlink Weight=10
NodeName=c[01-64] Weight=1
NodeSet=gpunodes Feature=a100
PartitionName=DEFAULT MaxTime=7-0 DefaultTime=1:00:00 State=UP
PartitionName=cpu Nodes=c[01-64] Default=YES
PartitionName=gpu Nodes=gpunodes TRESBillingWeights="CPU=1.0,Mem=0.25G,GRES/gpu=16"
)");
  CHECK(spec.name == "sim");
  CHECK(spec.nodes.size() == 193);
  CHECK(spec.nodes.front().name == "c01");
  CHECK(spec.nodes.back().name == "g200");
  REQUIRE(spec.classes.size() == 2);
  const auto& gpu = spec.class_of(NodeId{64});
  CHECK(gpu.cpus == 64);
  CHECK(gpu.real_memory == Megabytes{512000});
  CHECK(gpu.gres == std::vector<GresCount>{{"gpu", "a100", 8}});
  CHECK(gpu.features == Names{"a100", "nvlink"});
  CHECK(gpu.weight == 10);
  REQUIRE(spec.partitions.size() == 2);
  CHECK(spec.partitions[0].is_default);
  CHECK(spec.partitions[1].nodes.size() == 129);
  CHECK(spec.partitions[1].max_time == Duration{168h});
  CHECK(spec.partitions[1].default_time == Duration{1h});
  CHECK(spec.select.name == "select/cons_tres");
  CHECK(spec.select.parameters == "CR_Core_Memory");
  CHECK(spec.select.name_at.line == 4);
  CHECK(spec.select.name_at.column == 12);
  CHECK(spec.select.name_line == "SelectType=select/cons_tres");
  CHECK(spec.unmodelled == Names{"AllowSpecResourcesUsage"});
}

TEST_CASE("a configuration that names no plugin gets those of 22.05", "[conf]") {
  const auto spec = load("ClusterName=x\nNodeName=a\nPartitionName=p Nodes=a\n");
  CHECK(spec.scheduler.name == "sched/backfill");
  CHECK(spec.priority.name == "priority/basic");
  CHECK(spec.select.name == "select/linear");
  CHECK(spec.scheduler.name_at.line == 0);
}

TEST_CASE("nodes stand in natural order, whatever the file's", "[conf]") {
  const auto spec = load("ClusterName=x\nNodeName=n10,n9\nNodeName=n2,login\nPartitionName=p Nodes=n10,n2,n10\n");
  CHECK(node_names(spec) == Names{"login", "n2", "n9", "n10"});
  CHECK(names(spec, spec.partitions[0].nodes) == Names{"n2", "n10"});
  CHECK(spec.classes.size() == 1);
}

NodeClass hardware(std::string_view keys) {
  const auto spec =
      load("ClusterName=x\nGresTypes=gpu,mps\nNodeName=a " + std::string{keys} + "\nPartitionName=p Nodes=a\n");
  return spec.classes.at(0);
}

TEST_CASE("processors that are not given follow from those that are", "[conf][nodes]") {
  CHECK(hardware("").cpus == 1);
  CHECK(hardware("Sockets=2 CoresPerSocket=8 ThreadsPerCore=2").cpus == 32);
  CHECK(hardware("CPUs=64").sockets == 64);
  CHECK(hardware("CPUs=64 CoresPerSocket=8 ThreadsPerCore=2").sockets == 4);
  CHECK(hardware("Procs=24 Sockets=1 CoresPerSocket=12 ThreadsPerCore=2").cpus == 24);
  CHECK(hardware("Boards=2 SocketsPerBoard=2 Sockets=9 CoresPerSocket=4").cpus == 16);
  CHECK(hardware("CPUs=16 Sockets=2 CoresPerSocket=8 ThreadsPerCore=2").cpus == 16);
  CHECK(hardware("CPUs=0 Sockets=0").cpus == 1);
}

TEST_CASE("generic resources take types, counts and suffixes", "[conf][nodes]") {
  CHECK(hardware("Gres=gpu:8").gres == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(hardware("Gres=mps:1k,gpu:v100:2,gpu:a100:4").gres ==
        std::vector<GresCount>{{"gpu", "a100", 4}, {"gpu", "v100", 2}, {"mps", "", 1024}});
  CHECK(hardware("Gres=gpu").gres == std::vector<GresCount>{{"gpu", "", 1}});
  CHECK(hardware("Gres=gpu:a100").gres == std::vector<GresCount>{{"gpu", "a100", 1}});
  CHECK(hardware("Gres=gpu:a100:no_consume:2").gres == std::vector<GresCount>{{"gpu", "a100", 2}});
  CHECK(hardware("Gres=\"\"").gres.empty());
}

TEST_CASE("DEFAULT lines count for later lines only, and merge", "[conf][default]") {
  const auto spec = load(R"(ClusterName=x
NodeName=a
NodeName=DEFAULT CPUs=4 RealMemory=100
NodeName=DEFAULT RealMemory=200
NodeName=b
NodeName=c CPUs=8
PartitionName=DEFAULT Default=YES MaxNodes=2
PartitionName=p Nodes=a
PartitionName=q Nodes=a Default=NO MaxNodes=UNLIMITED
)");
  CHECK(spec.class_of(NodeId{0}).real_memory == Megabytes{1});
  CHECK(spec.class_of(NodeId{1}).cpus == 4);
  CHECK(spec.class_of(NodeId{1}).real_memory == Megabytes{200});
  CHECK(spec.class_of(NodeId{2}).cpus == 8);
  CHECK(spec.class_of(NodeId{2}).real_memory == Megabytes{200});
  CHECK(spec.partitions[0].is_default);
  CHECK(spec.partitions[0].max_nodes == 2);
  CHECK_FALSE(spec.partitions[1].is_default);
  CHECK_FALSE(spec.partitions[1].max_nodes);
}

TEST_CASE("the last partition that says so is the default one", "[conf][partitions]") {
  const auto spec = load("ClusterName=x\nNodeName=a\nPartitionName=p Default=YES\nPartitionName=q Default=YES\n");
  CHECK_FALSE(spec.partitions[0].is_default);
  CHECK(spec.partitions[1].is_default);
  CHECK(spec.partitions[0].nodes.empty());
}

TEST_CASE("partition keys reach the partition", "[conf][partitions]") {
  const auto spec = load(R"(ClusterName=x
NodeName=a[1-4] Feature=big
NodeSet=some Nodes=a1,a3 Feature=small
PartitionName=p Nodes=some,a4 State=drain MinNodes=2 MaxNodes=3 Priority=7 Shared=EXCLUSIVE MaxTime=90:01 DefaultTime=5
PartitionName=q Nodes=ALL PriorityTier=3 PriorityJobFactor=4 OverSubscribe=FORCE:2
PartitionName=r Nodes="a1 a2" OverSubscribe=FORCE:2
)");
  const auto& p = spec.partitions[0];
  CHECK(names(spec, p.nodes) == Names{"a1", "a3", "a4"});
  CHECK(p.state == PartitionState::drain);
  CHECK(p.min_nodes == 2);
  CHECK(p.max_nodes == 3);
  CHECK(p.priority_tier == 7);
  CHECK(p.priority_job_factor == 7);
  CHECK(p.always_exclusive);
  CHECK(p.max_time == Duration{91min});
  CHECK(p.default_time == Duration{5min});
  CHECK(spec.partitions[1].nodes.size() == 4);
  CHECK(spec.partitions[1].priority_tier == 3);
  CHECK(spec.partitions[1].priority_job_factor == 4);
  CHECK(spec.unmodelled == Names{"OverSubscribe=FORCE:2"});
  CHECK(names(spec, spec.partitions[2].nodes) == Names{"a1", "a2"});
}

TEST_CASE("nodes may start down, drained or not at all", "[conf][nodes]") {
  const auto spec = load(R"(ClusterName=x
NodeName=a,b State=CLOUD
NodeName=c State=DRAIN Reason="bad fan"
NodeName=d State=FUTURE
DownNodes=b
DownNodes=a State=FAILING Reason=disk
PartitionName=p Nodes=ALL
)");
  CHECK(spec.nodes[0].state == NodeState::drained);
  CHECK(spec.nodes[0].reason == "disk");
  CHECK(spec.nodes[1].state == NodeState::down);
  CHECK(spec.nodes[1].reason == "Set in slurm.conf");
  CHECK(spec.nodes[2].state == NodeState::drained);
  CHECK(spec.nodes[2].reason == "bad fan");
  CHECK(spec.nodes[3].state == NodeState::future);
}

TEST_CASE("Include reads on from another file, %c being the cluster", "[conf][include]") {
  ConfFolder folder{"ClusterName=Big\ninclude nodes_%c.conf\nPartitionName=p Nodes=a1\n"};
  folder.write("nodes_big.conf", "Include more.conf\n");
  folder.write("more.conf", "NodeName=a[1-2]\n");
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  CHECK(spec->nodes.size() == 2);
  REQUIRE(spec->files.size() == 3);
  CHECK(spec->files[2] == (folder.path() / "more.conf").string());
}

TEST_CASE("gres.conf gives types to what slurm.conf left untyped", "[conf][gres]") {
  ConfFolder folder{
      "ClusterName=x\nGresTypes=gpu\nNodeName=a,b Gres=gpu:4\nNodeName=c Gres=gpu:2\nPartitionName=p Nodes=ALL\n"};
  folder.write("gres.conf",
               "NodeName=a Name=gpu Type=v100 File=/dev/nvidia[0-2]\n"
               "NodeName=a Name=gpu Type=t4 File=/dev/nvidia3\n"
               "NodeName=b Name=gpu File=/dev/nvidia[0-3]\n"
               "NodeName=elsewhere Name=gpu File=/dev/nvidia0\n");
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  CHECK(spec->class_of(NodeId{0}).gres == std::vector<GresCount>{{"gpu", "t4", 1}, {"gpu", "v100", 3}});
  CHECK(spec->class_of(NodeId{1}).gres == std::vector<GresCount>{{"gpu", "", 4}});
  CHECK(spec->class_of(NodeId{2}).gres == std::vector<GresCount>{{"gpu", "", 2}});
  CHECK(spec->files.size() == 2);
}

TEST_CASE("the files group and passwd say who is in which group", "[conf][groups]") {
  ConfFolder folder{"ClusterName=x\nNodeName=a\nPartitionName=p AllowGroups=physics,phisics\n"};
  folder.write("group", "# from the login node\nphysics:x:100:ann, bob\nstaff:*:101:\n+::0:\n");
  folder.write("passwd", "eve:x:7:101:Eve:/home/eve:/bin/sh\nann:x:8:100::/:\n");
  const auto spec = folder.load();
  REQUIRE(spec);
  REQUIRE(spec->groups);
  CHECK(spec->groups->members == decltype(spec->groups->members){{"physics", {"ann", "bob"}}, {"staff", {"eve"}}});
  CHECK(spec->unmodelled.empty());
  CHECK(folder.said().find("slurm.conf:3:37: warning: the file group has no group 'phisics': nobody is in it") != std::string::npos);
  CHECK(folder.said().find("did you mean 'physics'?") != std::string::npos);
}

TEST_CASE("without a file group AllowGroups lets everybody in, and that is said", "[conf][groups]") {
  ConfFolder folder{"ClusterName=x\nNodeName=a\nPartitionName=p AllowGroups=physics\n"};
  const auto spec = folder.load();
  REQUIRE(spec);
  CHECK_FALSE(spec->groups);
  CHECK(spec->unmodelled == std::vector<std::string>{"AllowGroups"});
  CHECK(folder.said().find("note: AllowGroups lets everybody in") != std::string::npos);
}

TEST_CASE("a line that is none of the file group is reported", "[conf][groups]") {
  ConfFolder folder{"ClusterName=x\nNodeName=a\nPartitionName=p\n"};
  folder.write("group", "physics ann bob\n");
  CHECK_FALSE(folder.load());
  CHECK(folder.said().find("group:1:1: error: not a line of this file") != std::string::npos);
}

TEST_CASE("what --set says replaces what the file says", "[conf][set]") {
  const auto spec = load("ClusterName=x\nSchedulerParameters=bf_window=10\nNodeName=a\nPartitionName=p\n",
                         {{"schedulertype", "sched/easy"},
                          {"SchedulerParameters", "first"},
                          {"SchedulerParameters", "easy_variant=fast"},
                          {"PriorityParameters", "a=b"}});
  CHECK(spec.scheduler.name == "sched/easy");
  CHECK(spec.scheduler.name_at == Location{"--set", 0, 15});
  CHECK(spec.scheduler.name_line == "schedulertype=sched/easy");
  CHECK(spec.scheduler.parameters == "easy_variant=fast");
  CHECK(spec.priority.parameters == "a=b");
}

TEST_CASE("overrides apply to a pool too", "[conf][set]") {
  auto pool = make_pool(8);
  Diagnostics diags;
  conf::apply_overrides(pool, std::vector<conf::Override>{{"SchedulerType", "sched/conservative"}}, diags);
  CHECK(diags.text() == "");
  CHECK(pool.scheduler.name == "sched/conservative");
}

}  // namespace
