#include "simulator/accounting/accrual.hpp"

#include <catch2/catch.hpp>

#include "trees.hpp"

namespace {

using namespace sluice;
using namespace sluice::accounting;
using Room = AccrualLimits::Room;

struct Small {
  test::SmallTree tree = test::SmallTree{}.account("ml", "", 1).user("ann", "ml", 1, 0);
  Enforcement enforced;
  Party party;
  Small() {
    tree.spec.qos.emplace_back();
    enforced.limits = true;
    party.association = tree.named.at("ann");
    party.account = tree.named.at("ml");
    party.qos = QosId{0};
  }
};

TEST_CASE("without a limit every job gains age", "[accounting]") {
  const Small s;
  const AssociationTree tree{s.tree.spec};
  CHECK(AccrualLimits{s.tree.spec, tree, s.enforced}.room(s.party, Ledger{tree, 1, 8, 1}) == Room::unlimited);
}

TEST_CASE("MaxJobsAccruePerUser gives so many places, and a place given back is free", "[accounting]") {
  Small s;
  s.tree.spec.qos[0].per_user.jobs_accrue = 1;
  const AssociationTree tree{s.tree.spec};
  const AccrualLimits limits{s.tree.spec, tree, s.enforced};
  Ledger ledger{tree, 1, 8, 1};
  CHECK(limits.room(s.party, ledger) == Room::free);
  ledger.accrue(s.party, 1);
  CHECK(limits.room(s.party, ledger) == Room::full);
  ledger.accrue(s.party, -1);
  CHECK(limits.room(s.party, ledger) == Room::free);
}

TEST_CASE("GrpJobsAccrue counts the whole sub-tree; MaxJobsAccrue is inherited", "[accounting]") {
  Small s;
  SECTION("group") { s.tree.spec.associations[s.tree.named.at("ml").index()].group.jobs_accrue = 0; }
  SECTION("inherited") { s.tree.spec.associations[s.tree.named.at("ml").index()].max_jobs_accrue = 0; }
  const AssociationTree tree{s.tree.spec};
  CHECK(AccrualLimits{s.tree.spec, tree, s.enforced}.room(s.party, Ledger{tree, 1, 8, 1}) == Room::full);
}

TEST_CASE("accrual limits that are not enforced do not count", "[accounting]") {
  Small s;
  s.tree.spec.qos[0].group.jobs_accrue = 0;
  s.enforced.limits = false;
  const AssociationTree tree{s.tree.spec};
  CHECK(AccrualLimits{s.tree.spec, tree, s.enforced}.room(s.party, Ledger{tree, 1, 8, 1}) == Room::unlimited);
}

}  // namespace
