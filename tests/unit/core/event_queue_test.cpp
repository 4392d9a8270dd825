#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "simulator/base/rng.hpp"
#include "simulator/core/event_queue.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;
constexpr Time at(Duration t) { return Time{t}; }

}  // namespace

TEST_CASE("events come out by time, then by rank, then as they were put in", "[core][event_queue]") {
  EventQueue<std::string> queue;
  queue.schedule(at(2s), 0, "later");
  queue.schedule(at(1s), 1, "second rank, first in");
  queue.schedule(at(1s), 0, "first rank");
  queue.schedule(at(1s), 1, "second rank, second in");
  std::vector<std::string> order;
  while (const auto event = queue.pop()) order.push_back(event->what);
  CHECK(order == std::vector<std::string>{"first rank", "second rank, first in", "second rank, second in", "later"});
  CHECK_FALSE(queue.pop());
}

TEST_CASE("popping moves the clock, and nothing can be put behind it", "[core][event_queue]") {
  EventQueue<int> queue;
  queue.schedule(at(5s), 0, 1);
  CHECK(queue.now() == at(0s));
  CHECK(queue.pop()->at == at(5s));
  CHECK(queue.now() == at(5s));
  CHECK_NOTHROW(queue.schedule(at(5s), 0, 2));
  CHECK_THROWS_AS(queue.schedule(at(4999ms), 0, 3), InternalError);
}

TEST_CASE("the clock can be moved up to the next event, not over it", "[core][event_queue]") {
  EventQueue<int> queue;
  queue.schedule(at(5s), 0, 1);
  queue.advance(at(3s));
  CHECK(queue.now() == at(3s));
  CHECK_THROWS_AS(queue.advance(at(2s)), InternalError);
  CHECK_THROWS_AS(queue.advance(at(6s)), InternalError);
  CHECK_NOTHROW(queue.advance(at(5s)));
}

TEST_CASE("many events with few distinct times come out as a stable sort has them", "[core][event_queue]") {
  EventQueue<int> queue;
  Rng rng{3, "events"};
  std::vector<std::tuple<Time, std::uint8_t, int>> expected;
  for (int i = 0; i < 3000; ++i) {
    const Time when = at(Duration{static_cast<std::int64_t>(rng.below(40))});
    const auto rank = static_cast<std::uint8_t>(rng.below(4));
    queue.schedule(when, rank, i);
    expected.emplace_back(when, rank, i);
  }
  std::sort(expected.begin(), expected.end());
  for (const auto& [when, rank, what] : expected) {
    const auto event = queue.pop();
    REQUIRE(event);
    REQUIRE(event->at == when);
    REQUIRE(event->rank() == rank);
    REQUIRE(event->what == what);
  }
  CHECK(queue.empty());
}

}  // namespace sluice
