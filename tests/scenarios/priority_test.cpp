// The worked examples of Slurm's priority, usage and fair share, digit for digit.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "policies/priority/basic_counter.hpp"
#include "policies/priority/multifactor.hpp"
#include "simulator/accounting/billing.hpp"
#include "simulator/accounting/classic_fair_share.hpp"
#include "simulator/accounting/fair_tree.hpp"
#include "simulator/accounting/usage.hpp"
#include "tests/unit/accounting/trees.hpp"

namespace {

using namespace sluice;
using namespace sluice::accounting;
using namespace std::chrono_literals;
using test::of_parent;
using test::SmallTree;

// -- the formula ------------------------------------------------------------------------------------------------------

const TresTable tres{std::vector<std::string>{"gres/gpu"}};

/// 4 nodes, 256 CPUs, 1 TiB and 16 GPUs on a cluster of 100 nodes, waiting for 36 hours.
struct WorkedJob {
  PrioritySettings settings;
  priority::MultifactorScale scale{{100, 6400}, 50, 100, 0};
  TresRow asked = tres.row({{"cpu", 256}, {"mem", 1048576}, {"gres/gpu", 16}});
  TresRow of_partition = tres.row({{"cpu", 6400}, {"mem", 51200000}, {"gres/gpu", 400}});
  priority::MultifactorJob job;

  WorkedJob() {
    settings.weight_age = 1000;
    settings.weight_fairshare = 10000;
    settings.weight_job_size = 500;
    settings.weight_partition = 1000;
    settings.weight_qos = 2000;
    settings.weight_tres = {{"cpu", 100}, {"mem", 50}, {"gres/gpu", 3000}};
    job.accruing_since = 0s;
    job.fair_share = 0.8;
    job.size = {4, 256};
    job.limit = 120min;
    job.partition_job_factor = 10;
    job.qos_priority = 50;
    job.tres = asked;
    job.tres_of_partition = of_partition;
    job.nice = 100;
  }
  priority::MultifactorTerms terms() const { return priority::Multifactor{settings, scale, tres}.compute(job, 36h); }
};

TEST_CASE("priority is the truncated sum of weighted factors", "[scenario][priority]") {
  const WorkedJob it;
  const auto terms = it.terms();
  CHECK(fmt::format("{:.7f}", terms.age) == "0.2142857");
  CHECK(terms.job_size == 0.04);
  CHECK(terms.partition == 0.2);
  CHECK(terms.qos == 0.5);
  CHECK(fmt::format("{:.3f}", terms.tres) == "125.024");
  CHECK(terms.priority == 9459);
}

TEST_CASE("PriorityFavorSmall turns the job size round", "[scenario][priority]") {
  WorkedJob it;
  it.settings.favor_small = true;
  CHECK(it.terms().job_size == Approx(0.96));
  CHECK(it.terms().priority == 9919);
}

TEST_CASE("SMALL_RELATIVE_TO_TIME divides the size by the minutes of the limit", "[scenario][priority]") {
  WorkedJob it;
  it.settings.flags.small_relative_to_time = true;
  CHECK(fmt::format("{:.6f}", it.terms().job_size) == "0.000333");
  it.settings.favor_small = true;
  CHECK(fmt::format("{:.6f}", it.terms().job_size) == "0.999667");
}

TEST_CASE("a priority never falls to 0, which would mean held, nor leaves 32 bits", "[scenario][priority]") {
  WorkedJob it;
  it.job.nice = 2147483645;
  CHECK(it.terms().priority == 1);
  it.job.nice = -2147483645;
  it.job.site = 2147483647;
  CHECK(it.terms().priority == 4294967295U);
}

TEST_CASE("a job ages from the second it accrues, up to PriorityMaxAge", "[scenario][priority]") {
  WorkedJob it;
  it.job.accruing_since = 36h;
  CHECK(it.terms().age == 0);
  it.job.accruing_since = -1000h;
  CHECK(it.terms().age == 1);
  it.job.accruing_since.reset();
  CHECK(it.terms().age == 0);
}

TEST_CASE("NO_NORMAL flags use the raw numbers", "[scenario][priority]") {
  WorkedJob it;
  it.settings.flags.no_normal_all = true;
  const auto terms = it.terms();
  CHECK(terms.partition == 10);
  CHECK(terms.qos == 50);
  CHECK(terms.tres == 256 * 100.0 + 1048576 * 50.0 + 16 * 3000.0);
}

TEST_CASE("INCR_ONLY lets a priority only rise", "[scenario][priority]") {
  WorkedJob it;
  CHECK(priority::Multifactor{it.settings, it.scale, tres}.renewed(10, 9) == 9);
  it.settings.flags.incr_only = true;
  CHECK(priority::Multifactor{it.settings, it.scale, tres}.renewed(10, 9) == 10);
}

TEST_CASE("without a database neither age nor fair share counts", "[scenario][priority]") {
  WorkedJob it;
  it.settings = priority::without_accounting(it.settings);
  CHECK(it.terms().priority == 1245);
}

TEST_CASE("priority/basic counts down; the nice of one job does not shift later ones", "[scenario][priority]") {
  priority::BasicCounter counter;
  CHECK(counter.next(0) == 4294901759U);
  CHECK(counter.next(100) == 4294901658U);
  CHECK(counter.next(0) == 4294901757U);
}

// -- usage ------------------------------------------------------------------------------------------------------------

TEST_CASE("usage accrues pass by pass and fades between them", "[scenario][priority]") {
  const auto small = SmallTree{}.user("ann", "", 1, 0);
  const AssociationTree tree{small.spec};
  Usage usage{tree, tres.size(), Decay{168h}, {}};
  const TresRow counts = tres.row({{"cpu", 8}});
  UsingJob job;
  job.association = small.named.at("ann");
  job.billing = 8;
  job.tres = counts;
  const auto raw = [&] { return fmt::format("{:.5f}", usage.of(job.association).raw); };
  const auto pass = [&](Seconds now) {
    usage.decay(300s);
    if (now <= 900s) usage.charge_in_pass(job, now - 300s, now);
    usage.settle();
    return raw();
  };
  CHECK(pass(300s) == "2399.17514");
  CHECK(pass(600s) == "4797.52571");
  CHECK(pass(900s) == "7195.05198");
  usage.end(job, 900s, 1000s);
  CHECK(raw() == "7994.96032");
  CHECK(pass(1200s) == "7992.21252");
}

TEST_CASE("TRESBillingWeights add up, or the greatest counts", "[scenario][priority]") {
  const TresWeights weights{{"cpu", 1.0}, {"mem", 0.25 / 1024}, {"gres/gpu", 16}};
  const TresRow counts = tres.row({{"cpu", 32}, {"mem", 256 * 1024}, {"gres/gpu", 4}});
  CHECK(Billing{weights, tres, BillingRule::sum}.of(counts) == 160);
  CHECK(Billing{weights, tres, BillingRule::max_tres}.of(counts) == 64);
  CHECK(Billing{weights, tres, BillingRule::max_tres_gres}.of(counts) == 128);
  CHECK(Billing{{}, tres, BillingRule::sum}.of(counts) == 32);
}

// -- fair share -------------------------------------------------------------------------------------------------------

struct Factor {
  std::string user;
  std::string fair_share;
};

void check_fair_tree(const SmallTree& small, const std::vector<Factor>& expected,
                     SiblingOrder order = SiblingOrder::by_name) {
  const AssociationTree tree{small.spec, order};
  FairTree fair{tree};
  fair.compute(small.used);
  for (const auto& one : expected) {
    INFO(one.user);
    CHECK(fmt::format("{:.6f}", fair.factor(small.named.at(one.user))) == one.fair_share);
  }
}

SmallTree two_accounts() {
  return SmallTree{}
      .account("ml", "", 60)
      .user("ann", "ml", 1, 600)
      .user("bob", "ml", 2, 600)
      .user("cat", "ml", 1, 0)
      .account("hpc", "", 40)
      .user("dan", "hpc", 1, 100)
      .user("eve", "hpc", 3, 500);
}

TEST_CASE("Fair Tree ranks levels before users", "[scenario][priority]") {
  auto small = two_accounts();
  SECTION("with user root in the tree") {
    small.user("root", "", 1, 0);
    check_fair_tree(small, {{"root", "1.000000"},
                            {"dan", "0.833333"},
                            {"eve", "0.666667"},
                            {"cat", "0.500000"},
                            {"bob", "0.333333"},
                            {"ann", "0.166667"}});
    const AssociationTree tree{small.spec};
    FairTree fair{tree};
    fair.compute(small.used);
    CHECK(fmt::format("{:.6f}", fair.row(small.named.at("hpc")).level_fs) == "1.188119");
    CHECK(fmt::format("{:.6f}", fair.row(small.named.at("ml")).level_fs) == "0.891089");
    CHECK(std::isinf(fair.row(small.named.at("cat")).level_fs));
  }
  SECTION("without it") {
    check_fair_tree(
        small,
        {{"dan", "1.000000"}, {"eve", "0.800000"}, {"cat", "0.600000"}, {"bob", "0.400000"}, {"ann", "0.200000"}});
  }
}

TEST_CASE("the best user of a tied account takes the last rank", "[scenario][priority]") {
  check_fair_tree(SmallTree{}
                      .account("a", "", 1)
                      .user("a1", "a", 1, 30)
                      .user("a2", "a", 1, 70)
                      .account("b", "", 1)
                      .user("b1", "b", 1, 10)
                      .user("b2", "b", 1, 90),
                  {{"a1", "1.000000"}, {"a2", "0.750000"}, {"b1", "0.750000"}, {"b2", "0.250000"}});
}

TEST_CASE("of tied accounts read at the start the later created comes first", "[scenario][priority]") {
  check_fair_tree(
      SmallTree{}
          .user("root", "", 1, 0)
          .account("a", "", 0)
          .user("a1", "a", 1, 0)
          .user("a2", "a", 0, 0)
          .account("b", "", 0)
          .user("b1", "b", 1, 0)
          .user("b2", "b", 0, 0),
      {{"root", "1.000000"}, {"b1", "0.800000"}, {"b2", "0.600000"}, {"a1", "0.600000"}, {"a2", "0.200000"}},
      SiblingOrder::newest_first);
}

TEST_CASE("tied users share the higher rank, and the ranks below are skipped", "[scenario][priority]") {
  check_fair_tree(SmallTree{}
                      .account("p", "", 1)
                      .user("u1", "p", 1, 100)
                      .user("u2", "p", 1, 100)
                      .user("u3", "p", 1, 200)
                      .account("q", "", 1)
                      .user("v1", "q", 1, 50),
                  {{"v1", "1.000000"}, {"u1", "0.750000"}, {"u2", "0.750000"}, {"u3", "0.250000"}});
}

TEST_CASE("an account tied with a user gives its best child the user's rank", "[scenario][priority]") {
  check_fair_tree(SmallTree{}.user("w", "", 1, 50).account("z", "", 1).user("z1", "z", 1, 20).user("z2", "z", 3, 30),
                  {{"w", "1.000000"}, {"z2", "1.000000"}, {"z1", "0.333333"}});
}

TEST_CASE("Fairshare=parent moves users one level up and to the front", "[scenario][priority]") {
  check_fair_tree(
      SmallTree{}
          .account("x", "", 50)
          .user("x1", "x", 1, 10)
          .account("xp", "x", of_parent)
          .user("xp1", "xp", 1, 20)
          .user("xp2", "xp", of_parent, 5)
          .account("y", "", 50)
          .user("y1", "y", 0, 5)
          .user("y2", "y", 1, 0),
      {{"y2", "1.000000"}, {"y1", "0.800000"}, {"xp2", "0.600000"}, {"x1", "0.400000"}, {"xp1", "0.200000"}});
}

struct Classic {
  SmallTree small = SmallTree{}
                        .account("a", "", 60)
                        .user("u1", "a", 1, 300)
                        .user("u2", "a", 2, 500)
                        .account("b", "", 40)
                        .user("u3", "b", 1, 200);
  AssociationTree tree{small.spec};
  Usage usage{tree, tres.size(), Decay{0h}, {}};
  Classic() {
    for (std::size_t row = 0; row < small.used.size(); ++row)
      usage.add_stored(AssociationId{static_cast<std::uint32_t>(row)}, small.used[row], {});
  }
  std::string factor(const std::string& user, std::int64_t dampening) {
    ClassicFairShare fair{tree, ClassicFairShare::Kind::plain, dampening};
    fair.begin_pass(usage);
    return fmt::format("{:.6f}", fair.evaluate(small.named.at(user), usage));
  }
};

TEST_CASE("classic fair share is two to the minus usage over share", "[scenario][priority]") {
  Classic it;
  CHECK(it.factor("u1", 1) == "0.198425");
  CHECK(it.factor("u1", 2) == "0.445449");
  CHECK(it.factor("u2", 1) == "0.297302");
  CHECK(it.factor("u3", 1) == "0.707107");
}

// A has used 0.8 of all and owns 0.6: 4/3 of its share. Of u1, 1.5 of its share is used, of u2 1.25, of u3 0.5.
TEST_CASE("DEPTH_OBLIVIOUS scales a user's ratio by its account's, damped where the two disagree", "[scenario][priority]") {
  Classic it;
  ClassicFairShare fair{it.tree, ClassicFairShare::Kind::depth_oblivious, 1};
  const auto factor = [&](const std::string& user) {
    return fmt::format("{:.6f}", fair.evaluate(it.small.named.at(user), it.usage));
  };
  fair.begin_pass(it.usage);
  // u2 has not been evaluated yet and counts as 0: r = 1.5 / (0.3 / 0.6) = 3, so 4/3 x 3 x 0.2 = 0.8 and 2^-4.
  CHECK(factor("u1") == "0.062500");
  // r = 1.25 / (4/3) = 0.9375 is below 1 where the account is above: k = 1 / (1 + (5 ln 4/3)^2) = 0.325836.
  CHECK(factor("u2") == "0.404556");
  CHECK(factor("u3") == "0.707107");
  fair.begin_pass(it.usage);
  // Now u2's 0.5 is known: r = 1.5 / (4/3) = 1.125, so 4/3 x 1.125 x 0.2 = 0.3 and 2^-1.5.
  CHECK(factor("u1") == "0.353553");
}

TEST_CASE("a stale user is evaluated once, with the usage of that moment", "[scenario][priority]") {
  Classic it;
  ClassicFairShare fair{it.tree, ClassicFairShare::Kind::plain, 1};
  fair.begin_pass(it.usage);
  const AssociationId u1 = it.small.named.at("u1");
  UsingJob job;
  job.association = u1;
  job.billing = 1;
  it.usage.charge_in_pass(job, 0s, 1000s);  // u1 now has 1300 of 2000; its account still has 0.8 of all
  CHECK(fmt::format("{:.6f}", fair.evaluate(u1, it.usage)) == "0.088388");
  it.usage.charge_in_pass(job, 0s, 5000s);
  CHECK(fmt::format("{:.6f}", fair.evaluate(u1, it.usage)) == "0.088388");
}

}  // namespace
