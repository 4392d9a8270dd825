#include "simulator/engine/conservation.hpp"

#include <algorithm>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::uint64_t ms(Duration length) { return number(length.count()); }
std::uint64_t ms(Time at) { return number(at.time_since_epoch().count()); }
HeldTime held_by(const Allocation& allocation) { return {number(allocation.cpus), number(allocation.gpus)}; }

}  // namespace

void Conservation::changed(const Cluster& cluster, Time now) {
  all_ += held_ * ms(now - until_);
  until_ = now;
  const ClusterTotals& open = cluster.used();
  const ClusterTotals& closed = cluster.used_on_closed();
  held_ = {number(open.cpus + closed.cpus), number(open.gpus + closed.gpus)};
}

void Conservation::begins(const Allocation& allocation, Time now) {
  running_ += held_by(allocation);
  running_from_ += held_by(allocation) * ms(now);
}

void Conservation::ends(const Allocation& allocation, const OverRun& run, Time now) {
  const HeldTime held = held_by(allocation);
  running_ = running_ - held;
  running_from_ = running_from_ - held * ms(run.start);
  const Duration idle = std::min(run.idle, now - run.start);  // it may end before its program begins
  overhead_ += held * ms(idle);
  (run.work == RunWork::kept ? service_ : lost_) += held * ms(now - run.start - idle);
}

Delivered Conservation::delivered(Time now) const {
  return {all_ + held_ * ms(now - until_), service_, overhead_, lost_, running_ * ms(now) - running_from_};
}

void Conservation::check(Time now, Alive jobs) const {
  const Delivered sums = delivered(now);
  const HeldTime known = sums.service + sums.overhead + sums.lost + sums.under_way;
  SLUICE_CHECK(sums.all == known,
               "at {} ms: jobs held {} CPU-ms and {} GPU-ms, but service, overhead, loss and what is under way come to {} "
               "and {}",
               now.time_since_epoch().count(), sums.all.cpu, sums.all.gpu, known.cpu, known.gpu);
  SLUICE_CHECK(submitted_ == ended_ + jobs.running + jobs.pending,
               "at {} ms: {} jobs were submitted, but {} have ended, {} run and {} wait", now.time_since_epoch().count(),
               submitted_, ended_, jobs.running, jobs.pending);
}

}  // namespace sluice
