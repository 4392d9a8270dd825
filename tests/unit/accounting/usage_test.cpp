#include "simulator/accounting/usage.hpp"

#include <catch2/catch.hpp>

#include "trees.hpp"

namespace {

using namespace sluice;
using namespace sluice::accounting;
using namespace std::chrono_literals;

const test::SmallTree small = test::SmallTree{}.account("ml", "", 1).user("ann", "ml", 1, 0).user("bob", "ml", 1, 0);
const TresTable tres{std::vector<std::string>{"cpu", "gres/gpu"}};

struct Ledgered {
  AssociationTree tree{small.spec};
  Usage usage{tree, tres.size(), Decay{168h}, {false, true}};
  TresRow counts = tres.row({{"cpu", 8}, {"billing", 8}});
  UsingJob job;
  Ledgered() {
    job.association = small.named.at("ann");
    job.qos = QosId{0};
    job.partition_qos = QosId{1};
    job.billing = 8;
    job.tres = counts;
  }
};

TEST_CASE("a pass charges leaf and accounts alike, whoever runs beside", "[accounting]") {
  Ledgered s;
  UsingJob other = s.job;
  other.association = small.named.at("bob");
  s.usage.charge_in_pass(s.job, 0s, 300s);
  s.usage.charge_in_pass(other, 0s, 300s);
  s.usage.settle();
  const double one = s.usage.of(small.named.at("ann")).raw;
  CHECK(one == Approx(2399.17514).epsilon(1e-9));
  CHECK(s.usage.of(small.named.at("ml")).raw == 2 * one);
  CHECK(s.usage.of(AssociationTree::root).raw == 2 * one);
}

TEST_CASE("a slice at the end of a job and the same slice in a pass add the same", "[accounting]") {
  Ledgered a, b;
  a.usage.charge_in_pass(a.job, 0s, 60s);
  a.usage.settle();
  b.usage.end(b.job, 0s, 60s);
  for (const auto id : {small.named.at("ann"), small.named.at("ml"), AssociationTree::root})
    CHECK(a.usage.of(id).raw == b.usage.of(id).raw);
}

TEST_CASE("a QOS with NoDecay is charged the whole slice and keeps it", "[accounting]") {
  Ledgered s;
  s.usage.end(s.job, 0s, 300s);
  s.usage.decay(300s);
  CHECK(s.usage.of(QosId{1}).raw == 2400);
  CHECK(s.usage.of(QosId{0}).raw < 2400);
  s.usage.reset();
  CHECK(s.usage.of(QosId{1}).raw == 0);
}

TEST_CASE("UsageFactor scales all that a job uses", "[accounting]") {
  Ledgered s;
  s.job.usage_factor = 0.5;
  s.usage.end(s.job, 0s, 300s);
  CHECK(s.usage.of(QosId{1}).raw == 1200);
  CHECK(s.usage.of(QosId{1}).wall == 150);
}

TEST_CASE("run seconds fall with passes, follow the limit, and are gone at the end", "[accounting]") {
  Ledgered s;
  s.job.limit = 600s;
  const auto left = [&] { return s.usage.of(small.named.at("ml")).run_seconds[0]; };
  s.usage.start(s.job);
  CHECK(left() == 4800);
  s.usage.charge_in_pass(s.job, 0s, 60s);
  s.usage.settle();
  CHECK(left() == 4320);
  s.usage.change_limit(s.job, 60s, 300s);
  CHECK(left() == 1920);
  s.job.limit = 300s;
  SECTION("early") { s.usage.end(s.job, 60s, 90s); }
  SECTION("beyond the limit") {
    s.usage.charge_in_pass(s.job, 60s, 320s);
    s.usage.settle();
    CHECK(left() == 0);
    s.usage.end(s.job, 320s, 330s);
  }
  CHECK(left() == 0);
}

}  // namespace
