#pragma once
// What a scheduler can see and do while it decides. The engine hands a Pass to the scheduler; views stay current, and
// every verb applies at once, so that the next question sees its effect.

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/running_jobs.hpp"
#include "simulator/model/shape.hpp"
#include "simulator/model/waiting_queue.hpp"

namespace sluice {

/// The answer of a verb: done, or Slurm's Reason why not.
class [[nodiscard]] Verdict {
 public:
  static Verdict yes() { return Verdict{std::nullopt}; }
  static Verdict no(Reason reason) { return Verdict{reason}; }
  explicit operator bool() const { return !reason_; }
  Reason reason() const { return reason_.value_or(Reason::none); }
  /// No, because of a limit, or for want of licences: the job has left the queue until something changes, and stands in nobody's way.
  bool is_set_aside() const { return reason_ && (is_limit(*reason_) || *reason_ == Reason::licenses); }

 private:
  explicit Verdict(std::optional<Reason> reason) : reason_{reason} {}
  std::optional<Reason> reason_;
};

/// What a promise lets pass.
enum class Promise : std::uint8_t {
  flexible,  ///< jobs that end in time, and jobs beside which the promised one still fits at its moment
  strict,    ///< only jobs that end in time
};

/// One decision of a scheduler at one instant.
class Pass {
 public:
  virtual ~Pass() = default;

  virtual Time now() const = 0;
  virtual const JobTable& jobs() const = 0;
  /// Waiting jobs that may be considered, in order.
  virtual const WaitingQueue& queue() const = 0;
  virtual const Cluster& cluster() const = 0;
  virtual const RunningJobs& running() const = 0;
  virtual const Shape& shape(JobId job) const = 0;

  /// Starts a waiting job now if it fits. With a promise in force (`reserve`) a job that would still run at the
  /// promised time starts only where it leaves the promise intact. On "no" nothing has changed.
  virtual Verdict try_start(JobId job) = 0;

  /// Starts a waiting job now on exactly these resources if they are free (else "no", and nothing has changed). The
  /// devices of its GPUs are chosen now.
  virtual Verdict start_on(JobId job, const Allocation& where) = 0;

  /// The earliest moment at which the job fits if running jobs end when they are expected to; it is `now()` or later.
  /// Always exists for a queued job. Cached until something is released.
  virtual Time will_run(JobId job) = 0;

  /// Promises that the job can start at `at`, until the pass ends. At most one promise is in force. A flexible promise
  /// is for what will_run(job) said last.
  virtual void reserve(JobId job, Time at, Promise kind) = 0;

  /// The next job behind `after` in the queue, and behind any job this call returned in this pass, that might start
  /// now: jobs whose shape is known not to fit, and jobs too long for the promise whose shape is known to break it,
  /// are passed over without being touched. nullopt when there is none.
  virtual std::optional<JobId> next_candidate(JobId after) = 0;

  /// All jobs behind `after` that next_candidate() might return, in queue order. O(their number).
  virtual std::vector<JobId> candidates(JobId after) = 0;

  /// Why a job that goes on waiting does so.
  virtual void set_reason(JobId job, Reason reason) = 0;
};

}  // namespace sluice
