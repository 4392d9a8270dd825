// The levels of a test where jobs may share cores.

#include <algorithm>
#include <numeric>

#include "policies/placement/cons_tres/fit.hpp"

namespace sluice::cons_tres {

/// Cores in use by jobs of the partition are not free.
void Fit::take_rows(const Machine& machine, PartitionId partition) {
  for (const CoreMap::Row& row : machine.cores()->rows(partition)) free_cores_ -= row.cores;
}

/// A level with free_cores_ as the cores that are free.
bool Fit::fits_on_free_cores(const Test& test, const Machine& machine) {
  view_.imagine_cpus(machine, usable_, [&](std::uint32_t node) {
    const Hardware& hardware = hardware_[cluster_.nodes[node].node_class.index()];
    const std::int32_t free = std::min(free_cores_.count(node), hardware.usable_cores());
    return hardware.withheld_cpus + free * hardware.threads;
  });
  offers_.start(*test.demand);
  const bool fits = level(test, usable_, view_, Assume::present) && !is_refused_for_switches(test);
  offers_.start(*test.demand);
  return fits;
}

/// First on cores that nobody uses. Then beside those whom this job may share cores with, or may have suspended: on cores
/// that no partition of the same tier uses, sparing lower tiers as far as possible; last in one of the rows of its own
/// partition, the fullest first.
bool Fit::fits_in_rows(const Test& test, const NodeSet& candidates, const Machine& machine) {
  const Demand& d = *test.demand;
  const CoreMap& map = *machine.cores();
  const auto extra = test.extra_row ? CoreMap::ExtraRow::counted : CoreMap::ExtraRow::left_out;
  keep_usable(candidates, machine);
  kept_ = usable_;
  kept_.for_each([&](NodeId node) {
    if (!map.admits(node.value, d.claim, d.partition, extra)) usable_.erase(node);
  });
  if (d.has_required() && d.required.count_common(usable_) != d.required.count()) return false;
  if (!fits_when_idle(test, usable_, machine)) return false;
  free_cores_ = map.all();
  const bool counts_cores = settings_.of_partition[d.partition.index()] != Granularity::node || settings_.linear;
  if (!counts_cores) return share_out(test, machine);

  free_cores_ -= map.busy();
  if (level(test, usable_, machine, Assume::present) && !is_refused_for_switches(test)) return share_out(test, machine);
  if (!settings_.gang && d.claim == Claim::cores) return false;

  const PartitionSpec& own = cluster_.partitions[d.partition.index()];
  free_cores_ = map.all();
  if (settings_.preempts_by_partition)
    for (const PartitionId p : map.order()) {
      const PartitionSpec& other = cluster_.partitions[p.index()];
      const auto action = other.preempt_mode.value_or(cluster_.preempt.mode).action;
      if (other.priority_tier > own.priority_tier || action == PreemptMode::Action::off) take_rows(machine, p);
    }
  if (!fits_on_free_cores(test, machine)) return false;
  const CoreSet allowed = free_cores_;
  for (const PartitionId p : map.order())
    if (cluster_.partitions[p.index()].priority_tier == own.priority_tier) take_rows(machine, p);
  if (fits_on_free_cores(test, machine)) {
    leave_lower_tiers(test, machine);
    return share_out(test, view_);
  }
  return fits_in_own_row(test, machine, allowed) && share_out(test, view_);
}

/// As many partitions of lower tiers as possible are left alone. Ends with a level that fits.
void Fit::leave_lower_tiers(const Test& test, const Machine& machine) {
  const auto tier = [this](PartitionId p) { return cluster_.partitions[p.index()].priority_tier; };
  for (const PartitionId p : machine.cores()->order()) {
    if (tier(p) >= tier(test.demand->partition) || machine.cores()->rows(p).empty()) continue;
    const CoreSet before = free_cores_;
    take_rows(machine, p);
    if (fits_on_free_cores(test, machine)) continue;
    free_cores_ = before;
    fits_on_free_cores(test, machine);
    return;
  }
}

bool Fit::fits_in_own_row(const Test& test, const Machine& machine, const CoreSet& allowed) {
  const Demand& d = *test.demand;
  const auto& rows = machine.cores()->rows(d.partition);
  free_cores_ = allowed;
  if (rows.empty()) return fits_on_free_cores(test, machine);
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!settings_.preempts_by_qos)
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rows[a].count > rows[b].count; });
  std::size_t most = rows.size();
  if (settings_.preempts_by_qos && !test.extra_row) --most;
  if (settings_.preempts_by_qos && d.claim != Claim::shared_cores) most = 1;
  for (std::size_t i = 0; i < most; ++i) {
    free_cores_ = allowed;
    free_cores_ -= rows[order[i]].cores;
    if (fits_on_free_cores(test, machine)) return true;
  }
  return false;
}

/// Cores are taken from the sockets in turn, or socket by socket where that is asked for.
void Fit::add_cores(Allocation& allocation, const Share& share) const {
  const Hardware& hardware = hardware_[cluster_.nodes[share.node].node_class.index()];
  const auto free = free_cores_.of(share.node);
  std::vector<std::uint64_t> own(free.size());
  std::int32_t missing = (share.cpus + hardware.threads - 1) / hardware.threads;
  const auto take = [&](std::int32_t core) {
    const auto word = static_cast<std::size_t>(core) / 64;
    const std::uint64_t bit = std::uint64_t{1} << (core % 64);
    if (missing == 0 || (free[word] & bit) == 0 || (own[word] & bit) != 0) return false;
    own[word] |= bit;
    --missing;
    return true;
  };
  const std::int32_t cores = hardware.sockets * hardware.cores_per_socket;
  std::vector<std::int32_t> next(static_cast<std::size_t>(hardware.sockets));
  for (bool taken = !settings_.block_cores; taken && missing > 0;) {
    taken = false;
    for (std::int32_t s = 0; s < hardware.sockets; ++s)
      for (auto& c = next[static_cast<std::size_t>(s)]; c < hardware.cores_per_socket;)
        if (take(s * hardware.cores_per_socket + c++)) {
          taken = true;
          break;
        }
  }
  for (std::int32_t core = 0; core < cores && missing > 0; ++core) take(core);
  allocation.cores.insert(allocation.cores.end(), own.begin(), own.end());
}

}  // namespace sluice::cons_tres
