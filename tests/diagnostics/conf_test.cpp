// What is said about a wrong configuration, word for word: the text is part of the interface.

#include <catch2/catch.hpp>

#include "tests/unit/conf/conf_folder.hpp"

namespace {

using namespace sluice;
using sluice::test::ConfFolder;
using sluice::test::said;

/// A sound configuration with these lines added at its end, which are lines 4, 5, ... of it.
std::string with(std::string_view lines) {
  return "ClusterName=x\nNodeName=n[1-4] CPUs=4\nPartitionName=all Nodes=ALL\n" + std::string{lines};
}

TEST_CASE("a misspelt key is pointed at, with the nearest one", "[diagnostics][conf]") {
  CHECK(said(with("SchedulerTyp=sched/easy\n")) ==
        "slurm.conf:4:1: error: unrecognized key 'SchedulerTyp'\n"
        "  SchedulerTyp=sched/easy\n"
        "  ^\n"
        "  hint: did you mean 'SchedulerType'?\n");
  CHECK(said(with("PartitionName=p Nodes=n1 MaxTme=5\n")) ==
        "slurm.conf:4:26: error: unrecognized key 'MaxTme'\n"
        "  PartitionName=p Nodes=n1 MaxTme=5\n"
        "                           ^\n"
        "  hint: did you mean 'MaxTime'?\n");
  CHECK(said(with("Frobnicate=5\n")) ==
        "slurm.conf:4:1: error: unrecognized key 'Frobnicate'\n"
        "  Frobnicate=5\n"
        "  ^\n");
}

TEST_CASE("a key on the wrong kind of line is sent to the right one", "[diagnostics][conf]") {
  CHECK(said(with("CoresPerSocket=8\n")) ==
        "slurm.conf:4:1: error: unrecognized key 'CoresPerSocket'\n"
        "  CoresPerSocket=8\n"
        "  ^\n"
        "  hint: CoresPerSocket belongs on a NodeName line\n");
}

TEST_CASE("a value of the wrong type says what is wanted", "[diagnostics][conf]") {
  CHECK(said(with("PartitionName=batch MaxTime=5x State=UP\n")) ==
        "slurm.conf:4:29: error: MaxTime wants a time, got '5x'\n"
        "  PartitionName=batch MaxTime=5x State=UP\n"
        "                              ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED\n");
  CHECK(said(with("NodeName=m CPUs=many RealMemory=4G\n")) ==
        "slurm.conf:4:17: error: CPUs wants a whole number, got 'many'\n"
        "  NodeName=m CPUs=many RealMemory=4G\n"
        "                  ^\n"
        "  hint: write 0 to 65535 or UNLIMITED\n"
        "slurm.conf:4:33: error: RealMemory wants a whole number (MB), got '4G'\n"
        "  NodeName=m CPUs=many RealMemory=4G\n"
        "                                  ^\n"
        "  hint: write a whole number or UNLIMITED\n");
  CHECK(said(with("PartitionName=p State=UPP Default=maybe\n")) ==
        "slurm.conf:4:23: error: State wants one of UP, DOWN, DRAIN, INACTIVE, got 'UPP'\n"
        "  PartitionName=p State=UPP Default=maybe\n"
        "                        ^\n"
        "  hint: did you mean 'UP'?\n"
        "slurm.conf:4:35: error: Default wants YES or NO, got 'maybe'\n"
        "  PartitionName=p State=UPP Default=maybe\n"
        "                                    ^\n");
  CHECK(said(with("PartitionName=p OverSubscribe=FORCE:x\n")) ==
        "slurm.conf:4:31: error: OverSubscribe wants NO, EXCLUSIVE, YES[:n] or FORCE[:n], got 'FORCE:x'\n"
        "  PartitionName=p OverSubscribe=FORCE:x\n"
        "                                ^\n");
}

TEST_CASE("text that is no pair, a missing value and an open quote are errors", "[diagnostics][conf]") {
  CHECK(said(with("KillWait 30\nMailProg=\nPartitionName=p Nodes=\"n1\n")) ==
        "slurm.conf:4:1: error: cannot make sense of 'KillWait 30'\n"
        "  KillWait 30\n"
        "  ^\n"
        "  hint: write Key=Value\n"
        "slurm.conf:5:1: error: MailProg has no value\n"
        "  MailProg=\n"
        "  ^\n"
        "  hint: write MailProg=\"\" for an empty one, or remove the key\n"
        "slurm.conf:6:23: error: the quote that opens Nodes's value is never closed\n"
        "  PartitionName=p Nodes=\"n1\n"
        "                        ^\n");
  CHECK(said(with("PartitionName=\"p Nodes=\"n1\"\n")) ==
        "slurm.conf:4:15: error: the quote that opens PartitionName's value is never closed\n"
        "  PartitionName=\"p Nodes=\"n1\"\n"
        "                ^\n");
}

TEST_CASE("a key of its own line shares it with no other", "[diagnostics][conf]") {
  CHECK(said(with("KillWait=30 MinJobAge=300\n")) ==
        "slurm.conf:4:13: error: 'MinJobAge' follows KillWait on one line\n"
        "  KillWait=30 MinJobAge=300\n"
        "              ^\n"
        "  hint: give each key a line of its own\n");
}

TEST_CASE("a node defined twice is an error at the second place", "[diagnostics][conf]") {
  CHECK(said(with("NodeName=n4\n")) ==
        "slurm.conf:4:10: error: node 'n4' is defined twice\n"
        "  NodeName=n4\n"
        "           ^\n"
        "  hint: the first definition is at slurm.conf:2:10\n");
  CHECK(said(with("NodeName=m,n[3-5]\n")) ==
        "slurm.conf:4:10: error: nodes 'n[3-4]' are defined twice\n"
        "  NodeName=m,n[3-5]\n"
        "           ^\n"
        "  hint: the first definition is at slurm.conf:2:10\n");
}

TEST_CASE("a partition of unknown nodes points into its list", "[diagnostics][conf]") {
  CHECK(said(with("PartitionName=p Nodes=n1,n5\n")) ==
        "slurm.conf:4:26: error: no NodeName line defines node 'n5'\n"
        "  PartitionName=p Nodes=n1,n5\n"
        "                           ^\n");
  CHECK(said(with("NodeName=gpu1\nPartitionName=p Nodes=gup1\n")) ==
        "slurm.conf:5:23: error: no NodeName line defines node 'gup1'\n"
        "  PartitionName=p Nodes=gup1\n"
        "                        ^\n"
        "  hint: did you mean 'gpu1'?\n");
  CHECK(said(with("PartitionName=p Nodes=n[3-6]\n")) ==
        "slurm.conf:4:23: error: no NodeName line defines node 'n5' and 1 more of 'n[3-6]'\n"
        "  PartitionName=p Nodes=n[3-6]\n"
        "                        ^\n");
  CHECK(said(with("PartitionName=p Nodes=n[1-\n")) ==
        "slurm.conf:4:24: error: '[' is never closed\n"
        "  PartitionName=p Nodes=n[1-\n"
        "                         ^\n"
        "  hint: a list of hosts looks like n[001-128,200],login1\n");
  CHECK(said(with("PartitionName=p Nodes=n1,n[3-2]\n")) ==
        "slurm.conf:4:28: error: the range '3-2' runs backwards\n"
        "  PartitionName=p Nodes=n1,n[3-2]\n"
        "                             ^\n");
}

TEST_CASE("positions hold in continued lines, behind escapes and tabs", "[diagnostics][conf]") {
  CHECK(said(with("PartitionName=p \\\n\tNodes=n1,\\\nn9 MaxTime=x # \\\n")) ==
        "slurm.conf:6:12: error: MaxTime wants a time, got 'x'\n"
        "  n9 MaxTime=x # \\\n"
        "             ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED\n"
        "slurm.conf:6:1: error: no NodeName line defines node 'n9'\n"
        "  n9 MaxTime=x # \\\n"
        "  ^\n");
  CHECK(said(with("NodeName=z Reason=a\\#b \\\n\tCPUs=x\n")) ==
        "slurm.conf:5:7: error: CPUs wants a whole number, got 'x'\n"
        "  \tCPUs=x\n"
        "  \t     ^\n"
        "  hint: write 0 to 65535 or UNLIMITED\n");
}

TEST_CASE("a missing or circular Include is an error at its line", "[diagnostics][conf]") {
  CHECK(said(with("  Include other.conf\n")) ==
        "slurm.conf:4:11: error: cannot read 'other.conf': No such file or directory\n"
        "    Include other.conf\n"
        "            ^\n");
  ConfFolder folder{with("Include a.conf\n")};
  folder.write("a.conf", "# one\nInclude slurm.conf\n");
  CHECK_FALSE(folder.load());
  CHECK(folder.said() ==
        "a.conf:2:9: error: Include goes round in a circle: slurm.conf -> a.conf -> slurm.conf\n"
        "  Include slurm.conf\n"
        "          ^\n");
  CHECK(said("Include nodes.%c\n" + with("")) ==
        "slurm.conf:1:9: error: %c stands for the ClusterName, which is not known yet\n"
        "  Include nodes.%c\n"
        "          ^\n"
        "  hint: write ClusterName=NAME above this line\n");
}

TEST_CASE("a mistake in an included file is placed in that file", "[diagnostics][conf]") {
  ConfFolder folder{with("Include a.conf\n")};
  folder.write("a.conf", "# one\nKillWait=x\n");
  CHECK_FALSE(folder.load());
  CHECK(folder.said() ==
        "a.conf:2:10: error: KillWait wants a whole number (s), got 'x'\n"
        "  KillWait=x\n"
        "           ^\n"
        "  hint: write 0 to 65535 or UNLIMITED\n");
}

TEST_CASE("a cluster needs nodes, a partition and a name", "[diagnostics][conf]") {
  CHECK(said("ClusterName=x\n") ==
        "slurm.conf: error: no NodeName line: a cluster needs nodes\n"
        "  hint: e.g. NodeName=n[01-16] CPUs=64 RealMemory=256000\n"
        "slurm.conf: error: no PartitionName line: a cluster needs a partition\n"
        "  hint: e.g. PartitionName=batch Nodes=ALL Default=YES\n");
  ConfFolder folder{"NodeName=a\nPartitionName=p\n"};
  const auto spec = folder.load();
  REQUIRE(spec);
  CHECK(folder.said() == "slurm.conf: note: no ClusterName; the cluster is called '" + spec->name + "'\n");
}

TEST_CASE("the same key twice is a warning, the last one counts", "[diagnostics][conf]") {
  CHECK(said(with("KillWait=10\nkillwait=20\n")) ==
        "slurm.conf:5:1: warning: KillWait is given twice; the last one counts\n"
        "  killwait=20\n"
        "  ^\n"
        "  hint: the first one is at slurm.conf:4:1\n");
  CHECK(said(with("PartitionName=p MaxNodes=1 MaxNodes=2\nPartitionName=p\n")) ==
        "slurm.conf:4:28: warning: MaxNodes is given twice on this line; the last one counts\n"
        "  PartitionName=p MaxNodes=1 MaxNodes=2\n"
        "                             ^\n"
        "slurm.conf:5:15: warning: partition 'p' is defined twice; the last line counts\n"
        "  PartitionName=p\n"
        "                ^\n");
}

TEST_CASE("hardware that cannot be is corrected with a warning, as slurmctld does", "[diagnostics][conf]") {
  CHECK(said(with("NodeName=m CPUs=10 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2\n")) ==
        "slurm.conf:4:17: warning: CPUs=10 is not Sockets x CoresPerSocket x ThreadsPerCore = 2 x 4 x 2; 16 counts\n"
        "  NodeName=m CPUs=10 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2\n"
        "                  ^\n"
        "  hint: CPUs must be the number of sockets, cores or threads\n");
  CHECK(said(with("NodeName=m RealMemory=100 MemSpecLimit=100\n")) ==
        "slurm.conf:4:40: warning: MemSpecLimit=100 leaves nothing of RealMemory=100 and is ignored\n"
        "  NodeName=m RealMemory=100 MemSpecLimit=100\n"
        "                                         ^\n");
  CHECK(said(with("PartitionName=p MaxTime=1:00:00 DefaultTime=90\n")) ==
        "slurm.conf:4:45: warning: partition p: DefaultTime=90 is more than MaxTime=1:00:00 and is ignored\n"
        "  PartitionName=p MaxTime=1:00:00 DefaultTime=90\n"
        "                                              ^\n");
}

TEST_CASE("generic resources must be known, well written and of one kind", "[diagnostics][conf]") {
  CHECK(said(with("NodeName=m Gres=gpu:4\n")) ==
        "slurm.conf:4:17: error: 'gpu' is not in GresTypes\n"
        "  NodeName=m Gres=gpu:4\n"
        "                  ^\n"
        "  hint: add a line GresTypes=gpu\n");
  CHECK(said(with("GresTypes=gpu\nNodeName=m Gres=gpu:a100:4,mps:2,gpu:1,gpu:a:x\n")) ==
        "slurm.conf:5:28: error: 'mps' is not in GresTypes\n"
        "  NodeName=m Gres=gpu:a100:4,mps:2,gpu:1,gpu:a:x\n"
        "                             ^\n"
        "  hint: add it: GresTypes=gpu,mps\n"
        "slurm.conf:5:34: error: gpu stands both with and without a type\n"
        "  NodeName=m Gres=gpu:a100:4,mps:2,gpu:1,gpu:a:x\n"
        "                                   ^\n"
        "  hint: give every entry of the name a type, or none\n"
        "slurm.conf:5:40: error: Gres wants a resource and its count, got 'gpu:a:x'\n"
        "  NodeName=m Gres=gpu:a100:4,mps:2,gpu:1,gpu:a:x\n"
        "                                         ^\n"
        "  hint: write name:count or name:type:count\n");
}

TEST_CASE("a gres.conf with fewer devices than slurm.conf is a warning", "[diagnostics][conf]") {
  ConfFolder folder{with("GresTypes=gpu\nNodeName=g[1-2] Gres=gpu:a100:8\n")};
  folder.write("gres.conf", "NodeName=g[1-2] Name=gpu Type=a100 File=/dev/nvidia[0-3]\n");
  CHECK(folder.load());
  CHECK(folder.said() ==
        "gres.conf:1:22: warning: gres.conf has 4 gpu:a100 for node g1, slurm.conf has 8; slurm.conf's count is used\n"
        "  NodeName=g[1-2] Name=gpu Type=a100 File=/dev/nvidia[0-3]\n"
        "                       ^\n"
        "  hint: slurmctld would set the node INVAL; list all device files\n");
}

TEST_CASE("DEFAULT and ALL are no names of nodes", "[diagnostics][conf]") {
  CHECK(said(with("NodeName=DEFAULT Port=7000\nNodeName=ALL\n")) ==
        "slurm.conf:4:18: error: Port is not allowed with NodeName=DEFAULT\n"
        "  NodeName=DEFAULT Port=7000\n"
        "                   ^\n"
        "slurm.conf:5:10: error: ALL stands for every node and cannot be the name of one\n"
        "  NodeName=ALL\n"
        "           ^\n");
}

TEST_CASE("an override is checked like a line of the file", "[diagnostics][conf]") {
  CHECK(said(with(""), {{"SchedulerTyp", "sched/easy"}, {"KillWait", "x"}, {"MaxTime", "5"}}) ==
        "--set: error: unrecognized key 'SchedulerTyp'\n"
        "  SchedulerTyp=sched/easy\n"
        "  ^\n"
        "  hint: did you mean 'SchedulerType'?\n"
        "--set: error: KillWait wants a whole number (s), got 'x'\n"
        "  KillWait=x\n"
        "           ^\n"
        "  hint: write 0 to 65535 or UNLIMITED\n"
        "--set: error: unrecognized key 'MaxTime'\n"
        "  MaxTime=5\n"
        "  ^\n"
        "  hint: MaxTime belongs on a PartitionName line\n");
}

TEST_CASE("a folder without slurm.conf is looked through", "[diagnostics][conf]") {
  ConfFolder folder;
  CHECK_FALSE(folder.load());
  CHECK(folder.said() == "FOLDER: error: no slurm.conf in this folder\n");

  folder.diags = {};
  folder.write("cluster-slurm.conf", with(""));
  folder.write("gres.conf", "NodeName=n1 Name=gpu\n");
  CHECK(folder.load());
  CHECK(folder.said() == "FOLDER: note: no slurm.conf here; reading cluster-slurm.conf\n");

  folder.diags = {};
  folder.write("old.conf", with(""));
  CHECK_FALSE(folder.load());
  CHECK(folder.said() ==
        "FOLDER: error: no slurm.conf in this folder, but 2 files that look like one: cluster-slurm.conf, old.conf\n"
        "  hint: name one of them instead of the folder\n");

  Diagnostics diags;
  CHECK_FALSE(conf::load_cluster("no/such/folder", {}, diags));
  CHECK(diags.text() == "no/such/folder: error: no such file or folder\n");
}

}  // namespace
