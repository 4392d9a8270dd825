// Accounting data of a real slurmctld: the commands that made a database, its dump and what it showed must agree.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "conf_folder.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/tres_text.hpp"

namespace {

using namespace sluice;
namespace fs = std::filesystem;

AccountingSpec load(const std::vector<fs::path>& files) {
  test::ConfFolder folder{"ClusterName=oracle\nNodeName=n1\nPartitionName=p Nodes=n1\n"};
  for (const auto& file : files) fs::copy_file(file, folder.path() / file.filename());
  const auto spec = folder.load();
  CHECK(folder.said() == "");
  REQUIRE(spec);
  REQUIRE(spec->accounting);
  return *spec->accounting;
}

/// All that the dump's text says of an association must be what the commands made. A dump stands in another order.
void check_same(const AccountingSpec& made, const AccountingSpec& dumped) {
  REQUIRE(made.associations.size() == dumped.associations.size());
  for (const auto& expected : dumped.associations) {
    CAPTURE(expected.account, expected.user);
    const auto id = find_association(made, expected.account, expected.user, expected.partition);
    REQUIRE(id);
    auto one = made.associations[id->index()];
    one.parent = expected.parent;  // rows differ
    CHECK((one == expected));
  }
  REQUIRE(made.qos.size() == dumped.qos.size());
  for (const auto& expected : dumped.qos) {
    CAPTURE(expected.name);
    const auto id = find_qos(made, expected.name);
    REQUIRE(id);
    auto one = made.qos[id->index()];
    one.description = expected.description;  // not among the columns
    // Not among the columns either.
    one.per_user.jobs_accrue = expected.per_user.jobs_accrue;
    CHECK((one == expected));
  }
}

std::string text_of(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

/// Columns of `sacctmgr -P show assoc`, which prints the inherited limits.
void check_shown(const AccountingSpec& spec, const fs::path& table) {
  std::ifstream in{table};
  std::string line;
  std::getline(in, line);
  REQUIRE(line.rfind("Cluster|Account|User|Partition|Share|Priority|GrpJobs|GrpTRES|", 0) == 0);
  std::size_t rows = 0;
  while (std::getline(in, line)) {
    ++rows;
    CAPTURE(line);
    const auto cells = split(line, '|');
    const auto id = find_association(spec, cells[1], cells[2], cells[3]);
    REQUIRE(id);
    const auto one = effective(spec, *id);
    CHECK(cells[4] == (one.shares ? std::to_string(*one.shares) : "parent"));
    CHECK(cells[6] == text_of(one.group.jobs));
    CHECK(cells[8] == text_of(one.group.submit_jobs));
    CHECK(cells[11] == text_of(one.max_jobs));
    CHECK(cells[14] == text_of(one.max_submit_jobs));
    CHECK(cells[15].empty() == !one.max.wall);
    CHECK(cells[17] == conf::names_text(*one.qos.own));
    CHECK(cells[18] == one.default_qos.value_or(""));
    CHECK(cells[19] == conf::tres_text(one.group.tres_run_mins));
  }
  CHECK(rows == spec.associations.size());
}

TEST_CASE("commands, dumps and tables of a real slurmdbd agree", "[conf][oracle]") {
  const char* oracle = std::getenv("SLUICE_ORACLE");
  if (oracle == nullptr || !fs::is_directory(fs::path{oracle} / "slurm" / "scenarios")) {
    std::cout << "skipped: no oracle\n";
    return;
  }
  int scenarios = 0;
  for (const auto& entry : fs::directory_iterator{fs::path{oracle} / "slurm" / "scenarios"}) {
    const auto run = entry.path() / "run1";
    if (!fs::exists(entry.path() / "accounting.cmds") || !fs::exists(run / "sacctmgr_dump.cfg")) continue;
    ++scenarios;
    CAPTURE(entry.path().filename().string());
    const auto made = load({entry.path() / "accounting.cmds"});
    const auto dumped = load({run / "sacctmgr_dump.cfg", run / "sacctmgr_qos.txt"});
    check_same(made, dumped);
    check_shown(made, run / "sacctmgr_assoc.txt");
    check_shown(dumped, run / "sacctmgr_assoc.txt");
  }
  CHECK(scenarios == 19);
}

}  // namespace
