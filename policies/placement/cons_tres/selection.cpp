#include "policies/placement/cons_tres/selection.hpp"

#include <algorithm>

#include "policies/placement/catalogue.hpp"
#include "policies/placement/cons_tres/linear.hpp"
#include "policies/placement/cons_tres/resolve.hpp"

namespace sluice::cons_tres {
namespace {

/// Nodes that are in one set and in the other.
NodeSet both(const NodeSet& a, const NodeSet& b) {
  NodeSet common = a;
  common &= b;
  return common;
}

}  // namespace

ConsTres::ConsTres(const ClusterSpec& cluster, Settings settings)
    : cluster_{cluster}, settings_{std::move(settings)}, fit_{cluster, settings_} {}

tl::expected<Demand, std::string> ConsTres::resolve(const JobRequest& request, PartitionId partition) const {
  return resolve_demand(request, partition, cluster_, settings_, fit_.hardware());
}

void ConsTres::follow_configuration() {
  std::vector<std::string> told_before;
  settings_ = read_settings(cluster_, settings_.linear ? Plugin::linear : Plugin::cons_tres, told_before);
  fit_.follow_configuration();
}

/// slurmctld starts the clock when topology first looks at the job, which is when it is submitted.
bool ConsTres::may_wait_for_switches(const SelectionJob& job, Time now) {
  if (!job.demand.switches) return false;
  const Time since = waits_for_switches_.try_emplace(job.id, now).first->second;
  const std::chrono::seconds most = settings_.max_switch_wait;
  std::chrono::seconds wait = most;
  if (job.demand.switch_wait) wait = std::min(most, std::chrono::floor<std::chrono::seconds>(*job.demand.switch_wait));
  return floor_seconds(now) - floor_seconds(since) < wait;
}

Fit::Test ConsTres::test_of(const SelectionJob& job, Purpose purpose, Time now) {
  Fit::Test test{&job.demand, job.demand.nodes, purpose, may_wait_for_switches(job, now), nullptr, false, job.excluded_cores};
  if (job.max_nodes) {
    const bool aims_at_most = test.counts.wanted == test.counts.max;
    test.counts.max = std::min(test.counts.max, *job.max_nodes);
    if (aims_at_most) test.counts.wanted = std::max(test.counts.min, test.counts.max);
  }
  return test;
}

/// Alternatives of the constraint in their order; the first that fits. Counts are taken first, each as nodes that the
/// rest then has to contain.
bool ConsTres::fits_somehow(const Fit::Test& test, const NodeSet& candidates, const Machine& machine,
                            Allocation* out) {
  const Demand& d = *test.demand;
  for (const auto& alternative : d.alternatives) {
    if (d.alternatives.size() > 1) fit_.begin(d);
    within_ = candidates;
    within_ &= alternative.nodes;
    const NodeSet& nodes = within_;
    Fit::Test now = test;
    Demand with_counts;
    if (!alternative.counts.empty()) {
      with_counts = d;
      bool met = true;
      for (const auto& at_least : alternative.counts) {
        Demand part = d;
        part.required = NodeSet{candidates.capacity()};
        part.min_cpus = at_least.count;
        Fit::Test of_part{&part, {at_least.count, at_least.count, at_least.count}, test.purpose, false,
                          test.idle_last, test.extra_row, test.excluded_cores};
        NodeSet left = both(nodes, at_least.nodes);
        left -= with_counts.required;
        fit_.begin(part);
        met = met && fit_.fits(of_part, left, machine);
        if (!met) break;
        fit_.chosen().for_each([&](NodeId node) { with_counts.required.insert(node); });
      }
      if (!met) continue;
      now = Fit::Test{&with_counts, test.counts, test.purpose, test.switches_may_wait, test.idle_last, test.extra_row,
                      test.excluded_cores};
      const auto counted = static_cast<std::int64_t>(with_counts.required.count());
      now.counts.min = std::max(now.counts.min, counted);
      now.counts.wanted = std::max(now.counts.wanted, now.counts.min);
      fit_.begin(with_counts);
    }
    if (!fit_.fits(now, nodes, machine)) continue;
    if (static_cast<std::int64_t>(fit_.chosen().count()) > test.counts.max) continue;
    if (out != nullptr) *out = fit_.allocation(now, machine);
    return true;
  }
  return false;
}

void ConsTres::forget_weights(const SelectionJob& job) {
  NodeSet reset = job.demand.matching;
  reset -= job.demand.excluded;
  fit_.reset_weights(reset, job);
}

bool ConsTres::feasible(const SelectionJob& job, const Cluster& cluster, Time now, const NodeSet* within) {
  forget_weights(job);
  present_.look_at(cluster, job.demand.partition);
  fit_.begin(job.demand);
  if (within != nullptr)
    return fits_somehow(test_of(job, Purpose::ever, now), both(job.demand.eligible, *within), present_, nullptr);
  return fits_somehow(test_of(job, Purpose::ever, now), job.demand.eligible, present_, nullptr);
}

/// After a start that failed, slurmctld asks whether it could ever run on these nodes. Of that only the sort weights
/// stay, and only jobs with GRES write them.
void ConsTres::test_ever(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster, Time now) {
  if (job.demand.gres.empty()) return;
  present_.look_at(cluster, job.demand.partition);
  fit_.begin(job.demand);
  fits_somehow(test_of(job, Purpose::ever, now), candidates, present_, nullptr);
}

std::optional<Selected> ConsTres::select(const SelectionJob& job, const NodeSet& candidates, const Cluster& cluster,
                                         Time now, std::span<const Preemptable> preemptable) {
  forget_weights(job);
  const NodeSet nodes = both(candidates, job.demand.eligible);
  const Fit::Test test = test_of(job, Purpose::start, now);
  present_.look_at(cluster, job.demand.partition);
  fit_.begin(job.demand);
  Selected selected;
  if (fits_somehow(test, nodes, present_, &selected.allocation)) return selected;
  if (suspends_by_qos(preemptable)) {
    Fit::Test above = test;
    above.extra_row = true;
    if (fits_somehow(above, nodes, present_, &selected.allocation)) return selected;
  } else if (!preemptable.empty()) {
    if (auto after = preempt(test, nodes, cluster, preemptable)) return after;
  }
  test_ever(job, nodes, cluster, now);
  return std::nullopt;
}

/// Then the job lies above those it has suspended.
bool ConsTres::suspends_by_qos(std::span<const Preemptable> preemptable) const {
  return settings_.preempts_by_qos && !preemptable.empty() &&
         preemptable.front().action == PreemptMode::Action::suspend;
}

bool ConsTres::narrow(const SelectionJob& job, NodeSet& candidates) const {
  const Demand& d = job.demand;
  candidates -= d.excluded;
  candidates &= d.matching;
  if (static_cast<std::int64_t>(candidates.count()) < d.nodes.min) return false;
  if (d.has_required() && d.required.count_common(candidates) != d.required.count()) return false;
  return std::any_of(d.alternatives.begin(), d.alternatives.end(), [&](const FeatureAlternative& alternative) {
    if (static_cast<std::int64_t>(candidates.count_common(alternative.nodes)) < d.nodes.min) return false;
    if (alternative.counts.empty()) return true;
    const NodeSet nodes = both(candidates, alternative.nodes);
    return std::all_of(alternative.counts.begin(), alternative.counts.end(), [&](const auto& at_least) {
      return static_cast<std::int64_t>(nodes.count_common(at_least.nodes)) >= at_least.count;
    });
  });
}

}  // namespace sluice::cons_tres

namespace sluice::placement {
namespace {

template <class Made, cons_tres::Plugin plugin>
std::unique_ptr<Selection> make(const ClusterSpec& cluster, std::vector<std::string>& notes) {
  return std::make_unique<Made>(cluster, cons_tres::read_settings(cluster, plugin, notes));
}

}  // namespace

constinit const SelectionEntry cons_tres{"select/cons_tres", "cores, memory and GRES, as slurmctld chooses them",
                                         make<cons_tres::ConsTres, cons_tres::Plugin::cons_tres>};
constinit const SelectionEntry cons_res{"select/cons_res", "the same, under its older name",
                                        make<cons_tres::ConsTres, cons_tres::Plugin::cons_tres>};
constinit const SelectionEntry linear{"select/linear", "whole nodes, as slurmctld chooses them",
                                      make<cons_tres::Linear, cons_tres::Plugin::linear>};

}  // namespace sluice::placement
