#include "simulator/engine/power_clock.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr Duration beat = std::chrono::seconds{1};

Duration whole_beats(Duration length) { return std::max(beat, Duration{std::chrono::ceil<std::chrono::seconds>(length)}); }

}  // namespace

PowerClock::PowerClock(const PowerSettings& settings, Time start)
    : soon_{whole_beats(settings.min_interval)}, late_{std::max(soon_, whole_beats(settings.interval))},
      suspend_rate_{settings.suspend_rate}, resume_rate_{settings.resume_rate}, last_{start}, changed_{start} {}

/// The thread compares whole seconds: what has changed in the second of a look is looked at again.
bool PowerClock::has_news(Time look) const { return floor_seconds(changed_) >= floor_seconds(look); }

Time PowerClock::after(Time look) const {
  if (!has_news(look)) return look + late_;
  const Duration until_change = std::chrono::ceil<std::chrono::seconds>(changed_ - look);
  return look + std::min(late_, std::max(soon_, until_change));
}

void PowerClock::move_to(Time look) {
  const auto seconds = (floor_seconds(look) - floor_seconds(last_)).count();
  const float share = seconds >= 60 ? 0.0F : static_cast<float>(60 - seconds) / 60.0F;
  went_down_ *= share;
  came_up_ *= share;
  last_ = look;
}

void PowerClock::catch_up(Time now) {
  for (Time next = after(last_); next < now; next = after(last_)) move_to(next);
}

void PowerClock::node_changed(Time now) {
  catch_up(now);
  changed_ = now;
}

Time PowerClock::look_from(Time due) const {
  Time look = after(last_);
  while (look < due && has_news(look)) look = after(look);
  if (look < due) look += (due - look + late_ - Duration{1}) / late_ * late_;
  return look;
}

bool PowerClock::look(Time now) {
  catch_up(now);
  if (after(last_) != now) return false;
  move_to(now);
  return true;
}

}  // namespace sluice
