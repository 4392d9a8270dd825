// Accounting data: dumps, QOS tables and command scripts become one AccountingSpec.

#include "simulator/model/accounting_spec.hpp"

#include <catch2/catch.hpp>

#include "conf_folder.hpp"
#include "simulator/conf/accounting.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

constexpr std::string_view cluster = "ClusterName=sim\nNodeName=n1\nPartitionName=p Nodes=n1\n";

/// Loads a folder with this file beside a small slurm.conf, and expects not a word.
AccountingSpec load(const std::string& name, std::string_view text, std::string_view table = {}) {
  ConfFolder folder{cluster};
  folder.write(name, text);
  if (!table.empty()) folder.write("qos.txt", table);
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  REQUIRE(spec->accounting);
  return *spec->accounting;
}

const AssociationSpec& find(const AccountingSpec& spec, std::string_view account, std::string_view user = {},
                            std::string_view partition = {}) {
  const auto id = find_association(spec, account, user, partition);
  REQUIRE(id);
  return spec.associations[id->index()];
}

const QosSpec& qos(const AccountingSpec& spec, std::string_view name) {
  const auto id = find_qos(spec, name);
  REQUIRE(id);
  return spec.qos[id->index()];
}

constexpr std::string_view dump = R"(# comment
Cluster - 'sim':Fairshare=1:QOS='normal,fast'
Parent - 'root'
User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=1
Account - 'ML':Description='machine learning':Organization="O'Brien":Fairshare=60:GrpTRES=cpu=1000,gres/gpu=64,mem=2T
Account - 'hpc':Description='hpc':Organization='hpc':Fairshare=40:MaxWallDurationPerJob=90:Priority=7
Parent - 'ml'
Account - 'vision':Description='v':Organization='ml':Fairshare=2147483647:QOS='+fast,-normal'
User - 'ann':DefaultAccount='ml':Fairshare=1:MaxJobs=50:MaxTRESPerJob=gres/gpu:a100=4,cpu=8:GrpJobs=3
User - 'bob':Partition='gpu':DefaultAccount='ml':Fairshare=parent:MaxSubmitJobs=0
User - 'bob':DefaultAccount='ml':Coordinator='ml,hpc'
)";

TEST_CASE("a dump becomes the association tree", "[conf][accounting]") {
  const auto spec = load("sacctmgr_dump.cfg", dump);
  CHECK(spec.cluster == "sim");
  REQUIRE(spec.associations.size() == 8);
  CHECK(spec.associations[0].account == "root");
  CHECK(spec.associations[1].user == "root");
  const auto& ml = find(spec, "ml");
  CHECK(ml.parent == AssociationId{0});
  CHECK(ml.shares == 60);
  CHECK(ml.description == "machine learning");
  CHECK(ml.organization == "O`Brien");  // as sacctmgr keeps it
  CHECK(ml.group.tres == TresCounts{{"cpu", 1000}, {"gres/gpu", 64}, {"mem", 2 * 1024 * 1024}});
  CHECK_FALSE(find(spec, "vision").shares);
  CHECK(find(spec, "vision").parent == find_account(spec, "ml"));
  const auto& ann = find(spec, "ml", "ann");
  CHECK(ann.max_jobs == 50);
  CHECK(ann.max.tres == TresCounts{{"cpu", 8}, {"gres/gpu:a100", 4}});
  CHECK(ann.group.jobs == 3);
  CHECK_FALSE(find(spec, "ml", "bob", "gpu").shares);
  CHECK(find(spec, "ml", "bob", "gpu").max_submit_jobs == 0);
  CHECK(find(spec, "ml", "bob").shares == 1);
  CHECK(spec.users.at(0).admin_level == "Administrator");
  CHECK(spec.users.back().coordinates == Names{"ml", "hpc"});
}

TEST_CASE("with a dump alone, QOS are known by name only", "[conf][accounting]") {
  const auto spec = load("any_name.cfg", dump);
  CHECK_FALSE(spec.qos_defined);
  CHECK(find_qos(spec, "fast"));
  CHECK_FALSE(find_qos(spec, "slow"));
}

TEST_CASE("limits, priority and QOS come from the nearest ancestor that has them", "[conf][accounting]") {
  const auto spec = load("x.cfg", R"(Cluster - 'sim':QOS='a,b':MaxJobs=9:MaxTRESPerJob=cpu=100,mem=5
Account - 'top':Priority=5:GrpJobs=3:MaxWallDurationPerJob=60
Parent - 'top'
Account - 'low':QOS='+c,-a':MaxTRESPerJob=cpu=7:DefaultQOS='c'
Parent - 'low'
User - 'ann':MaxJobs=2
)");
  const auto ann = effective(spec, *find_association(spec, "low", "ann", ""));
  CHECK(ann.qos.own == Names{"b", "c"});
  CHECK(ann.default_qos == "c");
  CHECK(ann.max_jobs == 2);
  CHECK(ann.max.tres == TresCounts{{"cpu", 7}, {"mem", 5}});
  CHECK(ann.max.wall == Duration{1h});
  CHECK(ann.priority == 5);
  CHECK_FALSE(ann.group.jobs);
  CHECK(ann.shares == 1);
}

TEST_CASE("old names of limits mean TRES", "[conf][accounting]") {
  const auto spec = load("x.cfg",
                         "Cluster - 'sim'\nAccount - 'a':GrpCPUs=8:GrpMem=1G:GrpNodes=2:MaxCPUMins=60:MaxNodesPerJob=3:"
                         "MaxCPUs=4:MaxWall=30:Classification='x'\n");
  const auto& a = find(spec, "a");
  CHECK(a.group.tres == TresCounts{{"cpu", 8}, {"mem", 1024}, {"node", 2}});
  CHECK(a.max.tres == TresCounts{{"cpu", 4}, {"node", 3}});
  CHECK(a.max.tres_mins == TresCounts{{"cpu", 60}});
  CHECK(a.max.wall == Duration{30min});
}

TEST_CASE("a QOS table has its columns in any order", "[conf][accounting]") {
  const auto spec = load("x.cfg", dump,
                         "Name|Flags|Priority|UsageFactor|GraceTime|Preempt|PreemptMode|MaxWall|MaxTRESPU|MaxJobsPU|"
                         "MinTRES|GrpSubmit|LimitFactor|UsageThres|PreemptExemptTime\n"
                         "normal||0|1.000000|00:00:00||cluster|||||||||\n"
                         "fast|DenyOnLimit,OverPartQOS|100|0.5|00:02:00|normal|requeue,within|1-00:00:00|gres/gpu=4|2|"
                         "cpu=2|7|2.0|0.25|00:10:00|\n");
  CHECK(spec.qos_defined);
  REQUIRE(spec.qos.size() == 2);
  const auto& fast = qos(spec, "fast");
  CHECK(fast.flags.deny_on_limit);
  CHECK(fast.flags.over_part_qos);
  CHECK_FALSE(fast.flags.no_decay);
  CHECK(fast.priority == 100);
  CHECK(fast.usage_factor == 0.5);
  CHECK(fast.grace_time == Duration{2min});
  CHECK(fast.preempt == Names{"normal"});
  CHECK(fast.preempt_mode == QosPreemptMode::requeue);
  CHECK(fast.preempt_within);
  CHECK(fast.max.wall == Duration{24h});
  CHECK(fast.per_user.tres == TresCounts{{"gres/gpu", 4}});
  CHECK(fast.per_user.jobs == 2);
  CHECK(fast.min_tres == TresCounts{{"cpu", 2}});
  CHECK(fast.group.submit_jobs == 7);
  CHECK(fast.limit_factor == 2.0);
  CHECK(fast.usage_threshold == 0.25);
  CHECK(fast.preempt_exempt_time == Duration{10min});
}

TEST_CASE("the root account does not have the QOS normal when a QOS table has none", "[conf][accounting]") {
  CHECK_FALSE(load("qos.txt", "Name|Priority|UsageFactor\nfast|1|1.0\n").associations[0].qos.own);
  CHECK(load("qos.txt", "Name|Priority|UsageFactor\nnormal|1|1.0\n").associations[0].qos.own == Names{"normal"});
}

TEST_CASE("a script of commands builds the same", "[conf][accounting]") {
  const auto spec = load("accounting.cmds", R"(# QOS first
add qos small priority=10 maxjobsperuser=2 maxwall=8
sacctmgr -i add qos Name=big flags=DenyOnLimit,NoReserve preempt=small gracetime=90 maxtresperjob=gres/gpu=2
add cluster Name=Sim Fairshare=1 QOS=normal,small
add account eng cluster=sim parent=root fairshare=60
create account name=nlp,cv parent=eng fairshare=10 description="two words"
add user u1,u2 account=nlp fairshare=parent
add user name=u1 account=cv partition=p DefaultAccount=cv AdminLevel=Operator MaxSubmitJobs=5
modify account root set qos+=big
modify user where name=u1 account=nlp set maxjobs=3 qos=+big,-small
modify account name=cv set maxwall=12 priority=4
modify qos where name=big set flags-=NoReserve maxwall=-1
add coordinator account=eng names=u2
list associations
)");
  CHECK(spec.qos_defined);
  CHECK(spec.cluster == "sim");
  CHECK(spec.associations[0].qos.own == Names{"big", "normal", "small"});
  CHECK(qos(spec, "big").flags.deny_on_limit);
  CHECK_FALSE(qos(spec, "big").flags.no_reserve);
  CHECK(qos(spec, "big").grace_time == Duration{90s});
  CHECK(qos(spec, "small").max.wall == Duration{8min});
  CHECK(find(spec, "nlp").parent == find_account(spec, "eng"));
  CHECK(find(spec, "nlp").description == "two words");
  CHECK(find(spec, "nlp").organization == "eng");
  CHECK_FALSE(find(spec, "nlp", "u2").shares);
  CHECK(find(spec, "nlp", "u1").max_jobs == 3);
  CHECK(find(spec, "nlp", "u1").qos == QosAccess{std::nullopt, {"big"}, {"small"}});
  CHECK(find(spec, "cv", "u1", "p").max_submit_jobs == 5);
  CHECK(find(spec, "cv").max.wall == Duration{12min});
  CHECK(spec.users.at(1).default_account == "cv");
  CHECK(spec.users.at(1).admin_level == "Operator");
  CHECK(spec.users.at(2).coordinates == Names{"eng"});
}

TEST_CASE("a script can take away and move", "[conf][accounting]") {
  const auto spec = load("x.script", R"(add account a
add account b
add account a1 parent=a
add user u1 account=a1
add user u2 account=b
add qos gone
modify account b set qos=gone,normal
remove qos where name=gone
modify account where name=a1 set parent=b
delete account a
remove user where name=u2 account=b
)");
  REQUIRE(spec.associations.size() == 5);
  CHECK(find(spec, "a1").parent == find_account(spec, "b"));
  CHECK(find(spec, "b").qos.own == Names{"normal"});
  CHECK_FALSE(find_account(spec, "a"));
  CHECK(spec.users.size() == 2);
}

TEST_CASE("files are told by their content, not by their name", "[conf][accounting]") {
  using conf::accounting_text;
  using conf::AccountingText;
  CHECK(accounting_text("# x\n\nCluster - 'a':Fairshare=1\n") == AccountingText::dump);
  CHECK(accounting_text("Name|Priority|GraceTime\nnormal|0|0\n") == AccountingText::qos_table);
  CHECK(accounting_text("# x\nsacctmgr -i add account a\n") == AccountingText::commands);
  CHECK(accounting_text("modify QOS set normal Priority=0\n") == AccountingText::commands);
  CHECK(accounting_text("add resource name=a count=1\n") == AccountingText::commands);
  CHECK(accounting_text("Name|Server|Type|Count|% Allocated|ServerType|Cluster|% Allowed\n") == AccountingText::resource_table);
  CHECK_FALSE(accounting_text("ClusterName=x\n"));
  CHECK_FALSE(accounting_text("Cluster|Account|User|Partition|Share|Priority|GrpJobs\n"));
  CHECK_FALSE(accounting_text("add some salt\n"));
  CHECK_FALSE(accounting_text(""));
}

TEST_CASE("of several dumps that of this cluster counts, and a script beside a dump does not", "[conf][accounting]") {
  ConfFolder folder{cluster};
  folder.write("a.cfg", "Cluster - 'other'\nAccount - 'x'\n");
  folder.write("b.cfg", "Cluster - 'sim'\nAccount - 'y'\n");
  folder.write("c.cmds", "add account z\n");
  const auto spec = folder.load();
  REQUIRE(spec);
  CHECK(folder.said() == "c.cmds: note: is not run, as a sacctmgr dump says all of the associations\n");
  CHECK(find_account(*spec->accounting, "y"));
  CHECK_FALSE(find_account(*spec->accounting, "z"));
  CHECK(spec->files.size() == 2);
}

TEST_CASE("a cluster has its part of licences that clusters share", "[conf][accounting]") {
  ConfFolder folder{cluster};
  SECTION("as commands give it") {
    folder.write("a.cmds", "add resource name=fluent server=flex count=50 type=License cluster=sim,other percentallowed=10\n"
                           "modify resource where name=fluent cluster=sim set percentallowed=30\n"
                           "add resource gone count=7 cluster=sim percentallowed=100\nremove resource gone\n");
  }
  SECTION("as sacctmgr shows it") {
    folder.write("a.txt", "Name|Server|Type|Count|% Allocated|ServerType|Cluster|% Allowed\n"
                          "fluent|flex|License|50|40|flexlm|other|10\nfluent|flex|License|50|40|flexlm|sim|30\n");
  }
  SECTION("beside a dump, too") {
    folder.write("a.cmds", "add resource name=fluent server=flex count=15 cluster=sim percentallowed=100\n");
    folder.write("b.cfg", "Cluster - 'sim'\nAccount - 'y'\n");
  }
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  CHECK(spec->licenses == Licenses{{"fluent@flex", 15}});
}

TEST_CASE("what is wrong with a command about resources is said", "[conf][accounting]") {
  ConfFolder folder{cluster};
  folder.write("a.cmds", "add resource name=a\nadd resource name=b count=few\nadd resource name=c count=1 kind=License\n"
                         "add resource name=d count=1 cluster=x,y percentallowed=60\n");
  CHECK_FALSE(folder.load());
  CHECK(folder.said() ==
        R"(a.cmds:1:1: error: resource 'a' wants a count
  add resource name=a
  ^
  hint: write count=10
a.cmds:2:27: error: count wants a number, got 'few'
  add resource name=b count=few
                            ^
a.cmds:3:29: error: a resource has no 'kind'
  add resource name=c count=1 kind=License
                              ^
a.cmds:4:1: error: d@slurmdb would be given out to 120 percent
  add resource name=d count=1 cluster=x,y percentallowed=60
  ^
  hint: the clusters' parts may be 100 percent together
)");
}

TEST_CASE("a folder without accounting data has none", "[conf][accounting]") {
  ConfFolder folder{cluster};
  const auto spec = folder.load();
  REQUIRE(spec);
  CHECK_FALSE(spec->accounting);
}

}  // namespace
