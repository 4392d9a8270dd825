#include "simulator/report/job_watch.hpp"

#include <algorithm>
#include <tuple>

#include "simulator/model/shape.hpp"

namespace sluice::report {
namespace {

std::int64_t gpus_in(const NodeClass& node_class, const Amount& amount) {
  std::int64_t gpus = 0;
  for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds; ++k)
    if (node_class.gres[k].name == "gpu") gpus += amount.gres[k];
  return gpus;
}

void add(Room& sum, const Amount& amount, const NodeClass& node_class, std::int64_t times) {
  sum.cpus += amount.cpus * times;
  sum.gpus += gpus_in(node_class, amount) * times;
  sum.memory += amount.memory * times;
}

}  // namespace

JobWatch::JobWatch(JobId job, const Workload& workload, const ClusterSpec& cluster)
    : job_{job}, workload_{workload}, cluster_{cluster}, eligible_{cluster.nodes.size()} {
  look_at_shape();
}

/// A job that can never run has no shape: then nobody holds what it needs.
void JobWatch::look_at_shape() {
  const auto shape = resolve(workload_.request(workload_.jobs[job_.index()].request), cluster_);
  if (!shape) return;
  for (const Place& place : shape->places) {
    eligible_ |= place.eligible;
    everywhere_ = everywhere_ || place.everywhere;
  }
  eligible_.for_each([&](NodeId node) {
    ++eligible_count_;
    add(capacity_, capacity_of(cluster_.class_of(node)), cluster_.class_of(node), 1);
  });
  wanted_ = {shape->cpus, shape->gpus, shape->memory};
  wanted_nodes_ = shape->nodes;
}

Room JobWatch::held_by(const Allocation& allocation) const {
  if (everywhere_) return {allocation.cpus, allocation.gpus, allocation.memory};
  Room sum;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t node = run.first; node < run.first + run.count; ++node)
      if (eligible_.contains(NodeId{node})) add(sum, allocation.takes[run.take], cluster_.class_of(NodeId{node}), 1);
  return sum;
}

void JobWatch::begin(Time now, std::optional<Reason> waits_for) {
  close(now);
  open_ = Stretch{now, now, waits_for, {}};
  update_head(now);
}

void JobWatch::close(Time now) {
  if (open_ && open_->from < now) {
    open_->to = now;
    if (!stretches_.empty() && stretches_.back().to == open_->from && stretches_.back().waits_for == open_->waits_for &&
        stretches_.back().text == open_->text)
      stretches_.back().to = now;
    else
      stretches_.push_back(*open_);
  }
  open_.reset();
}

/// The first of those that lack resources, as long as the watched job waits and is not that one.
void JobWatch::update_head(Time now) {
  std::optional<JobId> first;
  if (waits() && !blocked_.contains(job_) && !blocked_.empty()) first = *blocked_.begin();
  if (head_ && head_->job == first) return;
  if (head_ && head_->from < now) heads_.push_back({head_->job, head_->from, now});
  head_.reset();
  if (first) head_ = Head{*first, now, now};
}

void JobWatch::job_submitted(JobId job, Time now) {
  now_ = now;
  if (job != job_) return;
  if (!submitted_) submitted_ = now;
  begin(now, Reason::none);
}

void JobWatch::job_rejected(JobId job, Time now, std::string_view message) {
  now_ = now;
  if (job != job_) return;
  submitted_ = now;
  rejection_ = message;
}

void JobWatch::reason_changed(JobId job, Time now, Reason reason) {
  now_ = now;
  if (reason == Reason::resources) blocked_.insert(job);
  else blocked_.erase(job);
  if (job == job_ && waits()) begin(now, reason);
  else update_head(now);
}

void JobWatch::reason_described(JobId job, Time now, std::string_view text) {
  now_ = now;
  if (job != job_ || !waits()) return;
  begin(now, open_->waits_for);
  open_->text = text;
}

void JobWatch::priority_computed(JobId, Time now, double priority, std::span<const PriorityTerm> terms) {
  if (!priorities_.empty() && priorities_.back().total == priority && std::equal(terms.begin(), terms.end(), priorities_.back().terms.begin(), priorities_.back().terms.end()))
    return;
  if (!priorities_.empty() && priorities_.back().at == now) priorities_.pop_back();
  priorities_.push_back({now, priority, {terms.begin(), terms.end()}});
}

void JobWatch::job_started(JobId job, Time now, const Allocation& allocation) {
  now_ = now;
  blocked_.erase(job);
  if (job == job_) {
    allocation_ = allocation;
    begin(now, std::nullopt);
    return;
  }
  if (waits() && job > job_) ++overtaken_by_;
  const Room held = held_by(allocation);
  if (held.cpus > 0 || held.gpus > 0 || held.memory > 0) running_[job] = {job, now, now, held};
  update_head(now);
}

void JobWatch::job_ended(JobId job, Time now, EndState state, const Allocation&) {
  now_ = now;
  if (job != job_) return stop_holding(job, now);
  close(now);
  end_state_ = state;
  update_head(now);
}

void JobWatch::stop_holding(JobId job, Time now) {
  const auto found = running_.find(job);
  if (found == running_.end()) return;
  if (submitted_ && now > *submitted_) {
    found->second.to = now;
    holds_.push_back(found->second);
  }
  running_.erase(found);
}

void JobWatch::job_shrunk(JobId job, Time now, const ClosedRun&, const Allocation&, const Allocation& kept) {
  now_ = now;
  if (job == job_) {
    allocation_ = kept;
    return;
  }
  stop_holding(job, now);
  const Room held = held_by(kept);
  if (held.cpus > 0 || held.gpus > 0 || held.memory > 0) running_[job] = {job, now, now, held};
}

/// The watched one waits again, and the others leave what they held.
void JobWatch::job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) {
  job_ended(job, now, run.state, allocation);
  ended_job_requeued(job, now, run);
}

void JobWatch::ended_job_requeued(JobId job, Time now, const ClosedRun&) {
  now_ = now;
  if (job != job_) return;
  end_state_.reset();
  begin(now, Reason::none);
}

void JobWatch::job_dropped(JobId job, Time now, EndState state) {
  now_ = now;
  blocked_.erase(job);
  if (job == job_) {
    close(now);
    end_state_ = state;
  }
  update_head(now);
}

void JobWatch::finish() {
  if (head_ && head_->from < now_) heads_.push_back({head_->job, head_->from, now_});
  head_.reset();
  close(now_);
  if (submitted_)
    for (auto& [job, hold] : running_) {
      hold.to = now_;
      holds_.push_back(hold);
    }
  running_.clear();
  const auto waited_during = [&](const Hold& hold) {
    return std::any_of(stretches_.begin(), stretches_.end(), [&](const Stretch& s) {
      return s.waits_for && hold.from < s.to && s.from < hold.to;
    });
  };
  holds_.erase(std::remove_if(holds_.begin(), holds_.end(), [&](const Hold& h) { return !waited_during(h); }), holds_.end());
  std::sort(holds_.begin(), holds_.end(), [](const Hold& a, const Hold& b) { return std::tie(a.job, a.from) < std::tie(b.job, b.from); });
}

}  // namespace sluice::report
