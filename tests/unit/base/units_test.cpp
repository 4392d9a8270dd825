#include "simulator/base/units.hpp"

#include <catch2/catch.hpp>
#include <concepts>

namespace {

using namespace sluice;
using namespace std::chrono_literals;

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

static_assert(Addable<Cpus, Cpus> && !Addable<Cpus, Nodes>);
static_assert(!std::convertible_to<int, Cpus>);
static_assert(!Addable<Time, Time> && Addable<Time, Duration>);

TEST_CASE("Slurm's seconds are the floored second", "[base]") {
  CHECK(floor_seconds(Time{1999ms}) == 1s);
  CHECK(floor_seconds(Time{-1ms}) == -1s);
}

}  // namespace
