// What is said about wrong commands on reservations, word for word.

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "simulator/app/operator_commands.hpp"

namespace {

using namespace sluice;

ClusterSpec small_cluster() {
  ClusterSpec cluster;
  cluster.classes.emplace_back();
  cluster.classes.back().features = {"ib"};
  PartitionSpec batch;
  batch.name = "batch";
  batch.is_default = true;
  for (std::uint32_t n = 0; n < 4; ++n) {
    cluster.nodes.push_back({"n" + std::to_string(n + 1), NodeClassId{0}, NodeState::up, {}});
    batch.nodes.push_back(NodeId{n});
  }
  cluster.partitions.push_back(batch);
  cluster.licenses = {{"matlab", 2}};
  return cluster;
}

/// What is said about a file with this line in it.
std::string said(const std::string& line, const std::string& select = "select/cons_tres") {
  const auto file = std::filesystem::temp_directory_path() / "sluice-reservations-test-events.csv";
  std::ofstream{file} << "t,command\n5," << line << '\n';
  Workload workload;
  ClusterSpec cluster = small_cluster();
  cluster.select.name = select;
  Diagnostics diags;
  const auto commands = app::read_commands(file, workload, cluster, diags);
  std::filesystem::remove(file);
  std::string text = diags.text();
  for (auto at = text.find(file.string()); at != std::string::npos; at = text.find(file.string()))
    text.replace(at, file.string().size(), "events.csv");
  if (diags.ok()) return "ok";
  return text;
}

TEST_CASE("a reservation that is understood gives no word", "[diagnostics][reservations]") {
  CHECK(said("scontrol create reservation reservationname=m start=now+1hour dur=30 nodes=n[1-2] flags=maint,ignore_jobs users=a") == "ok");
  CHECK(said("scontrol create reservation res=m starttime=now duration=infinite nodecnt=2 accounts=-x,-y feat=ib flags=flex") == "ok");
  CHECK(said("scontrol create reservation res=l starttime=now endtime=now+1day licenses=matlab:1 flags=license_only users=a") == "ok");
  CHECK(said("scontrol create reservation res=p starttime=now duration=10 partitionname=batch tres=node=2 users=a") == "ok");
  CHECK(said("scontrol update reservationname=m duration+=10 users+=b flags-=maint") == "ok");
  CHECK(said("scontrol update reservationname=m skip") == "ok");
  CHECK(said("scontrol create reservation res=c starttime=now duration=5 corecnt=4 users=a flags=first_cores") == "ok");
  CHECK(said("scontrol create reservation res=c starttime=now duration=5 tres=cpu=4 users=a maxstartdelay=5") == "ok");
  CHECK(said("scontrol delete reservationname=m") == "ok");
}

/// The complaint, which points at this word of the line.
std::string pointing(const std::string& line, const std::string& word, const std::string& message,
                     const std::string& hint) {
  const auto column = 2 + line.find(word);
  std::string text = "events.csv:2:" + std::to_string(column + 1) + ": error: " + message + "\n  5," + line + "\n  " +
                     std::string(column, ' ') + "^\n";
  if (!hint.empty()) text += "  hint: " + hint + "\n";
  return text;
}

TEST_CASE("a field, a flag or a name that is not there is pointed at", "[diagnostics][reservations]") {
  const std::string start = "scontrol create reservation res=m starttime=now duration=5 users=a ";
  CHECK(said(start + "nodez=n1") ==
        pointing(start + "nodez=n1", "nodez", "a reservation has no 'nodez'", "did you mean 'nodes'?"));
  CHECK(said(start + "nodes=n1 flags=maint,dayly") ==
        pointing(start + "nodes=n1 flags=maint,dayly", "dayly", "a reservation has no flag 'dayly'",
                 "did you mean 'daily'?"));
  CHECK(said(start + "nodes=n[3-5]") == pointing(start + "nodes=n[3-5]", "n[3-5]", "there is no node 'n5'", ""));
  CHECK(said(start + "nodecnt=two") ==
        pointing(start + "nodecnt=two", "two", "nodecnt wants a number, got 'two'", "write 4, or 2,2 for two groups"));
  const std::string soon = "scontrol create reservation res=m starttime=soon duration=5 nodes=n1 users=a";
  CHECK(said(soon) == pointing(soon, "soon", "starttime wants a moment, got 'soon'", "write now+1hour or a date"));
}

TEST_CASE("groups that nobody knows are pointed at", "[diagnostics][reservations]") {
  const std::string line = "scontrol create reservation res=m starttime=now duration=5 nodes=n1 groups=g";
  CHECK(said(line) ==
        pointing(line, "groups", "nothing says who is in which group",
                 "put what `getent group` prints beside slurm.conf, in a file called group, or name the users"));
  const std::string delay = "scontrol create reservation res=m starttime=now duration=5 nodes=n1 users=a maxstartdelay=x";
  CHECK(said(delay) == pointing(delay, "x", "MaxStartDelay wants a time, got 'x'", "write minutes or MM:SS"));
}

TEST_CASE("what scontrol wants of a new reservation is said", "[diagnostics][reservations]") {
  CHECK(said("scontrol create reservation res=m duration=5 nodes=n1").find("a reservation wants a start time") !=
        std::string::npos);
  CHECK(said("scontrol create reservation res=m starttime=now nodes=n1 users=a").find("wants an end or a duration") !=
        std::string::npos);
  CHECK(said("scontrol create reservation res=m starttime=now duration=5 users=a").find("wants nodes or licences") !=
        std::string::npos);
  CHECK(said("scontrol create reservation res=m starttime=now duration=5 nodes=n1 users=a,-b").find("put '-' before all") !=
        std::string::npos);
}

TEST_CASE("what is not modelled of reservations is said, not left out", "[diagnostics][reservations]") {
  const std::string watts = "scontrol create reservation res=m starttime=now duration=5 watts=4 users=a";
  CHECK(said(watts) == pointing(watts, "watts", "'watts' of a reservation is not modelled", "leave it out"));
  for (const auto* word : {"watts=5", "burstbuffer=x", "tres=energy=5"})
    CHECK(said(std::string{"scontrol create reservation res=m starttime=now duration=5 nodes=n1 users=a "} + word)
              .find("is not modelled") != std::string::npos);
  CHECK(said("scontrol create reservation res=m starttime=now duration=5 nodes=n1 users=a flags=weekday")
            .find("the trace has no calendar") != std::string::npos);
}

TEST_CASE("select/linear knows no reservations of cores", "[diagnostics][reservations]") {
  CHECK(said("scontrol create reservation res=c starttime=now duration=5 corecnt=4 users=a", "select/linear") ==
        "events.csv:2:70: error: CoreCnt or CPUCnt is only supported when SelectType includes select/cons_res\n"
        "  5,scontrol create reservation res=c starttime=now duration=5 corecnt=4 users=a\n"
        "                                                                       ^\n"
        "  hint: select/linear gives whole nodes: reserve those (NodeCnt=, Nodes=)\n");
}

}  // namespace
