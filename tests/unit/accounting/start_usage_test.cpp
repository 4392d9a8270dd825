#include "simulator/accounting/start_usage.hpp"

#include <catch2/catch.hpp>

#include "trees.hpp"

namespace {

using namespace sluice;
using namespace sluice::accounting;

const test::SmallTree small = test::SmallTree{}.account("ml", "", 1).user("ann", "ml", 1, 0).user("bob", "ml", 1, 0);
const TresTable tres{std::vector<std::string>{"gres/gpu"}};

TEST_CASE("a replay can begin with the usage that sshare printed", "[accounting]") {
  const AssociationTree tree{small.spec};
  Usage usage{tree, tres.size(), Decay{std::chrono::hours{168}}, {}};
  Diagnostics diags;
  const auto text = make_source("usage.txt",
                                "Account|User|RawShares|RawUsage|GrpTRESRaw\n"
                                "root|||1000|cpu=16\n"
                                " ml||1|900|cpu=15\n"
                                "  ml|ann|1|600|cpu=10,gres/gpu=2\n"
                                "  ml|bob|1|300|cpu=5,fs/lustre=1\n");
  add_start_usage(read_sshare(text, tree, tres, diags), tree, usage);
  CHECK(diags.text().empty());
  CHECK(usage.of(small.named.at("ann")).raw == 600);
  CHECK(usage.of(small.named.at("ml")).raw == 900);
  CHECK(usage.of(AssociationTree::root).tres[0] == 900);
  CHECK(usage.of(small.named.at("ann")).tres[8] == 120);
}

TEST_CASE("what cannot be read of a start usage is said, and the rest is kept", "[accounting]") {
  const AssociationTree tree{small.spec};
  Diagnostics diags;
  const auto text = make_source("usage.txt", "Account|User|RawUsage\nml|eve|5\nml|ann|x\nml|bob|7\n");
  const auto start = read_sshare(text, tree, tres, diags);
  REQUIRE(start.rows.size() == 1);
  CHECK(start.rows[0].raw == 7);
  CHECK(diags.text() ==
        "usage.txt:2: warning: there is no user 'eve' in account 'ml': its usage is left out\n"
        "usage.txt:3: error: RawUsage wants a number, got 'x'\n"
        "  ml|ann|x\n");
}

TEST_CASE("a text that is no sshare output is refused", "[accounting]") {
  const AssociationTree tree{small.spec};
  Diagnostics diags;
  read_sshare(make_source("usage.txt", "a|b\n1|2\n"), tree, tres, diags);
  CHECK(diags.errors() == 1);
}

}  // namespace
