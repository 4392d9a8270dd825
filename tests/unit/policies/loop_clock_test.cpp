#include "policies/scheduler/slurm/clock.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

namespace sluice::scheduler::slurm {
namespace {

using namespace std::chrono_literals;

Time at(Duration since) { return Time{since}; }

/// Runs whatever is due up to `until` and tells it: "60 full, 62 pass, 64 cycle".
std::string run(LoopClock& clock, Duration until) {
  std::string text;
  while (const auto next = clock.next()) {
    if (*next > at(until)) break;
    const auto tell = [&](std::string_view what) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_seconds(next->time_since_epoch()), what);
    };
    if (const auto depth = clock.due_pass(*next)) {
      tell(*depth == PassDepth::full ? "full" : "pass");
      clock.passed(*depth, *next, std::nullopt);
    }
    if (clock.is_cycle_due(*next)) {
      tell("cycle");
      clock.cycled(*next);
    }
  }
  return text;
}

LoopClock booted(ClockSettings settings = {}) {
  LoopClock clock{settings};
  clock.boot(at(0s));
  return clock;
}

}  // namespace

TEST_CASE("the whole queue is passed every minute, the first time a minute after the start", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::priorities_changed, at(0s));
  CHECK(run(clock, 200s) == "60 full, 120 full, 180 full");
}

TEST_CASE("submissions are gathered for three seconds after the loop's last pass", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::priorities_changed, at(0s));
  CHECK(run(clock, 60s) == "60 full");
  clock.on(Happening::job_submitted, at(60500ms));
  clock.on(Happening::job_submitted, at(61200ms));
  CHECK(run(clock, 119s) == "63 pass");
}

TEST_CASE("a submission long after the last pass waits for the next tick only", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::job_submitted, at(10300ms));
  CHECK(run(clock, 20s) == "11 pass");
  clock.on(Happening::job_submitted, at(12s));
  clock.on(Happening::job_changed, at(13s));
  CHECK(run(clock, 20s) == "14 pass");
}

TEST_CASE("the end of a job asks for a pass at once and leaves the loop's three seconds alone", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::job_submitted, at(10s));
  CHECK(run(clock, 10s) == "10 pass");
  clock.on(Happening::job_ended, at(11250ms));
  CHECK(run(clock, 12s) == "11.25 pass");
  clock.on(Happening::job_submitted, at(12s));
  CHECK(run(clock, 20s) == "13 pass");
}

TEST_CASE("with defer the end of a job is a trigger like others", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  settings.defer = true;
  LoopClock clock = booted(settings);
  clock.on(Happening::job_ended, at(11250ms));
  CHECK(run(clock, 20s) == "12 pass");
}

TEST_CASE("a cycle begins bf_interval after the last one ended, or on the second's beat after something new",
          "[unit][loop_clock]") {
  ClockSettings settings;
  settings.full_pass.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::job_submitted, at(5s));
  CHECK(run(clock, 100s) == "30 cycle");
  clock.on(Happening::priorities_changed, at(100400ms));
  CHECK(run(clock, 110s) == "101 cycle");
  clock.on(Happening::job_ended, at(102s));
  CHECK(run(clock, 200s) == "131 cycle");
}

TEST_CASE("a refused submission is something new for a cycle, and nothing for a pass", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.full_pass = std::chrono::hours{1};
  LoopClock clock = booted(settings);
  clock.on(Happening::job_refused, at(35s));
  CHECK(run(clock, 60s) == "35 cycle");
}

TEST_CASE("while nothing waits no pass is due, but the minutes go on", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::priorities_changed, at(0s));
  CHECK(run(clock, 60s) == "60 full");
  clock.fall_idle();
  CHECK_FALSE(clock.next());
  clock.on(Happening::job_submitted, at(601s));  // two seconds after the pass of minute 10 that nobody needed
  CHECK(run(clock, 660s) == "603 pass, 660 full");
}

TEST_CASE("the full passes before the first submission have been, and found nothing", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.cycle.reset();
  LoopClock clock{settings};
  clock.boot(at(-100s));
  CHECK_FALSE(clock.next());
  clock.on(Happening::job_submitted, at(0s));  // full passes at -40 and 20
  CHECK(run(clock, 90s) == "0 pass, 20 full, 80 full");
}

TEST_CASE("sched_interval=-1 turns the main loop off, bf_interval=-1 the cycles", "[unit][loop_clock]") {
  ClockSettings settings;
  settings.full_pass.reset();
  settings.cycle.reset();
  LoopClock clock = booted(settings);
  clock.on(Happening::job_submitted, at(5s));
  clock.on(Happening::job_ended, at(6s));
  CHECK_FALSE(clock.next());
}

}  // namespace sluice::scheduler::slurm
