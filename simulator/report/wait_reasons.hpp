#pragma once
// Why jobs waited: the time that all jobs together spent pending, by Reason.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/report/summary.hpp"

namespace sluice::report {

/// The time of a pending job counts for the Reason that it has, so that each moment of each job counts once. Costs one
/// byte a job, and O(1) an event.
class WaitReasons final : public Observer {
 public:
  /// `jobs` is a hint.
  explicit WaitReasons(std::size_t jobs = 0) { slot_of_.reserve(jobs); }
  /// To be said before the run: only jobs submitted in the window count.
  void measure(const std::optional<MeasureWindow>& window) { window_ = window; }

  void job_submitted(JobId job, Time now) override {
    if (window_ && !window_->contains(now)) return;
    if (job.index() >= slot_of_.size()) slot_of_.resize(job.index() + 1, not_waiting);
    move(job, now, slot(Reason::none));
  }
  void reason_changed(JobId job, Time now, Reason reason) override {
    if (waits(job)) move(job, now, slot(reason));
  }
  void job_started(JobId job, Time now, const Allocation&) override {
    if (waits(job)) move(job, now, not_waiting);
  }
  void job_dropped(JobId job, Time now, EndState) override {
    if (waits(job)) move(job, now, not_waiting);
  }

  /// Seconds of all jobs up to `now`, the greatest first; Reasons without any are left out.
  std::vector<WaitedFor> sums(Time now) const;

  void fields(Archive& archive) { archive(slot_of_, sums_); }

 private:
  static constexpr std::uint8_t not_waiting = 0xff;
  /// Of one Reason: how many jobs wait for it since `at`, and their time before that.
  struct Sum {
    Reason reason = Reason::none;
    std::int64_t jobs = 0, job_ms = 0;
    Time at{};
    void bring_to(Time now) {
      job_ms += jobs * (now - at).count();
      at = now;
    }
    friend void fields(Archive& archive, Sum& sum) { all_fields<4>(archive, sum); }
  };

  bool waits(JobId job) const { return job.index() < slot_of_.size() && slot_of_[job.index()] != not_waiting; }
  std::uint8_t slot(Reason reason);
  void move(JobId job, Time now, std::uint8_t to) {
    std::uint8_t& slot = slot_of_[job.index()];
    add(slot, now, -1);
    add(to, now, 1);
    slot = to;
  }
  void add(std::uint8_t slot, Time now, std::int64_t jobs) {
    if (slot == not_waiting) return;
    sums_[slot].bring_to(now);
    sums_[slot].jobs += jobs;
  }

  std::optional<MeasureWindow> window_;
  std::vector<std::uint8_t> slot_of_;  ///< by job: its row of sums_
  std::vector<Sum> sums_;              ///< in the order in which Reasons came up: a handful
};

}  // namespace sluice::report
