#pragma once
// When the next pass and the next backfill cycle are due: slurmctld's timers and triggers, without the work.

#include <cstdint>
#include <optional>

#include "policies/api/controller.hpp"
#include "policies/scheduler/slurm/main_pass.hpp"
#include "policies/scheduler/slurm/settings.hpp"
#include "simulator/base/archive.hpp"

namespace sluice::scheduler::slurm {

/// Passes are begun by a loop that ticks every second from slurmctld's start on: over the whole queue every
/// sched_interval, else for a trigger, batch_sched_delay after the loop's last pass at the earliest. The end of a job
/// asks for a pass at once. Cycles begin bf_interval after the end of the last one, or on a later second's beat when
/// something has changed. While nothing waits
/// no pass is due, but those that would have come count.
/// Source: slurmctld's controller.c and backfill.c; slurm.conf(5) SchedulerParameters.
class LoopClock {
 public:
  explicit LoopClock(const ClockSettings& settings) : settings_{settings} {}

  void boot(Time now, Duration cycle_beat = Duration{});
  void on(Happening what, Time now);

  /// The pass that is due at `now`.
  std::optional<PassDepth> due_pass(Time now) const;
  bool is_cycle_due(Time now) const;
  /// The first moment at which something is due; nullopt: none before something happens.
  std::optional<Time> next() const;

  /// A pass has been made; whether it has started a job or changed a Reason counts for the next cycle.
  void passed(PassDepth depth, Time now, std::optional<Time> changed_something);
  /// A cycle has been made that was over at `ended`.
  void cycled(Time ended);
  /// Jobs are cleaning up: asks again a second later.
  void put_off_cycle(Time now);
  /// Nothing waits: until something happens no pass is due.
  void fall_idle() { is_idle_ = true; }

  void fields(Archive& archive) {
    archive(boot_, last_full_, last_of_loop_, at_once_, triggered_, cycle_from_, changed_, is_idle_);
  }

 private:
  Time tick_from(Time at) const;
  std::optional<Time> next_full() const;
  std::optional<Time> next_triggered() const;
  std::optional<Time> next_cycle() const;
  void wake(Time now);

  ClockSettings settings_;
  Time boot_{};
  Time last_full_{};                ///< a whole number of intervals after the start
  Time last_of_loop_{};             ///< the last pass that the loop began
  std::optional<Time> at_once_;     ///< when a pass was asked for at once
  std::optional<Time> triggered_;   ///< since when a pass is wanted
  Time cycle_from_{};               ///< the earliest moment of the next cycle
  std::optional<Time> changed_;     ///< since when there is something new for a cycle
  bool is_idle_ = false;
};

}  // namespace sluice::scheduler::slurm
