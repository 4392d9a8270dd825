#pragma once
// The Pass that the engine hands to schedulers: the live state behind the views, Apply behind the verbs, and what is
// already known not to fit in between, so that it is not tried again.

#include <cstdint>
#include <vector>

#include "policies/api/pass.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/admission.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/outlook.hpp"
#include "simulator/engine/placer.hpp"

namespace sluice {

/// Whether known failures are remembered. `off` is for the proof that they change nothing.
enum class Memo : std::uint8_t { on, off };

/// One object a simulation; begin() and finish() bracket each pass.
///
/// A shape that did not fit goes on not fitting until something is released, jobs that were passed over stay so as long
/// as the same promise stands too, and the outlook holds for as long. These only ever save work: decisions are equal
/// without them. That a shape which broke the promise is not tried again under the same promise is a rule: a job that
/// started since could have made placement choose other nodes, but that is not looked for.
class LivePass final : public Pass {
 public:
  LivePass(State& state, Apply& apply, Admission& admission, const Shapes& shapes, const Placement& placement,
           Memo memo);

  void begin(Time now);
  void finish();

  /// What one pass remembers for the next.
  void fields(Archive& archive) {
    archive(last_promise_, promise_number_, promise_epoch_, looked_for_, looked_at_, memos_, walked_epoch_, walked_promise_,
            blocked_before_);
    outlook_.fields(archive, shapes_);
  }

  Time now() const override { return now_; }
  const JobTable& jobs() const override { return state_.jobs; }
  const WaitingQueue& queue() const override { return state_.queue; }
  const Cluster& cluster() const override { return state_.cluster; }
  const RunningJobs& running() const override { return state_.running; }
  const Shape& shape(JobId job) const override { return shapes_[state_.jobs.job(job).shape]; }

  Verdict try_start(JobId job) override;
  Verdict start_on(JobId job, const Allocation& where) override;
  Time will_run(JobId job) override;
  void reserve(JobId job, Time at, Promise kind) override;
  std::optional<JobId> next_candidate(JobId after) override;
  std::vector<JobId> candidates(JobId after) override;
  void set_reason(JobId job, Reason reason) override;

 private:
  struct Promised {
    JobId job;
    Time at{};
    Promise kind = Promise::flexible;
    bool operator==(const Promised&) const = default;
    friend void fields(Archive& archive, Promised& promised) { all_fields<3>(archive, promised); }
  };
  struct ShapeMemo {
    std::uint64_t no_room_at = 0;      ///< the release epoch at which it did not fit
    std::uint64_t breaks_promise = 0;  ///< the promise (by number) that it broke
    friend void fields(Archive& archive, ShapeMemo& memo) { all_fields<2>(archive, memo); }
  };
  /// The first untried job of a shape, for the merge over shapes.
  struct Head {
    QueueKey key;
    ShapeId shape;
    friend bool operator<(const Head& a, const Head& b) { return b.key < a.key; }  // std heaps put the largest first
  };

  bool ends_in_time(Duration length) const { return !promise_ || now_ + length <= promise_->at; }
  bool may_fit(ShapeId shape) const;
  bool may_outlast(ShapeId shape) const;
  std::optional<QueueKey> next_of_shape(ShapeId shape, const QueueKey& after) const;
  void open_walk(JobId after);
  bool only_arrivals_are_new() const;
  std::optional<Reason> limit_of(JobId job) const;
  Verdict set_aside(JobId job, Reason limit);
  Verdict start_within_limits(JobId job, Allocation&& where, Outlook::Until until);
  bool place(JobId job, ShapeId shape, Allocation& where, const NodeSet* avoid = nullptr);
  Verdict place_and_start(JobId job, ShapeId shape);
  Verdict start_beside_promise(JobId job, ShapeId shape);
  void give_reasons();
  bool waits_in_queue(JobId job) const;
  void started(JobId job, Allocation&& allocation, Outlook::Until until);

  State& state_;
  Apply& apply_;
  Admission& admission_;
  const Shapes& shapes_;
  Placer placer_;
  Outlook outlook_;
  const Memo memo_;
  Time now_{};

  std::optional<Promised> promise_;
  std::optional<Promised> last_promise_;
  std::uint64_t promise_number_ = 1;
  std::uint64_t promise_epoch_ = 0;     ///< release epoch at which the standing promise was made
  std::optional<JobId> looked_for_;     ///< whom the outlook was made for
  std::uint64_t looked_at_ = 0;         ///< release epoch of the outlook

  std::vector<ShapeMemo> memos_;
  bool walking_ = false;
  bool exhausted_ = false;              ///< the last walk saw all there was
  std::uint64_t walked_epoch_ = 0, walked_promise_ = 0;
  std::vector<Head> heap_;
  std::optional<Head> last_head_;
  std::vector<QueueKey> fresh_;         ///< descending, so that the next one is at the back
  bool fresh_only_ = false;
  std::vector<JobId> blocked_, blocked_before_;  ///< who waits for resources in this pass, and in the last one
};

}  // namespace sluice
