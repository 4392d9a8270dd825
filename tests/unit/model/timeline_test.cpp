// The small cases; tests/properties compares it with a plan kept second by second.

#include <catch2/catch.hpp>

#include "simulator/base/check.hpp"
#include "simulator/model/timeline.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

Shape slots(const ClusterSpec& pool, std::int64_t count) {
  JobRequest request;
  request.ntasks = count;
  return resolve(request, pool).value();
}

}  // namespace

TEST_CASE("a job is planned where its slots stay free for its whole length", "[model][timeline]") {
  const auto pool = make_pool(4);
  Timeline plan{pool};
  const auto take = [&](std::int64_t count, Duration length, Duration after) {
    const Slot slot = plan.earliest_fit(slots(pool, count), length, Time{after});
    plan.hold(slot.where, slot.start, slot.start + length);
    return slot.start.time_since_epoch();
  };
  CHECK(take(3, 10s, 0s) == 0s);
  CHECK(take(4, 10s, 0s) == 10s);
  CHECK(take(1, 10s, 0s) == 0s);  // beside the first, to the moment at which the second begins
  CHECK(take(1, 1s, 0s) == 20s);  // every slot is held until then
  CHECK(take(3, 5s, 0s) == 20s);
  CHECK(take(1, 30s, 0s) == 21s);
}

TEST_CASE("freeing what was held leaves no trace", "[model][timeline]") {
  const auto pool = make_pool(4);
  Timeline plan{pool};
  const Slot slot = plan.earliest_fit(slots(pool, 4), 10s, Time{5s});
  plan.hold(slot.where, slot.start, slot.start + 10s);
  CHECK(plan.steps() == 3);
  plan.free(slot.where, slot.start, slot.start + 10s);
  CHECK(plan.steps() == 1);
}

TEST_CASE("a hold of nothing that is free is our own bug", "[model][timeline]") {
  const auto pool = make_pool(4);
  Timeline plan{pool};
  const Slot slot = plan.earliest_fit(slots(pool, 3), 10s, Time{0s});
  plan.hold(slot.where, Time{0s}, Time{10s});
  CHECK_THROWS_AS(plan.hold(slot.where, Time{5s}, Time{15s}), InternalError);
}

}  // namespace sluice
