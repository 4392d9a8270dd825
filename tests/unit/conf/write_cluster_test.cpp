#include "simulator/conf/write_cluster.hpp"

#include <catch2/catch.hpp>

#include "conf_folder.hpp"
#include "round_trip.hpp"
#include "simulator/base/rng.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

ClusterSpec load(ConfFolder& folder, const std::vector<conf::Override>& sets = {}) {
  auto spec = folder.load(sets);
  CAPTURE(folder.said());
  REQUIRE(spec);
  return *spec;
}

TEST_CASE("a cluster is written as a person would write it", "[conf][write]") {
  ConfFolder folder{R"(ClusterName=Sim
SlurmctldHost=ctl
SlurmctldHost=ctl2
GresTypes=gpu
SchedulerParameters=bf_window=1440,bf_continue
NodeName=DEFAULT CPUs=8 RealMemory=1000
NodeName=n[01-04] Gres=gpu:a100:2 Feature=fast Weight=5
NodeName=m1,m2
DownNodes=m2 Reason="no power"
PartitionName=DEFAULT MaxTime=2-0
PartitionName=a Nodes=n[01-04] Default=YES OverSubscribe=EXCLUSIVE
PartitionName=b Nodes=ALL AllowAccounts=ml TRESBillingWeights="CPU=1.0,Mem=0.25G" PreemptMode=OFF
)"};
  const auto spec = load(folder, {{"SchedulerType", "sched/easy"}});
  const auto files = conf::cluster_files(spec);
  REQUIRE(files.size() == 1);
  CHECK(files[0].name == "slurm.conf");
  CHECK(files[0].text == R"(ClusterName=sim
SlurmctldHost=ctl
SlurmctldHost=ctl2
GresTypes=gpu
SchedulerParameters=bf_window=1440,bf_continue
SchedulerType=sched/easy

NodeName=n[01-04] CPUs=8 Sockets=8 CoresPerSocket=1 ThreadsPerCore=1 RealMemory=1000 Gres=gpu:a100:2 Feature=fast Weight=5
NodeName=m1 CPUs=8 Sockets=8 CoresPerSocket=1 ThreadsPerCore=1 RealMemory=1000
NodeName=m2 CPUs=8 Sockets=8 CoresPerSocket=1 ThreadsPerCore=1 RealMemory=1000 State=DOWN Reason="no power"

PartitionName=a Nodes=n[01-04] Default=YES State=UP MaxTime=2-00:00:00 OverSubscribe=EXCLUSIVE
PartitionName=b Nodes=ALL State=UP MaxTime=2-00:00:00 AllowAccounts=ml TRESBillingWeights=cpu=1,mem=0.000244140625 PreemptMode=OFF
)");
  check_round_trip(spec);
}

TEST_CASE("signs that the file's grammar would eat are escaped", "[conf][write]") {
  ConfFolder folder{
      "ClusterName=x\nNodeName=n1 Reason=\"a \\#1 \\\\ b\"\nPartitionName=p\nMailProg=\"\"\nProlog=/a\\#b\n"};
  const auto spec = load(folder);
  CHECK(spec.nodes.front().reason == "a #1 \\ b");
  CHECK(spec.settings == std::vector<Setting>{{"MailProg", ""}, {"Prolog", "/a#b"}});
  check_round_trip(spec);
}

TEST_CASE("everything that is read is written", "[conf][write]") {
  ConfFolder folder{R"(ClusterName=all
TopologyPlugin=topology/tree
GresTypes=gpu,mps
PriorityWeightTRES=cpu=1.5,mem=0.1G
Licenses=a:1,b
NodeName=n[1-3] CPUs=8 MemSpecLimit=5 RealMemory=100 CoreSpecCount=1 TmpDisk=7 Gres=gpu:2,mps:100 State=CLOUD
NodeName=n4 CpuSpecList=0-1 State=FUTURE
NodeName=n5 State=DRAIN Reason=why
PartitionName=p Nodes=n[1-3] State=DRAIN DefaultTime=5 MaxTime=0:90 MinNodes=2 MaxNodes=3 Priority=7 QOS=fast \
  AllowAccounts=a DenyAccounts=b AllowQos=fast,normal AllowGroups=g,h Alternate=q DefMemPerCPU=1 DefMemPerGPU=2 \
  DefCpuPerGPU=3 MaxMemPerCPU=4 MaxCPUsPerNode=5 PreemptMode=SUSPEND,GANG GraceTime=6 OverTimeLimit=UNLIMITED \
  LLN=YES ExclusiveUser=YES ReqResv=YES RootOnly=YES SelectTypeParameters=CR_Core OverSubscribe=YES Hidden=YES \
  AllocNodes=login SuspendTime=INFINITE TRESBillingWeights=gres/gpu:a100=1.25
PartitionName=q Nodes=n4 DefMemPerNode=0 MaxMemPerNode=9 DenyQos=slow OverTimeLimit=3
PartitionName=empty
)"};
  folder.write("gres.conf",
               "AutoDetect=nvml\nName=gpu Type=a100 File=/dev/nvidia[0-1] Cores=0,1 Flags=CountOnly\n"
               "NodeName=n1 Name=mps Count=100\nNodeName=n2 Name=gpu MultipleFiles=/dev/a,/dev/b Links=0,-1\n");
  folder.write("topology.conf",
               "SwitchName=l1 Nodes=n[1-2]\nSwitchName=l2 Nodes=n[3-5]\nSwitchName=top Switches=l[1-2]\n");
  folder.write("group", "g:x:100:ann,bob\nh:*:101:\n");
  folder.write("x.cmds", R"(add qos fast priority=3 flags=NoDecay maxtresperuser=gres/gpu:a100=2,mem=4G limitfactor=1.5
add qos scav preemptmode=cancel,within gracetime=30 preemptexempttime=2 usagethreshold=0.1 grpjobsaccrue=4 description="x y"
modify qos where name=fast set preempt=scav maxjobsaccrueperuser=1 minprio=4 mintresperjob=cpu=1 grpwall=1-1
add account a fairshare=parent grptres=gres/gpu:a100=2,cpu=4 maxtresmins=cpu=60 description="it's"
add account b parent=a qos=-normal,+fast defaultqos=fast grptresrunmins=cpu=7
add user u account=a,b maxwall=1-0 maxjobsaccrue=2 priority=9 adminlevel=Operator
add user u account=b partition=p fairshare=7 maxtrespernode=cpu=2 maxsubmitjobs=0
add coordinator account=a names=u
)");
  const auto spec = load(folder);
  CHECK(conf::cluster_files(spec).size() == 6);
  check_round_trip(spec);
}

TEST_CASE("blocks are written with their sizes", "[conf][write]") {
  ConfFolder folder{"ClusterName=x\nTopologyPlugin=topology/block\nNodeName=n[1-8]\nPartitionName=p Nodes=ALL\n"};
  folder.write("topology.conf", "BlockName=a Nodes=n[1-2]\nBlockName=b Nodes=n[3-8]\nBlockSizes=2,8\n");
  const auto spec = load(folder);
  CHECK(spec.topology.blocks.size() == 2);
  CHECK(spec.topology.block_sizes == std::vector<std::int64_t>{2, 8});
  check_round_trip(spec);
}

TEST_CASE("a root account without QOS is written as one", "[conf][write]") {
  const auto* const conf = "ClusterName=c\nNodeName=n\nPartitionName=p Nodes=n\n";
  for (const auto* const commands : {"modify account root set qos=\"\"\n", "remove qos normal\nadd qos fast\n",
                                     "modify account root set qos=\"\"\nmodify account root set qos-=normal\n"}) {
    CAPTURE(commands);
    ConfFolder folder{conf};
    folder.write("x.cmds", commands);
    const auto spec = load(folder);
    CHECK_FALSE(spec.accounting->associations[0].qos.own);
    check_round_trip(spec);
  }
}

/// A configuration drawn at random from the keys' own forms.
std::string random_conf(Rng& rng) {
  const auto pick = [&](std::initializer_list<const char*> words) {
    return std::string{words.begin()[rng.next() % words.size()]};
  };
  std::string out = "ClusterName=r\nGresTypes=gpu\n";
  out += "PriorityFlags=" + pick({"MAX_TRES", "ACCRUE_ALWAYS,NO_FAIR_TREE", "\"\""}) + "\n";
  const auto groups = 1 + rng.next() % 5;
  for (std::uint64_t g = 0; g < groups; ++g) {
    const auto name = std::string(1, static_cast<char>('a' + g)) + pick({"[1-9]", "[08-11,20]", "[1-2]x[3-4]", ""});
    out += "NodeName=" + name + " CPUs=" + pick({"4", "16", "64"}) + " RealMemory=" + pick({"1", "64000"}) +
           pick({"", " Gres=gpu:2", " Gres=gpu:a100:4,gpu:v100:1"}) + pick({"", " State=DOWN", " State=FUTURE"}) +
           pick({"", " Feature=x,y", " Weight=9"}) + pick({"", " Reason=\"a b\""}) + "\n";
  }
  const auto partitions = 1 + rng.next() % 3;
  for (std::uint64_t p = 0; p < partitions; ++p)
    out += "PartitionName=p" + std::to_string(p) + " Nodes=ALL" + pick({"", " Default=YES"}) +
           pick({"", " MaxTime=5", " MaxTime=7-1:2:3"}) +
           pick({"", " OverSubscribe=FORCE:3", " OverSubscribe=EXCLUSIVE"}) +
           pick({"", " AllowQos=a,b", " DenyAccounts=c"}) + pick({"", " DefMemPerCPU=0", " MaxMemPerNode=7"}) +
           pick({"", " TRESBillingWeights=cpu=0.1,mem=3.3G"}) + pick({"", " PriorityTier=3"}) + "\n";
  return out;
}

TEST_CASE("whatever loads, what is written of it loads as the same", "[conf][write][property]") {
  Rng rng{1, "round trip"};
  for (int i = 0; i < 300; ++i) {
    const auto text = random_conf(rng);
    CAPTURE(text);
    ConfFolder folder{text};
    check_round_trip(load(folder));
  }
}

}  // namespace
