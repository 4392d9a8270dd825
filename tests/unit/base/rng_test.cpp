#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "simulator/base/rng.hpp"

namespace sluice {

TEST_CASE("the generator is SplitMix64: the published outputs for seed 1234567", "[base][rng]") {
  Rng rng{1234567, ""};
  CHECK(rng.next() == 6457827717110365317ULL);
  CHECK(rng.next() == 3203168211198807973ULL);
  CHECK(rng.next() == 9817491932198370423ULL);
  CHECK(rng.next() == 4593380528125082431ULL);
  CHECK(rng.next() == 16408922859458223821ULL);
}

TEST_CASE("a stream depends on its seed and on its name, and on nothing else", "[base][rng]") {
  std::set<std::uint64_t> firsts;
  for (const std::uint64_t seed : {1U, 2U, 3U})
    for (const char* stream : {"arrivals", "failures", "failures2"}) {
      Rng one{seed, stream}, same{seed, stream};
      const auto first = one.next();
      CHECK(first == same.next());
      firsts.insert(first);
    }
  CHECK(firsts.size() == 9);
}

TEST_CASE("uniform draws lie in [0, 1) and below(n) in [0, n), every value about as often", "[base][rng]") {
  Rng rng{7, "uniform"};
  double sum = 0;
  int counts[6] = {};
  constexpr int draws = 60'000;
  for (int i = 0; i < draws; ++i) {
    const double u = rng.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    const auto die = rng.below(6);
    REQUIRE(die < 6);
    ++counts[die];
  }
  CHECK(sum / draws == Approx(0.5).margin(0.01));
  for (const int count : counts) CHECK(count == Approx(draws / 6).margin(500));
  CHECK(rng.below(1) == 0);
}

TEST_CASE("exponential and normal draws have their moments", "[base][rng]") {
  Rng rng{11, "moments"};
  constexpr int draws = 50'000;
  double mean = 0, normal = 0, square = 0;
  for (int i = 0; i < draws; ++i) {
    const double wait = rng.exponential(3);
    REQUIRE(wait >= 0);
    REQUIRE(std::isfinite(wait));
    mean += wait / draws;
    const double z = rng.normal();
    normal += z / draws;
    square += z * z / draws;
  }
  CHECK(mean == Approx(3).margin(0.1));
  CHECK(normal == Approx(0).margin(0.03));
  CHECK(square == Approx(1).margin(0.03));
}

}  // namespace sluice
