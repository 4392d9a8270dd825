// sched/backfill and sched/builtin: slurmctld's own schedulers, with their periods and depths.

#include "policies/scheduler/slurm/loops.hpp"

#include "policies/scheduler/catalogue.hpp"
#include "policies/scheduler/slurm/backfill_cycle.hpp"
#include "policies/scheduler/slurm/clock.hpp"
#include "policies/scheduler/slurm/option_table.hpp"

namespace sluice::scheduler {
namespace {

using namespace slurm;

class Loops final : public SchedulerLoops {
 public:
  explicit Loops(const Settings& settings)
      : clock_{settings.clock}, pass_{settings.main, &ranks_}, cycle_{settings.backfill, nullptr, &ranks_} {
    complete_wait_ = settings.clock.complete_wait;
  }

  void boot(Time now, Duration cycle_beat) override { clock_.boot(now, cycle_beat); }
  void on(Happening what, Time now) override { clock_.on(what, now); }
  std::optional<Time> next_run() const override {
    const auto next = clock_.next();
    return next ? std::optional{std::max(*next, busy_until_)} : next;
  }

  /// A pass goes before a cycle of the same instant.
  void run(Controller& controller, Time now) override {
    if (const auto depth = clock_.due_pass(now)) {
      const bool changed = pass_.run(controller, *depth);
      clock_.passed(*depth, now, changed ? std::optional{now} : std::nullopt);
      busy_until_ = now + pass_.cost();
    }
    if (busy_until_ <= now && clock_.is_cycle_due(now)) run_cycle(controller, now);
    if (controller.pending().empty()) clock_.fall_idle();
  }

  /// Passes and cycles are whole in one moment, and what they know of answers is asked for again.
  void fields(Archive& archive) override { archive(clock_, busy_until_, ranks_); }

 private:
  void run_cycle(Controller& controller, Time now) {
    const auto completing = controller.last_completing();
    if (completing && controller.now() < *completing + complete_wait_) return clock_.put_off_cycle(now);
    cycle_.run(controller);
    busy_until_ = now + cycle_.cost();
    clock_.cycled(busy_until_);
    // A job that was tested has a new estimate of its start, which is news enough for the next cycle.
    if (cycle_.tests() > 0) clock_.on(Happening::priorities_changed, now);
  }

  LoopClock clock_;
  HetRanks ranks_;
  MainPass pass_;
  BackfillCycle cycle_;
  std::chrono::seconds complete_wait_{};
  Time busy_until_ = Time::min();  ///< what decisions have cost
};

}  // namespace

std::unique_ptr<SchedulerLoops> slurm::make_loops(const Settings& settings) {
  return std::make_unique<Loops>(settings);
}

namespace {

std::unique_ptr<SchedulerLoops> make_backfill(const Options& options, const ClusterSpec& cluster) {
  return slurm::make_loops(read_settings(options, cluster));
}

std::unique_ptr<SchedulerLoops> make_builtin(const Options& options, const ClusterSpec& cluster) {
  Settings settings = read_settings(options, cluster);
  settings.clock.cycle.reset();
  return slurm::make_loops(settings);
}

}  // namespace

constinit const LoopsEntry slurm_backfill{
    "sched/backfill", "slurmctld's main loop and its backfill cycles", option_table, make_backfill};
constinit const LoopsEntry slurm_builtin{
    "sched/builtin", "slurmctld's main loop alone: strict order in each partition", option_table, make_builtin};

}  // namespace sluice::scheduler
