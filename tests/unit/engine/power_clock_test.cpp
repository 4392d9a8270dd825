#include "simulator/engine/power_clock.hpp"

#include <catch2/catch.hpp>

namespace sluice {
namespace {

using std::chrono::seconds;

Time at(int second) { return Time{seconds{second}}; }

PowerSettings rates(std::int64_t down, std::int64_t up) {
  PowerSettings settings;
  settings.suspend_rate = down;
  settings.resume_rate = up;
  return settings;
}

TEST_CASE("the power_save thread looks every 10 s, and a second after each change of a node") {
  PowerClock clock{rates(0, 0), at(0)};
  CHECK(clock.look_from(at(0)) == at(1));  // slurmctld's start is a change
  CHECK(clock.look_from(at(2)) == at(11));
  CHECK(clock.look_from(at(32)) == at(41));
  clock.node_changed(at(14));
  CHECK(clock.look_from(at(12)) == at(14));
  CHECK(clock.look_from(at(15)) == at(15));  // what has changed in the second of a look is looked at again
  CHECK(clock.look_from(at(16)) == at(25));
  CHECK_FALSE(clock.look(at(20)));
  CHECK(clock.look(at(25)));
  CHECK(clock.look_from(at(0)) == at(35));
}

TEST_CASE("power_save_min_interval puts looks off, power_save_interval spreads them") {
  PowerSettings settings = rates(0, 0);
  settings.interval = seconds{60};
  settings.min_interval = seconds{5};
  PowerClock clock{settings, at(0)};
  CHECK(clock.look_from(at(0)) == at(5));
  CHECK(clock.look_from(at(6)) == at(65));
  clock.node_changed(at(7));
  CHECK(clock.look_from(at(6)) == at(10));
}

TEST_CASE("SuspendRate and ResumeRate are counts that shrink from look to look, and are forgotten after a minute") {
  PowerClock clock{rates(2, 1), at(0)};
  REQUIRE(clock.look(at(1)));
  clock.goes_down();
  CHECK(clock.may_go_down());
  clock.goes_down();
  clock.comes_up();
  CHECK_FALSE(clock.may_go_down());
  CHECK_FALSE(clock.may_come_up());
  REQUIRE(clock.look(at(11)));  // 1.67 and 0.83
  CHECK_FALSE(clock.may_go_down());
  CHECK_FALSE(clock.may_come_up());
  REQUIRE(clock.look(at(31)));  // 1.16 and 0.58
  CHECK(clock.may_go_down());
  CHECK_FALSE(clock.may_come_up());
  REQUIRE(clock.look(at(41)));  // 0.96 and 0.48
  CHECK(clock.may_come_up());
}

}  // namespace
}  // namespace sluice
