#include "policies/placement/cons_tres/offer.hpp"

#include <algorithm>
#include <limits>

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
  std::int32_t limit = no_cpu_bound;
  if (const auto most = cluster_.partitions[demand_.partition.index()].max_cpus_per_node;
      most && free + partition_cpus > *most) {
    if (demand_.is_whole() || partition_cpus >= *most) return {};
    limit = narrow(*most) - partition_cpus;
  }
  const std::int32_t usable = cpus_of_core(demand_, hardware, settings_);
  if (demand_.threads_per_core > hardware.threads) return {};
  std::int32_t cpus = free_cores * usable;
  if (free_cores < 1 || cpus < demand_.min_cpus_per_node) return {};
  if (demand_.ntasks_per_core == 1 && demand_.cpus_per_task > usable)  // tasks that no core holds have cores of their own
    cpus = narrow(free_cores / ((demand_.cpus_per_task + usable - 1) / usable) * demand_.cpus_per_task);
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
  return {std::min(cpus, limit), free_cores, free};
}

bool Offers::bound_gres(const NodeClass& node_class, const Amount& free, std::int64_t memory, const Hardware& hardware,
                        Offer& offer, std::span<GresOffer> gres) const {
  std::int64_t near = 0;
  for (std::size_t g = 0; g < demand_.gres.size(); ++g) {
    const GresDemand& wanted = demand_.gres[g];
    GresOffer& here = gres[g];
    here.free = here.total = matching(wanted, node_class, free);
    here.cap = 0;
    if (here.total == 0 || here.total < std::max(wanted.per_node, wanted.per_task)) return false;
    const std::int64_t least = least_devices(wanted, demand_, here.total);
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
    const std::int64_t close = here.total;
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
                   std::span<GresOffer> gres) const {
  const Hardware& hardware = hardware_[row.node_class.index()];
  const NodeClass& node_class = cluster_.classes[row.node_class.index()];
  const bool counts_cores = granularity_ != Granularity::node || settings_.linear;
  const bool all_cores = assume != Assume::present || !counts_cores;
  const std::int32_t cores = all_cores ? hardware.usable_cores() : hardware.free_cores(row.free.cpus);
  if (demand_.is_whole() && cores < hardware.usable_cores()) return {};
  const Cpus cpus = free_cpus(hardware, cores, all_cores ? 0 : partition_cpus);
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
    const Amount& devices = assume == Assume::empty ? capacity : row.free;
    if (!bound_gres(node_class, devices, memory, hardware, offer, gres)) return {};
    offer.passed_gres = true;
  }
  if (settings_.memory) offer.cpus = bound_by_memory(offer.cpus, memory, hardware);
  return offer;
}

}  // namespace sluice::cons_tres
