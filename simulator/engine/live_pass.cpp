#include "simulator/engine/live_pass.hpp"

#include <algorithm>

namespace sluice {

LivePass::LivePass(State& state, Apply& apply, Admission& admission, const Shapes& shapes, const Placement& placement,
                   Memo memo)
    : state_{state}, apply_{apply}, admission_{admission}, shapes_{shapes}, placer_{state.cluster, placement},
      outlook_{state.cluster, state.running}, memo_{memo}, memos_(shapes.size()) {}

void LivePass::begin(Time now) {
  now_ = now;
  promise_.reset();
  blocked_.clear();
  walking_ = exhausted_ = false;
}

void LivePass::finish() {
  give_reasons();
  state_.arrived.clear();
  walked_epoch_ = exhausted_ ? state_.release_epoch : 0;
  walked_promise_ = promise_number_;
}

void LivePass::set_reason(JobId id, Reason reason) {
  if (reason == Reason::resources) blocked_.push_back(id);
  apply_.set_reason(id, reason);
}

/// Every job that waits has the Reason that it waits for now: what the scheduler said in this pass; Resources for the
/// first in the queue; Priority for all behind it, also for one that was first before, or that no limit stops any more.
void LivePass::give_reasons() {
  if (blocked_.empty() && !state_.queue.empty()) set_reason(state_.queue.front().place.job, Reason::resources);
  for (const JobId id : blocked_before_)
    if (waits_in_queue(id) && std::find(blocked_.begin(), blocked_.end(), id) == blocked_.end())
      apply_.set_reason(id, Reason::priority);
  for (const JobId id : state_.arrived) {
    const Reason reason = state_.jobs.job(id).reason;
    if (waits_in_queue(id) && (reason == Reason::none || reason == Reason::licenses || is_limit(reason) || is_hindrance(reason)))
      apply_.set_reason(id, Reason::priority);
  }
  blocked_before_.swap(blocked_);
}

bool LivePass::waits_in_queue(JobId id) const {
  return state_.standing[id.index()].is_queued && std::holds_alternative<Pending>(state_.jobs.job(id).state);
}

bool LivePass::may_fit(ShapeId id) const {
  if (memo_ == Memo::on && memos_[id.index()].no_room_at == state_.release_epoch) return false;
  const Shape& shape = shapes_[id];
  const auto& total = state_.cluster.total();
  const auto& used = state_.cluster.used();
  return shape.cpus <= total.cpus - used.cpus && shape.gpus <= total.gpus - used.gpus;
}

bool LivePass::may_outlast(ShapeId id) const {
  if (!promise_) return true;
  if (promise_->kind == Promise::strict) return false;
  if (memos_[id.index()].breaks_promise == promise_number_) return false;
  return memo_ == Memo::off || !outlook_.refuses(shapes_[id]);
}

Verdict LivePass::set_aside(JobId id, Reason limit) {
  apply_.set_aside(id, limit);
  return Verdict::no(limit);
}

/// What stops it whatever the nodes. Source: job_scheduler.c: jobs that want for licences block nobody.
std::optional<Reason> LivePass::limit_of(JobId id) const {
  if (state_.accounts)
    if (const auto limit = state_.accounts->may_be_considered(id)) return limit;
  if (state_.licenses && state_.licenses->are_short(state_.jobs.spec(id))) return Reason::licenses;
  return std::nullopt;
}

Verdict LivePass::try_start(JobId id) {
  const ShapeId shape = state_.jobs.job(id).shape;
  if (const auto limit = limit_of(id)) return set_aside(id, *limit);
  if (!may_fit(shape)) return Verdict::no(Reason::resources);
  const bool is_promised = promise_ && promise_->job == id;
  const Duration length = state_.standing[id.index()].length;
  if (is_promised || ends_in_time(length)) return place_and_start(id, shape);
  if (!may_outlast(shape)) return Verdict::no(Reason::priority);
  return start_beside_promise(id, shape);
}

/// In the job's first partition with room. That a shape fits nowhere is remembered; that those partitions of a job which
/// do take it have no room is not, as other jobs of its shape may be taken by more.
bool LivePass::place(JobId id, ShapeId shape, Allocation& where, const NodeSet* avoid) {
  if (!placer_.place(shapes_[shape], where, avoid)) {
    if (avoid == nullptr) memos_[shape.index()].no_room_at = state_.release_epoch;
    return false;
  }
  if (shapes_[shape].places.size() == 1 || !admission_.bars(id, where.partition)) return true;
  Shape rest = shapes_[shape];
  std::erase_if(rest.places, [&](const Place& one) { return admission_.bars(id, one.partition).has_value(); });
  where = Allocation{};
  return placer_.place(rest, where, avoid);
}

Verdict LivePass::place_and_start(JobId id, ShapeId shape) {
  Allocation where = state_.cluster.recycled();
  if (!place(id, shape, where)) return Verdict::no(Reason::resources);
  return start_within_limits(id, std::move(where), Outlook::Until::before);
}

/// A job that would outlast the promise starts where the promised job still fits at its moment: first where placement
/// would put it, else on nodes that are of no use to the promised job.
Verdict LivePass::start_beside_promise(JobId id, ShapeId shape) {
  Allocation where = state_.cluster.recycled();
  if (!place(id, shape, where)) return Verdict::no(Reason::resources);
  if (!outlook_.admits(where)) {
    where = Allocation{};
    bool found = false;
    if (state_.cluster.node_count() > 1 && !shapes_[shape].counts_cpus_only) {
      NodeSet useful{state_.cluster.node_count()};
      for (const auto row : state_.cluster.listed()) useful |= state_.cluster.bucket(row).nodes;
      useful -= outlook_.harmless();
      found = place(id, shape, where, &useful) && outlook_.admits(where);
    }
    if (!found) {
      memos_[shape.index()].breaks_promise = promise_number_;
      return Verdict::no(Reason::priority);
    }
  }
  return start_within_limits(id, std::move(where), Outlook::Until::beyond);
}

Verdict LivePass::start_within_limits(JobId id, Allocation&& where, Outlook::Until until) {
  if (state_.accounts)
    if (const auto limit = state_.accounts->may_start(id, where)) return set_aside(id, *limit);
  started(id, std::move(where), until);
  return Verdict::yes();
}

Verdict LivePass::start_on(JobId id, const Allocation& where) {
  for (const NodeRun& run : where.runs)
    for (std::uint32_t node = run.first; node < run.first + run.count; ++node) {
      const std::uint32_t row = state_.cluster.bucket_of(NodeId{node});
      if (row == Cluster::no_bucket || pieces_in(state_.cluster.bucket(row).free, where.takes[run.take], 1) < 1)
        return Verdict::no(Reason::resources);
    }
  if (const auto limit = limit_of(id)) return set_aside(id, *limit);
  Allocation with_devices = where;
  placer_.add_devices(with_devices);
  return start_within_limits(id, std::move(with_devices), Outlook::Until::before);
}

void LivePass::started(JobId id, Allocation&& allocation, Outlook::Until until) {
  outlook_.started(allocation, until);
  apply_.start(id, std::move(allocation), now_);
  // Taken to be back by the outlook's moment, but believed to run on: a job that goes before the one looked for, or one
  // whose run is believed longer once it has started. The next look must count it.
  if (until == Outlook::Until::before && std::get<Running>(state_.jobs.job(id).state).expected_end > outlook_.at())
    looked_for_.reset();
}

Time LivePass::will_run(JobId id) {
  // A moment that has passed was made of jobs that should have ended and have not: suspended ones, or late ones.
  if (memo_ == Memo::on && looked_for_ == id && looked_at_ == state_.release_epoch && outlook_.at() >= now_)
    return outlook_.at();
  looked_for_ = id;
  looked_at_ = state_.release_epoch;
  return outlook_.look(shape(id), now_);
}

void LivePass::reserve(JobId id, Time at, Promise kind) {
  promise_ = Promised{id, at, kind};
  if (last_promise_ == promise_ && promise_epoch_ == state_.release_epoch) return;
  last_promise_ = promise_;
  promise_epoch_ = state_.release_epoch;
  ++promise_number_;
}

bool LivePass::only_arrivals_are_new() const {
  return memo_ == Memo::on && walked_epoch_ == state_.release_epoch && walked_promise_ == promise_number_;
}

std::optional<QueueKey> LivePass::next_of_shape(ShapeId id, const QueueKey& after) const {
  const auto any = [](const auto&) { return true; };
  const auto& entries = state_.queue.of_shape(id);
  const QueueEntry* found = nullptr;
  if (may_outlast(id)) {
    found = entries.find_after(after, any, any);
  } else {
    const Duration slack = promise_->at - now_;
    found = entries.find_after(after, [&](const ShortestLength& s) { return s.shortest <= slack; },
                               [&](const QueueEntry& e) { return e.length <= slack; });
  }
  return found == nullptr ? std::nullopt : std::optional{found->place};
}

void LivePass::open_walk(JobId after) {
  walking_ = true;
  heap_.clear();
  fresh_.clear();
  last_head_.reset();
  const QueueKey from = state_.key(after);
  fresh_only_ = only_arrivals_are_new();
  if (fresh_only_) {
    for (const JobId id : state_.arrived)
      if (state_.standing[id.index()].is_queued && from < state_.key(id))
        fresh_.push_back(state_.key(id));
    std::sort(fresh_.begin(), fresh_.end(), [](const QueueKey& a, const QueueKey& b) { return b < a; });
    fresh_.erase(std::unique(fresh_.begin(), fresh_.end()), fresh_.end());  // one may have left and come again
    return;
  }
  for (const ShapeId shape : state_.queue.shapes())
    if (may_fit(shape))
      if (const auto first = next_of_shape(shape, from)) heap_.push_back({*first, shape});
  std::make_heap(heap_.begin(), heap_.end());
}

std::optional<JobId> LivePass::next_candidate(JobId after) {
  if (!walking_) open_walk(after);
  if (fresh_only_) {
    while (!fresh_.empty()) {
      const JobId job = fresh_.back().job;
      fresh_.pop_back();
      const ShapeId shape = state_.jobs.job(job).shape;
      const Duration length = state_.standing[job.index()].length;
      if (may_fit(shape) && (ends_in_time(length) || may_outlast(shape))) return job;
    }
    exhausted_ = true;
    return std::nullopt;
  }
  if (last_head_ && may_fit(last_head_->shape))
    if (const auto next = next_of_shape(last_head_->shape, last_head_->key)) {
      heap_.push_back({*next, last_head_->shape});
      std::push_heap(heap_.begin(), heap_.end());
    }
  last_head_.reset();
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Head head = heap_.back();
    heap_.pop_back();
    if (!may_fit(head.shape)) continue;
    last_head_ = head;
    return head.key.job;
  }
  exhausted_ = true;
  return std::nullopt;
}

std::vector<JobId> LivePass::candidates(JobId after) {
  std::vector<JobId> all;
  while (const auto job = next_candidate(after)) all.push_back(*job);
  return all;
}

}  // namespace sluice
