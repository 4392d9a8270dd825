// The levels of a test where jobs may share cores.

#include <algorithm>
#include <numeric>

#include "policies/placement/cons_tres/core_taker.hpp"
#include "policies/placement/cons_tres/fit.hpp"

namespace sluice::cons_tres {

namespace {

/// Cores of a socket that a job with --ntasks-per-socket can use: as far as its tasks go, and one at least.
std::int32_t most_cores_of_socket(const Demand& d, const Hardware& hardware, const Settings& settings) {
  if (d.ntasks_per_socket == 0) return hardware.cores_per_socket;
  const std::int64_t cpus = cpus_of_core(d, hardware, settings);
  return static_cast<std::int32_t>((d.ntasks_per_socket * d.cpus_per_task + cpus - 1) / cpus);
}

/// Whether it matters which sockets the free cores are on.
bool looks_at_sockets(const Demand& d, const Settings& settings) {
  return !d.is_whole() && settings.of_partition[d.partition.index()] != Granularity::socket &&
         (d.ntasks_per_socket > 0 || d.cores_per_socket > 1);
}

/// Calls `visit(socket, cores)` with the free cores of each socket.
template <class Visit>
void for_each_socket(const Hardware& hardware, std::span<const std::uint64_t> free, Visit visit) {
  for (std::int32_t s = 0; s < hardware.sockets; ++s) {
    std::int32_t cores = 0;
    for (std::int32_t c = s * hardware.cores_per_socket; c < (s + 1) * hardware.cores_per_socket; ++c)
      cores += static_cast<std::int32_t>(free[static_cast<std::size_t>(c) / 64] >> (c % 64) & 1);
    visit(s, cores);
  }
}

}  // namespace

/// Of the cores that are free, those that the job could use.
std::int32_t Fit::open_cores(const Demand& d, std::uint32_t node) const {
  const Hardware& hardware = hardware_[cluster_.nodes[node].node_class.index()];
  std::int32_t open = free_cores_.count(node);
  if (rooms_.places == nullptr && looks_at_sockets(d, settings_)) {
    open = 0;
    for_each_socket(hardware, free_cores_.of(node), [&](std::int32_t, std::int32_t cores) {
      if (cores >= d.cores_per_socket) open += std::min(cores, most_cores_of_socket(d, hardware, settings_));
    });
  }
  return std::min(open, hardware.usable_cores());
}

/// Cores in use by jobs of the partition are not free.
void Fit::take_rows(const Machine& machine, PartitionId partition) {
  for (const CoreMap::Row& row : machine.cores()->rows(partition)) free_cores_ -= row.cores;
}

/// A level with free_cores_ as the cores that are free.
bool Fit::fits_on_free_cores(const Test& test, const Machine& machine) {
  view_.imagine_cpus(machine, usable_, [&](std::uint32_t node) {
    const Hardware& hardware = hardware_[cluster_.nodes[node].node_class.index()];
    return hardware.withheld_cpus + open_cores(*test.demand, node) * hardware.threads;
  });
  offers_.start(*test.demand);
  const bool fits = level(test, usable_, view_, Assume::present) && !is_refused_for_switches(test);
  offers_.start(*test.demand);
  return fits;
}

CoreSet Fit::usable_cores(const Test& test, const CoreMap& map) const {
  CoreSet cores = map.all();
  if (test.excluded_cores != nullptr) cores -= *test.excluded_cores;
  return cores;
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
  free_cores_ = usable_cores(test, map);
  if (test.excluded_cores != nullptr ? !fits_on_free_cores(test, machine) : !fits_when_idle(test, usable_, machine))
    return false;
  const bool counts_cores = settings_.of_partition[d.partition.index()] != Granularity::node;
  if (!counts_cores) return share_out(test, machine);

  free_cores_ -= map.busy();
  if (test.excluded_cores != nullptr || (rooms_.places == nullptr && looks_at_sockets(d, settings_))) {
    if (fits_on_free_cores(test, machine)) return share_out(test, view_);
  } else if (level(test, usable_, machine, Assume::present) && !is_refused_for_switches(test)) {
    return share_out(test, machine);
  }
  if (!settings_.gang && d.claim == Claim::cores) return false;

  const PartitionSpec& own = cluster_.partitions[d.partition.index()];
  free_cores_ = usable_cores(test, map);
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

/// Of each socket only the first cores that its tasks can use are there to be taken.
void Fit::add_cores(Allocation& allocation, const Share& share, const Demand& d) const {
  if (rooms_.places != nullptr) {
    allocation.cores.insert(allocation.cores.end(), share.cores.bits().begin(), share.cores.bits().end());
    return;
  }
  const Hardware& hardware = hardware_[cluster_.nodes[share.node].node_class.index()];
  const std::int32_t cpus = cpus_of_core(d, hardware, settings_);
  const std::int64_t of_task = d.ntasks_per_core == 1 ? (d.cpus_per_task + cpus - 1) / cpus : 1;
  const bool by_cpu = settings_.of_partition[d.partition.index()] == Granularity::cpu;
  // CPUs that are charged are those of whole cores, but with CR_CPU, of which a core may have more than the job uses.
  const std::int32_t of_core = by_cpu && !d.is_whole() ? cpus : hardware.threads;
  std::int64_t cores = (share.cpus + of_core - 1) / of_core;
  if (by_cpu && of_task > 1) cores = share.cpus / d.cpus_per_task * of_task;
  const std::int64_t used = of_task > 1 ? cores / of_task * d.cpus_per_task + cores % of_task * cpus : cores * cpus;
  NodeCores open;
  open.assign(hardware, free_cores_.of(share.node));
  if (d.ntasks_per_socket > 0 && looks_at_sockets(d, settings_))
    for (std::int32_t s = 0; s < hardware.sockets; ++s)
      while (open.count(s) > most_cores_of_socket(d, hardware, settings_)) open.erase_last(s);
  const NodeCores own = take_cores(d, hardware, settings_, static_cast<std::int32_t>(used), open);
  allocation.cores.insert(allocation.cores.end(), own.bits().begin(), own.bits().end());
}

}  // namespace sluice::cons_tres
