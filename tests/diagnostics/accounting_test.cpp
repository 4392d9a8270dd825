// What is said about wrong accounting data, switches and keys that contradict each other, word for word.

#include <catch2/catch.hpp>

#include "tests/unit/conf/conf_folder.hpp"

namespace {

using namespace sluice;
using sluice::test::ConfFolder;

constexpr std::string_view cluster = "ClusterName=x\nNodeName=n[1-4]\nPartitionName=p Nodes=ALL\n";

/// What loading says with this file beside a sound slurm.conf.
std::string said_of(const std::string& name, std::string_view text) {
  ConfFolder folder{cluster};
  folder.write(name, text);
  folder.load();
  return folder.said();
}

/// What loading says of a sound slurm.conf with these lines at its end, which are lines 4, 5, ... of it.
std::string said_with(std::string_view lines) { return test::said(std::string{cluster} + std::string{lines}); }

TEST_CASE("a dump's mistakes are pointed at", "[diagnostics][accounting]") {
  CHECK(said_of("d.cfg", "Cluster - 'x'\nAccount - 'a':Fairshrae=3\n") ==
        "d.cfg:2:15: error: unrecognized key 'Fairshrae'\n"
        "  Account - 'a':Fairshrae=3\n"
        "                ^\n"
        "  hint: did you mean 'Fairshare'?\n");
}

TEST_CASE("quotes of sacctmgr's texts must close, and tables part cells with bars", "[diagnostics][accounting]") {
  CHECK(said_of("d.cfg", "Cluster - 'x'\nAccount - 'a':Description='it's':Fairshare=2\n") ==
        "d.cfg:2:32: error: the quote is never closed\n"
        "  Account - 'a':Description='it's':Fairshare=2\n"
        "                                 ^\n");
  CHECK(said_of("s.txt", "add qos a|b\nadd qos c Description='a|b'\n") ==
        "s.txt:1:1: error: no QOS can be called 'a|b'\n"
        "  add qos a|b\n"
        "  ^\n"
        "  hint: a bar parts the columns of sacctmgr's tables, # begins a comment\n"
        "s.txt:2:24: warning: a bar parts the columns of sacctmgr's tables: the description gets / for |\n"
        "  add qos c Description='a|b'\n"
        "                         ^\n");
}

TEST_CASE("limits want TRES and counts", "[diagnostics][accounting]") {
  CHECK(said_of("d.cfg", "Cluster - 'x'\nAccount - 'a':GrpTRES=cpus=4,mem=4X:MaxJobs=many:MaxWall='soon'\n") ==
        "d.cfg:2:23: error: 'cpus' is no TRES\n"
        "  Account - 'a':GrpTRES=cpus=4,mem=4X:MaxJobs=many:MaxWall='soon'\n"
        "                        ^\n"
        "  hint: did you mean 'cpu'?\n"
        "d.cfg:2:34: error: mem wants a count, got '4X'\n"
        "  Account - 'a':GrpTRES=cpus=4,mem=4X:MaxJobs=many:MaxWall='soon'\n"
        "                                   ^\n"
        "  hint: write a whole number, K, M, G, T or P after it if wanted, or -1 for no limit\n"
        "d.cfg:2:45: error: MaxJobs wants a whole number, got 'many'\n"
        "  Account - 'a':GrpTRES=cpus=4,mem=4X:MaxJobs=many:MaxWall='soon'\n"
        "                                              ^\n"
        "  hint: -1 is no limit\n"
        "d.cfg:2:59: error: MaxWall wants a time, got 'soon'\n"
        "  Account - 'a':GrpTRES=cpus=4,mem=4X:MaxJobs=many:MaxWall='soon'\n"
        "                                                            ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or -1\n");
}

TEST_CASE("a dump's tree must hang together", "[diagnostics][accounting]") {
  CHECK(said_of("d.cfg", "Cluster - 'x'\nParent - 'a'\nUser - 'u'\nParent - 'root'\nAccount - 'b'\nAccount - 'b'\n") ==
        "d.cfg:2:11: error: no Account line above defines 'a'\n"
        "  Parent - 'a'\n"
        "            ^\n"
        "  hint: a parent stands before its children\n"
        "d.cfg:6:12: error: account 'b' is defined twice\n"
        "  Account - 'b'\n"
        "             ^\n");
  CHECK(said_of("d.cfg", "Cluster - 'x'\nAcount - 'b'\nnonsense\n") ==
        "d.cfg:2:1: error: a dump has no 'Acount' lines\n"
        "  Acount - 'b'\n"
        "  ^\n"
        "  hint: did you mean 'Account'?\n"
        "d.cfg:3:1: error: cannot make sense of 'nonsense'\n"
        "  nonsense\n"
        "  ^\n"
        "  hint: a line of a dump looks like Account - 'name':Fairshare=1\n");
}

TEST_CASE("a QOS that nobody defines is a mistake once the QOS are known", "[diagnostics][accounting]") {
  ConfFolder folder{std::string{cluster} + "PartitionName=q Nodes=n1 QOS=fats\n"};
  folder.write("d.cfg", "Cluster - 'x':QOS='normal,fsat'\n");
  folder.write("q.txt", "Name|Priority|UsageFactor|Color\nnormal|0|1.0|red\nfast|1|quick|blue\n");
  folder.load();
  CHECK(folder.said() ==
        "q.txt:1:27: warning: no QOS has a column 'Color'; it is ignored\n"
        "  Name|Priority|UsageFactor|Color\n"
        "                            ^\n"
        "q.txt:3:8: error: UsageFactor wants a number, got 'quick'\n"
        "  fast|1|quick|blue\n"
        "         ^\n"
        "d.cfg:1:27: error: no QOS is called 'fsat'\n"
        "  Cluster - 'x':QOS='normal,fsat'\n"
        "                            ^\n"
        "  hint: did you mean 'fast'?\n"
        "slurm.conf:4:30: error: no QOS is called 'fats'\n"
        "  PartitionName=q Nodes=n1 QOS=fats\n"
        "                               ^\n"
        "  hint: did you mean 'fast'?\n");
}

TEST_CASE("commands that cannot be done are pointed at", "[diagnostics][accounting]") {
  CHECK(said_of("a.cmds",
                "add account a\n"
                "ad user u account=a\n"
                "add account a\n"
                "add user u account=b,a fairshare=lots\n"
                "add user u acount=a\n"
                "add user account=a\n"
                "modify user where name=nobody set maxjobs=1\n"
                "add account c parent=aa\n"
                "modify qos set normal priority=1\n"
                "add qos q flags=DenyOnLimits preempt=z\n") ==
        "a.cmds:2:1: error: sacctmgr has no command 'ad'\n"
        "  ad user u account=a\n"
        "  ^\n"
        "  hint: did you mean 'add'?\n"
        "a.cmds:3:1: error: account 'a' exists already\n"
        "  add account a\n"
        "  ^\n"
        "  hint: change it with: modify account where ... set ...\n"
        "a.cmds:4:34: error: fairshare wants a whole number, got 'lots'\n"
        "  add user u account=b,a fairshare=lots\n"
        "                                   ^\n"
        "  hint: -1 is no limit\n"
        "a.cmds:5:1: error: a user needs an account\n"
        "  add user u acount=a\n"
        "  ^\n"
        "  hint: write account=NAME\n"
        "a.cmds:6:1: error: the command names nothing\n"
        "  add user account=a\n"
        "  ^\n"
        "  hint: write name=NAME\n"
        "a.cmds:7:1: warning: there is no user 'nobody': nothing happens\n"
        "  modify user where name=nobody set maxjobs=1\n"
        "  ^\n"
        "a.cmds:8:22: error: there is no account 'aa'\n"
        "  add account c parent=aa\n"
        "                       ^\n"
        "  hint: did you mean 'a'?\n"
        "a.cmds:9:16: warning: 'normal' after set names nothing: every qos is modified\n"
        "  modify qos set normal priority=1\n"
        "                 ^\n"
        "  hint: write modify qos where name=normal set ...\n"
        "a.cmds:10:17: error: no QOS flag is called 'DenyOnLimits'\n"
        "  add qos q flags=DenyOnLimits preempt=z\n"
        "                  ^\n"
        "  hint: did you mean 'DenyOnLimit'?\n"
        "a.cmds:10:38: error: no QOS is called 'z'\n"
        "  add qos q flags=DenyOnLimits preempt=z\n"
        "                                       ^\n");
}

TEST_CASE("switches must exist, differ and hang in a tree", "[diagnostics][topology]") {
  ConfFolder folder{std::string{cluster} + "TopologyPlugin=topology/tree\n"};
  folder.write(
      "topology.conf",
      "SwitchName=a Nodes=n[1-2],m1\nSwitchName=a Nodes=n3\nSwitchName=b Nodes=n2 Switches=a\n"
      "SwitchName=c Switches=a,zz\nSwitchName=d Nodes=n2 Nods=n3\nSwitchName=e Switches=f\nSwitchName=f Switches=e\n");
  folder.load();
  CHECK(folder.said() ==
        "topology.conf:2:12: error: switch 'a' is defined twice\n"
        "  SwitchName=a Nodes=n3\n"
        "             ^\n"
        "topology.conf:3:1: error: switch 'b' has both Nodes and Switches\n"
        "  SwitchName=b Nodes=n2 Switches=a\n"
        "  ^\n"
        "  hint: a leaf has Nodes, any other switch has Switches\n"
        "topology.conf:5:23: error: unrecognized key 'Nods'\n"
        "  SwitchName=d Nodes=n2 Nods=n3\n"
        "                        ^\n"
        "  hint: did you mean 'Nodes'?\n"
        "topology.conf:1:20: warning: switch a: no NodeName line defines 'm1'\n"
        "  SwitchName=a Nodes=n[1-2],m1\n"
        "                     ^\n"
        "topology.conf:4:25: error: no SwitchName line defines 'zz'\n"
        "  SwitchName=c Switches=a,zz\n"
        "                          ^\n"
        "topology.conf:7:12: error: switch 'f' hangs below itself\n"
        "  SwitchName=f Switches=e\n"
        "             ^\n"
        "topology.conf: warning: 2 of 4 nodes are on no switch: n[3-4]\n"
        "  hint: topology/tree never gives them to a job together with other nodes\n"
        "topology.conf: warning: 1 of 4 nodes is on more than one leaf switch: n2\n"
        "topology.conf: warning: 2 switches have nothing above them: c,d\n"
        "  hint: no job can span them; add a switch above all, if that is not intended\n");
}

TEST_CASE("blocks must exist, differ and be as large as a base block", "[diagnostics][topology]") {
  ConfFolder folder{std::string{cluster} + "TopologyPlugin=topology/block\n"};
  folder.write("topology.conf",
               "BlockName=a Nodes=n[1-2],m1\nBlockName=a Nodes=n3\nBlockName=b\nBlockName=c Nodes=n3\nSwitchName=s Nodes=n1\n"
               "BlockLevels=0,1\nBlockSizes=2,6\n");
  folder.load();
  CHECK(folder.said() ==
        "topology.conf:1:19: warning: block a: no NodeName line defines 'm1'\n"
        "  BlockName=a Nodes=n[1-2],m1\n"
        "                    ^\n"
        "topology.conf:2:11: error: block 'a' is defined twice\n"
        "  BlockName=a Nodes=n3\n"
        "            ^\n"
        "topology.conf:3:1: error: block 'b' has no Nodes\n"
        "  BlockName=b\n"
        "  ^\n"
        "topology.conf:5:1: error: SwitchName is of topology/tree, and the plugin is topology/block\n"
        "  SwitchName=s Nodes=n1\n"
        "  ^\n"
        "topology.conf:6:1: warning: BlockLevels is not read\n"
        "  BlockLevels=0,1\n"
        "  ^\n"
        "  hint: since 24.05 it is BlockSizes, in nodes\n"
        "topology.conf:7:14: error: BlockSizes cannot have '6'\n"
        "  BlockSizes=2,6\n"
        "               ^\n"
        "  hint: the first is the nodes of a base block, each other one that times 2, 4, 8, ...\n"
        "topology.conf:4:11: error: block 'c' has 1 node, fewer than a base block\n"
        "  BlockName=c Nodes=n3\n"
        "            ^\n"
        "  hint: BlockSizes begins with 2\n"
        "topology.conf: warning: 1 of 4 nodes is in no block: n4\n"
        "  hint: no job has it together with nodes of a block\n");
}

TEST_CASE("a topology that is not read, or not there, is said", "[diagnostics][topology]") {
  CHECK(said_of("topology.conf", "SwitchName=a Nodes=n1\n") ==
        "topology.conf: note: is not read, as TopologyPlugin is topology/none\n");
  CHECK(said_with("TopologyPlugin=topology/tree\n") ==
        "slurm.conf:4:16: warning: TopologyPlugin=topology/tree, but there is no topology.conf: all nodes count as "
        "equally near\n"
        "  TopologyPlugin=topology/tree\n"
        "                 ^\n"
        "  hint: put topology.conf beside this file\n");
}

TEST_CASE("preemption must say whom and how", "[diagnostics][consistency]") {
  CHECK(said_with("PreemptType=preempt/qos\n") ==
        "slurm.conf:4:13: error: PreemptType=preempt/qos with PreemptMode=OFF preempts nobody\n"
        "  PreemptType=preempt/qos\n"
        "              ^\n"
        "  hint: write PreemptMode=CANCEL, REQUEUE or SUSPEND,GANG\n");
  CHECK(said_with("PreemptMode=SUSPEND\nPreemptType=preempt/qos\n") ==
        "slurm.conf:4:13: error: PreemptMode=SUSPEND needs GANG\n"
        "  PreemptMode=SUSPEND\n"
        "              ^\n"
        "  hint: write PreemptMode=SUSPEND,GANG\n");
  CHECK(said_with("PreemptMode=requeue\n") ==
        "slurm.conf:4:13: error: PreemptMode=REQUEUE needs a PreemptType\n"
        "  PreemptMode=requeue\n"
        "              ^\n"
        "  hint: write PreemptType=preempt/qos or preempt/partition_prio, or PreemptMode=OFF\n");
  CHECK(said_with("PreemptMode=GANG\n").empty());
  CHECK(said_with("PreemptMode=kill\n") ==
        "slurm.conf:4:13: error: PreemptMode has no 'kill'\n"
        "  PreemptMode=kill\n"
        "              ^\n"
        "  hint: known are OFF, CANCEL, REQUEUE, SUSPEND, GANG, WITHIN\n");
}

TEST_CASE("usage must decay or be cleared, and fair-share needs a database", "[diagnostics][consistency]") {
  CHECK(said_with("PriorityType=priority/multifactor\nPriorityDecayHalfLife=0\n") ==
        "slurm.conf:5:23: error: PriorityDecayHalfLife=0 without a PriorityUsageResetPeriod: usage only grows\n"
        "  PriorityDecayHalfLife=0\n"
        "                        ^\n"
        "  hint: set PriorityUsageResetPeriod, e.g. MONTHLY, or a half-life\n");
  CHECK(
      said_with("PriorityType=priority/multifactor\nPriorityWeightFairshare=5\n") ==
      "slurm.conf:5:25: warning: PriorityWeightFairshare without a slurmdbd: slurmctld sets the weights of fair-share "
      "and age to 0\n"
      "  PriorityWeightFairshare=5\n"
      "                          ^\n"
      "  hint: set AccountingStorageType=accounting_storage/slurmdbd\n");
}

TEST_CASE("words in lists are checked one by one", "[diagnostics][consistency]") {
  CHECK(said_with("SelectType=select/cons_tres\nSelectTypeParameters=CR_Core,CR_LNL,CR_CPU\n") ==
        "slurm.conf:5:30: error: SelectTypeParameters has no 'CR_LNL'\n"
        "  SelectTypeParameters=CR_Core,CR_LNL,CR_CPU\n"
        "                               ^\n"
        "  hint: did you mean 'CR_LLN'?\n"
        "slurm.conf:5:22: error: CR_Core and CR_CPU exclude each other\n"
        "  SelectTypeParameters=CR_Core,CR_LNL,CR_CPU\n"
        "                       ^\n"
        "  hint: give one of the CR_ sizes\n");
  CHECK(said_with("AccountingStorageEnforce=limits,sage\n") ==
        "slurm.conf:4:33: error: AccountingStorageEnforce has no 'sage'\n"
        "  AccountingStorageEnforce=limits,sage\n"
        "                                  ^\n"
        "  hint: did you mean 'safe'?\n");
  CHECK(said_with("PriorityFlags=MAX_TRS\n") ==
        "slurm.conf:4:15: warning: PriorityFlags has no 'MAX_TRS' in 22.05; it is ignored\n"
        "  PriorityFlags=MAX_TRS\n"
        "                ^\n"
        "  hint: did you mean 'MAX_TRES'?\n");
  CHECK(said_with("PriorityWeightTRES=cpu=a,gpu=3\n") ==
        "slurm.conf:4:24: error: cpu wants a weight, got 'a'\n"
        "  PriorityWeightTRES=cpu=a,gpu=3\n"
        "                         ^\n"
        "  hint: e.g. cpu=1.0,mem=0.25G,gres/gpu=16\n"
        "slurm.conf:4:26: warning: 'gpu' is no TRES; its weight is ignored\n"
        "  PriorityWeightTRES=cpu=a,gpu=3\n"
        "                           ^\n"
        "  hint: did you mean 'cpu'?\n");
}

TEST_CASE("a line that its publisher blanked is passed over", "[diagnostics][conf]") {
  CHECK(said_with("REDACTED\n") ==
        "slurm.conf:4:1: warning: a line that was blanked is passed over\n"
        "  REDACTED\n"
        "  ^\n"
        "  hint: slurmctld would refuse the file; put the key back if it matters\n");
}

}  // namespace
