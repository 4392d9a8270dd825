#include "simulator/report/busy_nodes.hpp"

#include <algorithm>

namespace sluice::report {
namespace {

template <class Visit>
void for_each_node(const std::vector<NodeRun>& runs, Visit visit) {
  for (const NodeRun& run : runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) visit(n);
}

}  // namespace

void BusyNodes::change(std::int64_t nodes, Time now) {
  sum_ = so_far(now);
  since_ = now;
  used_ += nodes;
}

void BusyNodes::hold(const std::vector<NodeRun>& runs, Time now) {
  std::int64_t more = 0;
  for_each_node(runs, [&](std::uint32_t n) {
    if (n >= nodes_.size()) nodes_.resize(n + 1);
    if (nodes_[n].jobs++ > 0) return;
    nodes_[n].since = now;
    ++more;
  });
  change(more, now);
}

void BusyNodes::give_back(const std::vector<NodeRun>& runs, Time now) {
  std::int64_t fewer = 0;
  for_each_node(runs, [&](std::uint32_t n) {
    if (--nodes_[n].jobs > 0) return;
    nodes_[n].since = now;
    ++fewer;
  });
  change(-fewer, now);
}

void BusyNodes::job_configuring(JobId job, Time now, const Allocation& allocation) {
  give_back(allocation.runs, now);
  booting_[job] = {now, allocation.runs};
}

void BusyNodes::job_configured(JobId job, Time now) {
  const auto found = booting_.find(job);
  if (found == booting_.end()) return;
  hold(found->second.runs, now);
  booting_.erase(found);
}

void BusyNodes::job_shrunk(JobId job, Time now, const ClosedRun&, const Allocation& before, const Allocation& kept) {
  if (const auto found = booting_.find(job); found != booting_.end()) {
    count_since(found->second, now);
    found->second = {now, kept.runs};
    return;
  }
  give_back(before.runs, now);
  hold(kept.runs, now);
}

void BusyNodes::job_ended(JobId job, Time end, EndState, const Allocation& allocation) {
  if (const auto found = booting_.find(job); found != booting_.end()) {
    count_since(found->second, end);
    booting_.erase(found);
  } else {
    give_back(allocation.runs, end);
  }
  until_last_end_ = so_far(end);
}

/// It has ended without having begun: that counts from its start after all, where no other job had the node.
void BusyNodes::count_since(const Booting& ended, Time now) {
  for_each_node(ended.runs, [&](std::uint32_t n) {
    Node& node = nodes_[n];
    if (node.jobs > 0) {
      sum_ += std::max(Duration{}, node.since - ended.start).count();
      return;
    }
    sum_ += (now - std::max(ended.start, node.since)).count();
    node.since = now;
  });
}

}  // namespace sluice::report
