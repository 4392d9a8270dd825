#include "policies/placement/cons_tres/offer.hpp"

#include <algorithm>
#include <limits>

#include "policies/placement/cons_tres/near_devices.hpp"

namespace sluice::cons_tres {
namespace {

constexpr std::int64_t no_memory_bound = std::numeric_limits<std::int64_t>::max();
constexpr std::int32_t no_cpu_bound = std::numeric_limits<std::int32_t>::max();

std::int32_t narrow(std::int64_t value) { return static_cast<std::int32_t>(value); }

/// What one device needs in CPUs, whoever said so.
std::int64_t cpus_per_device(const GresDemand& gres, const Demand& demand) {
  if (gres.cpus_per_gpu > 0) return gres.cpus_per_gpu;
  if (gres.ntasks_per_gpu > 0) return gres.ntasks_per_gpu * demand.cpus_per_task;
  return gres.default_cpus_per_gpu;
}

/// Devices without which the node is of no use.
std::int64_t least_devices(const GresDemand& gres, const Demand& demand, std::int64_t present) {
  std::int64_t least = 1;
  if (demand.is_whole())
    least = present;
  else if (gres.per_node > 0)
    least = gres.per_node;
  if (gres.per_socket > 0) least = std::max(least, gres.per_socket * std::max<std::int64_t>(1, demand.sockets_per_node));
  if (gres.per_task > 0) least = std::max(least, gres.per_task * demand.ntasks_per_node);
  return least;
}

/// Devices near sockets without a core that is left: with bound devices they are out. Returns how many stay all the same.
std::int64_t drop_far_devices(const NodeCores& cores, bool bound, NearDevices& devices) {
  std::int64_t far = 0;
  for (std::size_t s = 0; s < devices.near.size(); ++s) {
    if (cores.count(static_cast<std::int32_t>(s)) > 0) continue;
    if (bound)
      devices.near[s] = 0;
    else
      far += devices.near[s];
  }
  return far;
}

}  // namespace

std::int32_t cpus_of_core(const Demand& demand, const Hardware& hardware, const Settings& settings) {
  if (settings.one_task_per_core && demand.gres_cpus_per_node > 0) return hardware.threads;
  std::int64_t usable = hardware.threads;
  if (demand.ntasks_per_core > 0) usable = std::min(usable, demand.ntasks_per_core * demand.cpus_per_task);
  if (demand.threads_per_core > 0) usable = std::min(usable, demand.threads_per_core);
  return narrow(usable);
}

Offers::Offers(const Demand& demand, const ClusterSpec& cluster, std::span<const Hardware> hardware,
               const Settings& settings)
    : demand_{demand},
      cluster_{cluster},
      hardware_{hardware},
      settings_{settings},
      granularity_{settings.of_partition[demand.partition.index()]} {}

std::int64_t Offers::matching(const GresDemand& wanted, const NodeClass& node_class, const Amount& amount) {
  std::int64_t total = 0;
  for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds; ++k)
    if (node_class.gres[k].name == wanted.name && (wanted.type.empty() || wanted.type == node_class.gres[k].type))
      total += amount.gres[k];
  return total;
}

/// MB that a node must have free; 0: it asks for all of it.
std::int64_t Offers::least_memory() const {
  switch (demand_.memory.unit) {
    case MemoryDemand::Unit::per_node: return demand_.memory.amount;
    case MemoryDemand::Unit::per_gpu: return demand_.memory.amount;
    case MemoryDemand::Unit::per_cpu: break;
  }
  return demand_.memory.amount *
         std::max({demand_.ntasks_per_node, demand_.min_cpus_per_node, demand_.cpus_per_task, std::int64_t{1}});
}

bool Offers::may_be_used(const Machine::Row& row, const Amount& capacity) const {
  if (settings_.memory) {
    const std::int64_t least = least_memory();
    if (least > 0 ? row.free.memory < least : row.free.memory < capacity.memory) return false;
  }
  const NodeClass& node_class = cluster_.classes[row.node_class.index()];
  if (demand_.is_whole() && row.free.gres != capacity.gres) return false;
  for (const auto& gres : demand_.gres) {
    const std::int64_t present = matching(gres, node_class, capacity);
    if (present < std::max({gres.per_node, gres.per_task, gres.per_socket, std::int64_t{1}})) return false;
  }
  return true;
}

Offers::Cpus Offers::free_cpus(const Hardware& hardware, std::int32_t free_cores, std::int32_t partition_cpus) const {
  // Whole sockets are free where no core of theirs is in use.
  if (granularity_ == Granularity::socket) free_cores -= free_cores % hardware.cores_per_socket;
  const std::int32_t free = free_cores * hardware.threads;
  const auto limit = most_cpus(free, partition_cpus);
  if (!limit) return {};
  const std::int32_t usable = cpus_of_core(demand_, hardware, settings_);
  if (demand_.threads_per_core > hardware.threads) return {};
  std::int32_t cpus = free_cores * usable;
  if (free_cores < 1 || cpus < demand_.min_cpus_per_node) return {};
  if (demand_.ntasks_per_core == 1 && demand_.cpus_per_task > usable) {  // tasks that no core holds have cores of their own
    const std::int64_t of_task = (demand_.cpus_per_task + usable - 1) / usable;
    cpus = narrow(free_cores / of_task * demand_.cpus_per_task + free_cores % of_task * usable);
  }
  const std::int64_t sockets =
      granularity_ == Granularity::socket ? free_cores / hardware.cores_per_socket : hardware.sockets;
  if (demand_.cores_per_socket > 1 || demand_.sockets_per_node > 1) {
    // Which sockets the free cores are on is not counted: as many whole ones as there can be.
    const std::int64_t least = std::max<std::int64_t>(1, demand_.cores_per_socket);
    if (std::min(sockets, free_cores / least) < std::max<std::int64_t>(1, demand_.sockets_per_node)) return {};
  }
  std::int64_t tasks = cpus;
  if (demand_.ntasks_per_socket > 0) {
    tasks = std::min(tasks, demand_.ntasks_per_socket * sockets);
    const std::int64_t of_socket = demand_.ntasks_per_socket * demand_.cpus_per_task;
    const std::int64_t cores = std::min<std::int64_t>(free_cores, sockets * ((of_socket + usable - 1) / usable));
    cpus = narrow(cores * usable);
  }
  if (demand_.ntasks_per_node > 0 && tasks < demand_.ntasks_per_node && !demand_.overcommit) return {};
  return {std::min(cpus, *limit), free_cores, free};
}

/// What MaxCPUsPerNode leaves to the job; absent: nothing.
std::optional<std::int32_t> Offers::most_cpus(std::int32_t free, std::int32_t partition_cpus) const {
  const auto most = cluster_.partitions[demand_.partition.index()].max_cpus_per_node;
  if (!most || free + partition_cpus <= *most) return no_cpu_bound;
  if (demand_.is_whole() || partition_cpus >= *most) return std::nullopt;
  return narrow(*most) - partition_cpus;
}

/// The same socket by socket.
Offers::Cpus Offers::free_cpus(const Hardware& hardware, std::int32_t partition_cpus, NodeSight& sight) const {
  std::vector<std::int32_t> free;
  std::int32_t cores = 0, all_free = 0, sockets = 0;
  for (std::int32_t s = 0; s < hardware.sockets; ++s) {
    std::int32_t here = sight.cores.count(s);
    if (granularity_ == Granularity::socket && here < hardware.cores_per_socket) here = 0;
    all_free += here * hardware.threads;
    if (here < std::max<std::int64_t>(1, demand_.cores_per_socket)) here = 0;
    if (here > 0) ++sockets;
    if (here == 0 && (sight.required_sockets >> s & 1) != 0) return {};
    cores += here;
    free.push_back(here);
  }
  const auto limit = most_cpus(all_free, partition_cpus);
  const std::int32_t usable = cpus_of_core(demand_, hardware, settings_);
  if (!limit || sockets < std::max<std::int64_t>(1, demand_.sockets_per_node)) return {};
  if (demand_.threads_per_core > hardware.threads || cores * usable < demand_.min_cpus_per_node) return {};
  std::int64_t tasks = 0;
  for (const std::int64_t here : free)
    tasks += demand_.ntasks_per_socket > 0 ? std::min(here * usable, demand_.ntasks_per_socket) : here * usable;
  if (demand_.ntasks_per_node > 0 && tasks < demand_.ntasks_per_node && !demand_.overcommit) return {};
  Cpus sum{0, cores, all_free};
  take_cores(hardware, sight, free, sum);
  sum.cpus = std::min(sum.cpus, *limit);
  sum.cores = sight.cores.count();
  return sum;
}

/// Those that the job may have: required sockets first, no more of each than --ntasks-per-socket can use. The last core of
/// a task that has its cores for itself counts as far as the task needs it.
void Offers::take_cores(const Hardware& hardware, NodeSight& sight, std::vector<std::int32_t>& free, Cpus& sum) const {
  const std::int32_t usable = cpus_of_core(demand_, hardware, settings_);
  const bool all_threads = settings_.one_task_per_core && demand_.gres_cpus_per_node > 0;
  const bool alone = !all_threads && demand_.ntasks_per_core == 1 && demand_.cpus_per_task > usable;
  const std::int64_t of_socket = demand_.ntasks_per_socket > 0 ? demand_.ntasks_per_socket * demand_.cpus_per_task
                                                               : std::int64_t{hardware.cores_per_socket} * usable;
  std::vector<std::int64_t> given(free.size());
  std::int64_t left = std::int64_t{sum.cores} * usable, of_task = demand_.cpus_per_task;
  const auto visit = [&](bool required) {
    for (std::int32_t core = 0; core < hardware.sockets * hardware.cores_per_socket; ++core) {
      const auto s = static_cast<std::size_t>(core / hardware.cores_per_socket);
      if (!sight.cores.has(core) || ((sight.required_sockets >> s & 1) != 0) != required) continue;
      if (free[s] == 0 || left == 0 || (given[s] > 0 && given[s] >= of_socket)) {
        sight.cores.erase(core);
        continue;
      }
      given[s] += usable;
      --free[s];
      const std::int64_t used = std::min({alone ? of_task : usable, std::int64_t{usable}, left});
      left -= used;
      sum.cpus += narrow(used);
      of_task = of_task <= used ? demand_.cpus_per_task : of_task - used;
    }
  };
  if (sight.required_sockets != 0) visit(true);
  visit(false);
}

bool Offers::bound_gres(const NodeClass& node_class, const Amount& free, std::int64_t memory, const Hardware& hardware,
                        Offer& offer, std::span<GresOffer> gres, const SeenNode* node, NodeSight* sight,
                        Assume assume) const {
  std::int64_t near = 0;
  for (std::size_t g = 0; g < demand_.gres.size(); ++g) {
    const GresDemand& wanted = demand_.gres[g];
    GresOffer& here = gres[g];
    here.free = here.total = matching(wanted, node_class, free);
    here.cap = 0;
    std::int64_t far = 0;
    if (sight != nullptr) {
      far = drop_far_devices(sight->cores, demand_.enforce_gres_binding, sight->devices[g]);
      here.free = here.total = sight->devices[g].total();
      here.cap = most_of_one(wanted, *node, node_class, assume);
    }
    if (here.total == 0 || here.total < std::max(wanted.per_node, wanted.per_task)) return false;
    std::int64_t least = least_devices(wanted, demand_, here.total);
    if (sight != nullptr && !demand_.is_whole() && wanted.per_socket > 0)
      least = std::max(wanted.per_node, wanted.per_socket * expected_sockets(demand_).value_or(1));
    const std::int64_t per_device = cpus_per_device(wanted, demand_);
    if (per_device > 0) {
      const std::int64_t most = offer.cpus / per_device;
      if (most == 0 || std::max({wanted.per_node, wanted.per_task, wanted.per_socket}) > most) return false;
    }
    const bool by_memory = wanted.memory_per_gpu > 0 && memory != no_memory_bound;
    if (by_memory) {
      if (wanted.memory_per_gpu > memory) return false;
      here.cap = memory / wanted.memory_per_gpu;
    }
    const std::int64_t close = here.total - far;
    const auto cap_at = [&here](std::int64_t most) {
      if (most > 0 && (here.cap == 0 || here.cap > most)) {
        here.cap = most;
        return true;
      }
      return false;
    };
    if (!demand_.is_whole() && !cap_at(wanted.per_node)) cap_at(wanted.total);
    if (per_device > 0) {
      const std::int64_t most = std::int64_t{offer.cores} * hardware.threads / per_device;
      if (most == 0) return false;
      cap_at(most);
    }
    if (by_memory) here.total = std::min(here.total, memory / wanted.memory_per_gpu);
    if (here.total < least || (here.cap != 0 && here.cap < least)) return false;
    if (wanted.name == "gpu") {
      offer.gpus += narrow(here.total);
      near += here.cap > 0 ? std::min(close, here.cap) : close;
    }
  }
  offer.near = static_cast<std::uint8_t>(std::min<std::int64_t>(near, 0xff));
  return true;
}

std::int32_t Offers::bound_by_memory(std::int32_t cpus, std::int64_t memory, const Hardware& hardware) const {
  if (demand_.memory.unit == MemoryDemand::Unit::per_gpu) return cpus;
  const std::int64_t wanted = demand_.memory.amount;
  if (demand_.memory.unit == MemoryDemand::Unit::per_node) return wanted > memory ? 0 : cpus;
  if (wanted * cpus > memory && demand_.is_whole()) return 0;
  std::int32_t step = 1;
  if (granularity_ == Granularity::core) step = hardware.threads;
  if (granularity_ == Granularity::socket) step = hardware.threads * hardware.cores_per_socket;
  if (demand_.ntasks_per_core > 0 || demand_.threads_per_core > 0)
    step = std::min(step, cpus_of_core(demand_, hardware, settings_));
  const bool counts_cores =
      granularity_ != Granularity::cpu && demand_.ntasks_per_core == 1 && demand_.cpus_per_task == 1;
  if (counts_cores) {
    while (cpus > 0 && wanted * cpus * hardware.threads > memory) --cpus;
  } else {
    while (wanted * cpus > memory) cpus = cpus >= step ? cpus - step : 0;
  }
  if (demand_.cpus_per_task > 1) cpus -= narrow(cpus % demand_.cpus_per_task);
  return cpus < demand_.ntasks_per_node ? 0 : cpus;
}

Offer Offers::make(const Machine::Row& row, const Amount& capacity, Assume assume, std::int32_t partition_cpus,
                   std::span<GresOffer> gres, const SeenNode* node, NodeSight* sight) const {
  const Hardware& hardware = hardware_[row.node_class.index()];
  const NodeClass& node_class = cluster_.classes[row.node_class.index()];
  const bool counts_cores = granularity_ != Granularity::node;
  const bool all_cores = assume != Assume::present || !counts_cores;
  std::int32_t cores = all_cores ? hardware.usable_cores() : hardware.free_cores(row.free.cpus);
  if (sight != nullptr) cores = std::min(hardware.usable_cores(), sight->cores.count());
  if (demand_.is_whole() && cores < hardware.usable_cores()) return {};
  const Amount& devices = assume == Assume::empty ? capacity : row.free;
  if (sight != nullptr && !demand_.gres.empty() && !find_devices(demand_, *node, node_class, devices, assume, *sight))
    return {};
  const std::int32_t of_partition = all_cores ? 0 : partition_cpus;
  const Cpus cpus = sight != nullptr ? free_cpus(hardware, of_partition, *sight) : free_cpus(hardware, cores, of_partition);
  Offer offer{cpus.cpus, cpus.cores, 0, cpus.free_cpus, 0, false};
  if (offer.cpus == 0) return {};

  std::int64_t tasks = 1;
  if (demand_.ntasks_per_node > 0)
    tasks = demand_.ntasks_per_node;
  else if (!demand_.overcommit && demand_.asked_max_nodes == 1 && demand_.ntasks > 0)
    tasks = demand_.ntasks;
  if (offer.cpus < tasks * demand_.cpus_per_task) return {};

  std::int64_t memory = no_memory_bound;
  if (settings_.memory) memory = assume == Assume::empty ? capacity.memory : row.free.memory;
  if (!demand_.gres.empty()) {
    if (!bound_gres(node_class, devices, memory, hardware, offer, gres, node, sight, assume)) return {};
    offer.passed_gres = true;
  }
  if (settings_.memory) offer.cpus = bound_by_memory(offer.cpus, memory, hardware);
  return offer;
}

}  // namespace sluice::cons_tres
