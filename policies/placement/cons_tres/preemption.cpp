// Which jobs have to go so that another fits now.

#include <algorithm>
#include <numeric>

#include "policies/placement/cons_tres/selection.hpp"

namespace sluice::cons_tres {
namespace {

std::int64_t nodes_in(const Allocation& allocation, const NodeSet& nodes) {
  std::int64_t count = 0;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) count += nodes.contains(NodeId{n}) ? 1 : 0;
  return count;
}

bool can_be_removed(const Preemptable& one) {
  return one.action == PreemptMode::Action::requeue || one.action == PreemptMode::Action::cancel;
}

/// A candidate and what it is sorted by: how many of the chosen nodes it holds.
struct Victim {
  Preemptable job;
  std::int64_t use = 0;
};

/// The last one removed goes first; of those before it the ones with the most of the chosen nodes.
void reorder(std::vector<Victim>& list, std::size_t last, const NodeSet& chosen, const Cluster& cluster, bool strict) {
  if (strict) {
    std::rotate(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(last),
                list.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    return;
  }
  constexpr std::int64_t first_of_all = 99999;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i < last)
      list[i].use = nodes_in(cluster.allocation(list[i].job.allocation), chosen);
    else
      list[i].use = i == last ? first_of_all : 0;
  }
  std::stable_sort(list.begin(), list.end(), [](const Victim& a, const Victim& b) { return a.use > b.use; });
}

}  // namespace

/// Candidates are removed one by one until the job fits; then they are sorted by use and it is done again, so that
/// fewer go. Those that have no chosen node stay after all.
std::optional<Selected> ConsTres::preempt(const Fit::Test& test, const NodeSet& candidates, const Cluster& cluster,
                                          std::span<const Preemptable> preemptable) {
  std::vector<Victim> list;
  for (const Preemptable& one : preemptable) list.push_back({one, 0});
  Fit::Test later = test;
  later.purpose = Purpose::later;
  Selected selected;
  for (std::int64_t passes = 0;;) {
    future_.imagine(cluster, test.demand->partition);
    fit_.begin(*test.demand);
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < list.size() && !last; ++i) {
      const Allocation& held = cluster.allocation(list[i].job.allocation);
      if (!can_be_removed(list[i].job) || nodes_in(held, candidates) == 0) continue;
      future_.remove(list[i].job.allocation, Machine::Leaves::everything);
      if (fits_somehow(later, candidates, future_, &selected.allocation)) last = i;
    }
    if (!last) return std::nullopt;
    const NodeSet chosen = fit_.chosen();
    const bool enough = passes > settings_.preempt_reorder_count;
    ++passes;
    if (!enough && static_cast<std::int64_t>(list.size()) > passes) {
      reorder(list, *last, chosen, cluster, settings_.preempt_strict_order);
      continue;
    }
    for (std::size_t i = 0; i <= *last; ++i)
      if (can_be_removed(list[i].job) && nodes_in(cluster.allocation(list[i].job.allocation), chosen) > 0)
        selected.victims.push_back(list[i].job.job);
    // A test of the future is no start: where it needs nobody gone, the test of now knew better.
    if (selected.victims.empty()) return std::nullopt;
    return selected;
  }
}

}  // namespace sluice::cons_tres
