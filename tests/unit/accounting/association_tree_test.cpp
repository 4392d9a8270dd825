#include "simulator/accounting/association_tree.hpp"

#include <catch2/catch.hpp>

#include "trees.hpp"

namespace {

using namespace sluice;
using namespace sluice::accounting;

std::vector<std::string> names(const AssociationTree& tree, const AccountingSpec& spec) {
  std::vector<std::string> list;
  for (const AssociationId id : tree.list()) {
    const auto& row = spec.associations[id.index()];
    list.push_back(row.is_user() ? row.user : row.account);
  }
  return list;
}

TEST_CASE("slurmctld's list is depth first, users before accounts, by name as text", "[accounting]") {
  const auto small = test::SmallTree{}
                         .account("b", "", 1)
                         .account("a", "", 1)
                         .user("u9", "a", 1, 0)
                         .user("u10", "a", 1, 0)
                         .user("root", "", 1, 0);
  CHECK(names(AssociationTree{small.spec}, small.spec) ==
        std::vector<std::string>{"root", "root", "a", "u10", "u9", "b"});
  CHECK(names(AssociationTree{small.spec, SiblingOrder::newest_first}, small.spec) ==
        std::vector<std::string>{"root", "root", "a", "u10", "u9", "b"});
}

TEST_CASE("children of an account with Fairshare=parent compete one level up", "[accounting]") {
  const auto small = test::SmallTree{}
                         .account("x", "", 50)
                         .account("xp", "x", test::of_parent)
                         .user("x1", "x", 1, 0)
                         .user("xp1", "xp", 3, 0);
  const AssociationTree tree{small.spec};
  const auto x = small.named.at("x");
  CHECK(tree.fair_share_parent(small.named.at("xp1")) == x);
  CHECK(tree.fair_share_children(x).size() == 3);
  CHECK(tree.fair_share_children(small.named.at("xp")).empty());
  CHECK(tree.level_shares(small.named.at("x1")) == 4);
}

TEST_CASE("a job's association is that of its partition, else the one for all partitions", "[accounting]") {
  auto small = test::SmallTree{}.account("ml", "", 1).user("ann", "ml", 1, 0);
  auto special = small.spec.associations.back();
  special.partition = "gpu";
  small.spec.associations.push_back(special);
  const AssociationTree tree{small.spec};
  CHECK(tree.find("ml", "ann", "gpu") == AssociationId{3});
  CHECK(tree.find("ml", "ann", "cpu") == AssociationId{2});
  CHECK_FALSE(tree.find("ml", "bob", "cpu").has_value());
}

TEST_CASE("an association without a priority has its account's", "[accounting]") {
  auto small = test::SmallTree{}.account("ml", "", 1).user("ann", "ml", 1, 0).user("bob", "ml", 1, 0);
  small.spec.associations[1].priority = 20;
  small.spec.associations[3].priority = 37;
  const AssociationTree tree{small.spec};
  CHECK(tree.priority(small.named.at("ann")) == 20);
  CHECK(tree.priority(small.named.at("bob")) == 37);
  CHECK(tree.largest_priority() == 37);
}

}  // namespace
