// Files without their names: nothing left that tells who or where, everything left that a simulation needs.

#include <catch2/catch.hpp>

#include "workloads/anonymise.hpp"

namespace sluice::workloads {
namespace {

struct Shared {
  std::vector<std::string> texts;
  std::string diagnostics, map;
};

Shared anonymise_files(const std::vector<NamedText>& files, Pseudonyms names = Pseudonyms{1}) {
  Diagnostics diags;
  const auto out = anonymise(files, names, diags);
  Shared shared{{}, diags.text(), names.save()};
  if (out)
    for (const auto& file : *out) shared.texts.push_back(file.text);
  return shared;
}

std::string anonymised(const std::string& text) {
  const auto shared = anonymise_files({{"file", text}});
  CHECK(shared.diagnostics == "");
  REQUIRE(shared.texts.size() == 1);
  return shared.texts[0];
}

TEST_CASE("hostlists keep their ranges and nodes their order", "[workloads][anonymise]") {
  CHECK(anonymised("NodeName=gpu-a[01-04],login1 CPUs=8\n"
                   "NodeName=r1i[0-3]n[0-17]-ib\n"
                   "PartitionName=gpu Nodes=gpu-a[02-03],r1i0n5-ib Default=YES\n"
                   "PartitionName=all Nodes=ALL\n"
                   "SwitchName=leaf1 Switches=leaf[2-3]\n") ==
        "NodeName=naab[01-04],naae1 CPUs=8\n"
        "NodeName=naag1naac[0-3]naaf[0-17]naaa\n"
        "PartitionName=gpu Nodes=naab[02-03],naag1naac0naaf5naaa Default=YES\n"
        "PartitionName=all Nodes=ALL\n"
        "SwitchName=naad1 Switches=naad[2-3]\n");
}

TEST_CASE("comments, passwords and addresses are removed, paths and mail addresses replaced",
          "[workloads][anonymise]") {
  CHECK(anonymised("# written by ann for ACME\n"
                   "ClusterName=acme\n"
                   "SlurmctldHost=ctl(10.0.0.1)  # in the cellar\n"
                   "AccountingStoragePass=secret StoragePass=\"a b\"\n"
                   "StateSaveLocation=/var/acme/state\n"
                   "PrologFlags=Alloc\n"
                   "Name=gpu File=/dev/nvidia[0-3]\n"
                   "NodeName=n1 NodeAddr=10.1.2.3 Reason=\"ann broke it\"\n"
                   "SlurmUser = slurm\n"
                   "MailProg=/bin/acme-mail\n"
                   "AuthAltParameters=jwt_key=/etc/acme/key,who=ann@acme.org\n") ==
        "ClusterName=cluster1\n"
        "SlurmctldHost=naaa\n"
        "StateSaveLocation=/path/2\n"
        "PrologFlags=Alloc\n"
        "Name=gpu File=/dev/nvidia[0-3]\n"
        "NodeName=naab1 Reason=\"text1\"\n"
        "SlurmUser=slurm\n"
        "MailProg=/path/3\n"
        "AuthAltParameters=jwt_key=/path/1,who=mail1@example.org\n");
}

TEST_CASE("a dump keeps its tree, its limits and its QOS", "[workloads][anonymise]") {
  CHECK(anonymised("# To edit this file start with a cluster line\n"
                   "Cluster - 'acme':Fairshare=1:QOS='normal'\n"
                   "Parent - 'root'\n"
                   "User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=1\n"
                   "Account - 'vision':Description='Ann: group':Organization='acme':Fairshare=10:GrpTRES=cpu=100\n"
                   "Parent - 'vision'\n"
                   "User - 'ann':Coordinator='vision':DefaultAccount='vision':Fairshare=2:QOS='high,normal'\n") ==
        "Cluster - 'cluster1':Fairshare=1:QOS='normal'\n"
        "Parent - 'root'\n"
        "User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=1\n"
        "Account - 'account1':Description='text2':Organization='text1':Fairshare=10:GrpTRES=cpu=100\n"
        "Parent - 'account1'\n"
        "User - 'user1':Coordinator='account1':DefaultAccount='account1':Fairshare=2:QOS='high,normal'\n");
}

TEST_CASE("sacct's rows keep what was asked for, even with bars and line ends in a command", "[workloads][anonymise]") {
  CHECK(anonymised(
            "JobID|User|UID|JobName|Partition|NodeList|State|SubmitLine|Timelimit\n"
            "7|ann|1001|secret model|gpu|n[01-02]|CANCELLED by 1001|/usr/bin/sbatch -p gpu -A vision -n 4 --gpus=2 "
            "--wrap=\"cat /home/ann/x | wc\nls\" run.sh|01:00:00\n"
            "7.batch|||batch||n01|CANCELLED||\n"
            "8|root|0|bash|gpu|None assigned|PENDING|srun --pty bash|\n") ==
        "JobID|User|UID|JobName|Partition|NodeList|State|SubmitLine|Timelimit\n"
        "7|user1|10001|job1|gpu|naaa[01-02]|CANCELLED by 10001|sbatch --partition=gpu --account=account1 --ntasks=4 "
        "--gpus=2|01:00:00\n"
        "7.batch|||batch||naaa01|CANCELLED||\n"
        "8|root|0|job2|gpu|None assigned|PENDING|srun|\n");
}

TEST_CASE("features OR-ed with bars do not shift a row of sacct", "[workloads][anonymise]") {
  CHECK(anonymised("Constraints|JobID|JobIDRaw|User|SubmitLine|State\n"
                   "a100|v100|5|5|ann|sbatch -C a100|b|c|COMPLETED\n") ==
        "Constraints|JobID|JobIDRaw|User|SubmitLine|State\n"
        "a100|v100|5|5|user1|sbatch --constraint=a100|b|c|COMPLETED\n");
}

TEST_CASE("rows that make no sense are left out and counted", "[workloads][anonymise]") {
  const auto shared = anonymise_files({{"dump.txt", "JobID|User\nx|ann\n9|bob\n10"}});
  CHECK(shared.texts == std::vector<std::string>{"JobID|User\n9|user1\n"});
  CHECK(shared.diagnostics == "dump.txt: warning: 2 rows could not be understood and are left out\n");
}

TEST_CASE("CSV tables are told by their header", "[workloads][anonymise]") {
  CHECK(anonymised("job_id,user,account,job-name,submit,duration,gres,nodelist,work_dir\n"
                   "1,ann,vision,\"my, job\",0,5,gpu:2,\"n[1-2],m3\",/home/ann\n") ==
        "job_id,user,account,job-name,submit,duration,gres,nodelist,work_dir\n"
        "1,user1,account1,job1,0,5,gpu:2,\"naab[1-2],naaa3\",/path/1\n");
}

TEST_CASE("a name has one pseudonym in all files, and a map carries it on", "[workloads][anonymise]") {
  const std::string conf = "PartitionName=p Nodes=n1 AllowAccounts=vision\n";
  const std::string jobs = "JobID|User|Account|NodeList\n1|ann|vision|n1\n2|bob|speech|n2\n";
  const auto first = anonymise_files({{"slurm.conf", conf}, {"sacct.txt", jobs}});
  const auto account = first.texts[0].substr(first.texts[0].rfind('=') + 1, 8);
  CHECK(first.texts[1].find("|" + account + "|") != std::string::npos);

  Pseudonyms known{99};
  Diagnostics diags;
  REQUIRE(known.load(make_source("map", first.map), diags));
  const auto second = anonymise_files({{"sacct.txt", jobs + "3|eve|vision|m7\n"}}, std::move(known));
  CHECK(second.texts[0].starts_with(first.texts[1]));
  CHECK(second.texts[0].ends_with("3|user3|" + account + "|naab7\n"));
}

TEST_CASE("a map that is none is refused", "[workloads][anonymise]") {
  Pseudonyms names{1};
  Diagnostics diags;
  CHECK_FALSE(names.load(make_source("map", "user,ann,user1\nwho knows\n"), diags));
  CHECK(diags.text() ==
        "map:2:1: error: is no line of a map\n"
        "  who knows\n"
        "  ^\n"
        "  hint: a line is kind,name,pseudonym, as --map-out writes it\n");
}

TEST_CASE("the order of the numbers comes from the seed", "[workloads][anonymise]") {
  std::string jobs = "JobID|User\n";
  for (char c = 'a'; c <= 'z'; ++c) jobs += std::string{"1|u"} + c + "\n";
  const auto one = anonymise_files({{"f", jobs}}, Pseudonyms{1});
  CHECK(one.texts == anonymise_files({{"f", jobs}}, Pseudonyms{1}).texts);
  CHECK(one.texts != anonymise_files({{"f", jobs}}, Pseudonyms{2}).texts);
}

TEST_CASE("a file of no known kind is refused", "[workloads][anonymise]") {
  CHECK(anonymise_files({{"poem.txt", "Roses are red\n"}}).diagnostics ==
        "poem.txt: error: is no configuration, accounting dump or table of jobs\n"
        "  hint: known are slurm.conf and its relatives, sacctmgr dump and commands, sacct -P, and CSV with a header; "
        "other traces can be converted to CSV first\n");
  for (const std::string text : {"#!/bin/sh\nUSER=ann python --name=secret\n", "-dt 0 -e submit_batch_job | -J j --uid=ann\n",
                                 "1;0;-1;15;12;-1;-1;-1;420;-1;-1;ann;lab;-1;normal;normal;;-1;\n"})
    CHECK_FALSE(can_anonymise(text));
}

TEST_CASE("sacctmgr commands keep limits and QOS", "[workloads][anonymise]") {
  CHECK(anonymised("# by ann\n"
                   "/opt/slurm/bin/sacctmgr -i add cluster acme\n"
                   "sacctmgr -i modify QOS set normal Priority=0\n"
                   "add account vision,speech fairshare=3 parent=root Description=\"Ann's group\"\n"
                   "add user name=ann account=vision,speech DefaultAccount=speech MaxSubmitJobs=9\n"
                   "modify user where name=ann set qoslevel+=\"high\" GrpTRES=cpu=4\n"
                   "list users\n") ==
        "sacctmgr -i add cluster cluster1\n"
        "sacctmgr -i modify QOS set normal Priority=0\n"
        "sacctmgr -i add account account1,account2 fairshare=3 parent=root Description=text1\n"
        "sacctmgr -i add user name=user1 account=account1,account2 DefaultAccount=account2 MaxSubmitJobs=9\n"
        "sacctmgr -i modify user where name=user1 set qoslevel+=high GrpTRES=cpu=4\n");
}

TEST_CASE("tables of QOS keep their names, jobs with bars in their names lose them", "[workloads][anonymise]") {
  CHECK(anonymised("Name|Priority|Descr|GrpTRES\nhigh|10|for Ann|cpu=4\n") ==
        "Name|Priority|Descr|GrpTRES\nhigh|10|text1|cpu=4\n");
  CHECK(anonymised("JobID|User|JobName|State|SubmitLine|\n5|ann|my|model|COMPLETED|sbatch -J my|model -n 2|\n") ==
        "JobID|User|JobName|State|SubmitLine|\n5|user1|job1|COMPLETED|sbatch --job-name=job1 --ntasks=2|\n");
}

}  // namespace
}  // namespace sluice::workloads
