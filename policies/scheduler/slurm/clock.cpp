#include "policies/scheduler/slurm/clock.hpp"

#include <algorithm>

namespace sluice::scheduler::slurm {
namespace {

std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

/// The first moment >= at that is a whole number of seconds after `phase`.
Time beat_from(Time phase, Time at) {
  if (at <= phase) return phase;
  return phase + std::chrono::ceil<std::chrono::seconds>(at - phase);
}

}  // namespace

void LoopClock::boot(Time now, Duration cycle_beat) {
  boot_ = last_full_ = last_of_loop_ = now;
  at_once_ = triggered_ = changed_ = std::nullopt;
  if (settings_.cycle) cycle_from_ = now + cycle_beat + *settings_.cycle;
  fall_idle();  // nothing waits yet: the minutes before the first submission count, and their passes find nothing
}

Time LoopClock::tick_from(Time at) const { return beat_from(boot_, at); }

/// The full passes of the idle time have come and gone.
void LoopClock::wake(Time now) {
  if (!is_idle_) return;
  is_idle_ = false;
  if (!settings_.full_pass) return;
  const Duration interval = *settings_.full_pass;
  if (interval > Duration{} && now > last_full_)
    last_full_ += (now - last_full_ - Duration{1}) / interval * interval;
  last_of_loop_ = std::max(last_of_loop_, last_full_);
}

void LoopClock::on(Happening what, Time now) {
  wake(now);
  if (!changed_) changed_ = now;
  switch (what) {
    case Happening::job_ended:
      if (settings_.defer) {
        if (!triggered_) triggered_ = now;
      } else {
        at_once_ = now;
      }
      return;
    case Happening::priorities_changed:
    case Happening::node_lost:
    case Happening::job_refused:
    case Happening::job_configured:
      return;
    default:
      if (!triggered_) triggered_ = now;
  }
}

std::optional<Time> LoopClock::next_full() const {
  if (!settings_.full_pass || is_idle_) return std::nullopt;
  return tick_from(last_full_ + *settings_.full_pass);
}

std::optional<Time> LoopClock::next_triggered() const {
  if (!settings_.full_pass || !triggered_) return std::nullopt;
  return tick_from(std::max(*triggered_, last_of_loop_ + settings_.batch_delay));
}

std::optional<Time> LoopClock::next_cycle() const {
  if (!settings_.cycle || !changed_) return std::nullopt;
  return beat_from(cycle_from_, *changed_);
}

std::optional<Time> LoopClock::next() const {
  return earlier(earlier(settings_.full_pass ? at_once_ : std::nullopt, next_full()),
                 earlier(next_triggered(), next_cycle()));
}

std::optional<PassDepth> LoopClock::due_pass(Time now) const {
  if (const auto full = next_full(); full && *full <= now) return PassDepth::full;
  if (const auto triggered = next_triggered(); triggered && *triggered <= now) return PassDepth::limited;
  if (settings_.full_pass && at_once_ && *at_once_ <= now) return PassDepth::limited;
  return std::nullopt;
}

bool LoopClock::is_cycle_due(Time now) const {
  const auto cycle = next_cycle();
  return cycle && *cycle <= now;
}

void LoopClock::passed(PassDepth depth, Time now, std::optional<Time> changed_something) {
  const auto triggered = next_triggered();
  const bool is_of_loop = depth == PassDepth::full || (triggered && *triggered <= now);
  if (is_of_loop) {
    last_of_loop_ = now;
    triggered_.reset();
  }
  if (depth == PassDepth::full) last_full_ = now;
  at_once_.reset();
  if (!changed_) changed_ = changed_something;
}

void LoopClock::cycled(Time ended) {
  changed_.reset();
  cycle_from_ = ended + settings_.cycle.value_or(std::chrono::seconds{});
}

void LoopClock::put_off_cycle(Time now) {
  cycle_from_ = now + std::chrono::seconds{1};
}

}  // namespace sluice::scheduler::slurm
