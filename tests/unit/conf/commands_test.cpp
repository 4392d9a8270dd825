#include "simulator/conf/commands.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace sluice;
using namespace sluice::conf;

template <class Command>
Command parse(std::string_view line) {
  Diagnostics diags;
  const auto command = parse_command(line, {"events.csv", 1, 1}, diags);
  INFO(diags.text());
  REQUIRE(command.has_value());
  REQUIRE(std::holds_alternative<Command>(*command));
  return std::get<Command>(*command);
}

std::string complaint(std::string_view line) {
  Diagnostics diags;
  CHECK_FALSE(parse_command(line, {"events.csv", 3, 1}, diags).has_value());
  return diags.text();
}

TEST_CASE("job commands name jobs by id, task or trace name", "[conf]") {
  CHECK(parse<HoldJobs>("scontrol hold @m029").jobs == JobNames{"@m029"});
  CHECK(parse<ReleaseJobs>("scontrol release 12,13_[1-3,5]").jobs == JobNames{"12", "13_[1-3,5]"});
  CHECK(parse<RequeueJobs>("scontrol requeuehold 7").hold);
  CHECK(parse<CancelJobs>("scancel 6_7").jobs == JobNames{"6_7"});
  CHECK(parse<CancelJobs>("scancel -u ann --state=PENDING").user == "ann");
  CHECK(parse<TopJobs>("SCONTROL top 3").jobs == JobNames{"3"});
}

TEST_CASE("updates of jobs are typed", "[conf]") {
  const auto update = parse<UpdateJob>("scontrol update jobid=@m020 nice=200 timelimit=12 priority=5000 comment='a b'");
  CHECK(update.jobs == JobNames{"@m020"});
  CHECK(update.nice == 200);
  CHECK(update.priority == 5000U);
  CHECK(update.time_limit->length == std::chrono::minutes{12});
  REQUIRE(update.other.size() == 1);
  CHECK(update.other[0].key == "comment");
  CHECK(update.other[0].value == "a b");
  CHECK(update.other[0].position == 64);
  CHECK(parse<UpdateJob>("scontrol update jobid=1 arraytaskthrottle=8").array_throttle == 8);
}

TEST_CASE("a pair may add to what there is or take from it", "[conf]") {
  using Sign = TypedPair::Sign;
  const auto partition = parse<UpdatePartition>("scontrol update partitionname=p Nodes+=n1 Nodes-=n2 MaxTime=5");
  REQUIRE(partition.changes.size() == 3);
  CHECK(partition.changes[0].sign == Sign::adds);
  CHECK(partition.changes[1].sign == Sign::removes);
  CHECK(partition.changes[2].sign == Sign::sets);
  CHECK(partition.changes[1].key == "Nodes");
  CHECK(parse<UpdateJob>("scontrol update jobid=1 timelimit+=10").time_limit_by == std::chrono::minutes{10});
}

TEST_CASE("nodes, partitions and reservations change, too", "[conf]") {
  const auto nodes = parse<UpdateNodes>("scontrol update nodename=n[05-06] state=DRAIN reason=bad_ecc");
  CHECK(nodes.nodes == "n[05-06]");
  CHECK(nodes.state == "drain");
  CHECK(nodes.reason == "bad_ecc");
  const auto created = parse<ChangeReservation>("scontrol create reservation reservationname=maint duration=5");
  CHECK(created.name == "maint");
  CHECK(created.fields == KeyValues{{"duration", "5"}});
  CHECK(parse<ChangeReservation>("scontrol update reservationname=maint duration=25").kind ==
        ChangeReservation::Kind::update);
  CHECK(parse<DeleteReservation>("scontrol delete reservationname=maint").name == "maint");
  CHECK(parse<UpdatePartition>("scontrol update partitionname=low state=down").name == "low");
  CHECK(parse<KillNode>("node-kill n03").node == "n03");
  CHECK(parse<AccountingCommand>("sacctmgr -i add user u1 account=ml").text == "-i add user u1 account=ml");
}

TEST_CASE("what is wrong with a command is shown where it is", "[conf]") {
  CHECK(complaint("scontrol realease 5") ==
        "events.csv:3:10: error: scontrol cannot 'realease' here\n"
        "  scontrol realease 5\n"
        "           ^\n"
        "  hint: did you mean 'release'?\n");
  CHECK(complaint("scontrol update jobid=5 nice=x").find("nice wants a number, got 'x'") != std::string::npos);
  CHECK(complaint("scontrol hold").find("wants a job id") != std::string::npos);
  CHECK(complaint("scontrol hold 'a").find("never closed") != std::string::npos);
}

}  // namespace
