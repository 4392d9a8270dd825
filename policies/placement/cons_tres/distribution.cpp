#include "policies/placement/cons_tres/distribution.hpp"

#include <algorithm>
#include <limits>

#include "policies/placement/cons_tres/core_taker.hpp"
#include "policies/placement/cons_tres/device_choice.hpp"

namespace sluice::cons_tres {
namespace {

/// CPUs that there must be room for, which is also how many tasks of one CPU there can be.
std::int64_t cpus_to_place(const Demand& d, std::int64_t nodes) {
  std::int64_t cpus = nodes * std::max<std::int64_t>(1, d.ntasks_per_node);
  cpus = std::max({cpus, d.min_cpus, nodes * d.min_cpus_per_node});
  std::int64_t by_gpus = 0, by_tasks = 0;
  std::int64_t total = 0, per_node = 0, per_socket = 0, per_task = 0, per_device = 0;
  for (const auto& gres : d.gres) {
    if (gres.name != "gpu") continue;
    per_device = std::max(per_device, gres.cpus_per_gpu > 0 ? gres.cpus_per_gpu : gres.default_cpus_per_gpu);
    total += gres.total;
    per_node += gres.per_node;
    per_socket += gres.per_socket;
    per_task += gres.per_task;
    if (gres.ntasks_per_gpu > 0)
      by_tasks = std::max(by_tasks, gres.ntasks_per_gpu * (gres.total > 0 ? gres.total : gres.per_node * nodes));
  }
  if (total > 0)
    by_gpus = total;
  else if (per_node > 0)
    by_gpus = per_node * nodes;
  else if (per_socket > 0)
    by_gpus = per_socket * nodes * std::max<std::int64_t>(1, d.sockets_per_node);
  else
    by_gpus = per_task * d.ntasks;
  return std::max({cpus, by_tasks, per_device * by_gpus});
}

/// Whether a task is a CPU, nothing bounds the tasks of a node, and CPUs are given one by one: then a node gets as many
/// CPUs as tasks.
bool deals_cpus(const Question& q) {
  const Demand& d = q.demand;
  const Granularity granularity = q.settings.of_partition[d.partition.index()];
  return d.gres.empty() && d.cpus_per_task == 1 && d.ntasks_per_node == 0 && !d.overcommit && !d.is_whole() &&
         (granularity == Granularity::core || granularity == Granularity::cpu) &&
         std::all_of(q.hardware.begin(), q.hardware.end(), [](const Hardware& one) { return one.threads == 1; });
}

/// What Dealer comes to where deals_cpus(): every node has as many CPUs as the others unless it offers fewer, and of those
/// that have room left the first have one more.
void deal_cpus(const Question& q, std::vector<Share>& shares) {
  const auto nodes = static_cast<std::int64_t>(shares.size());
  std::int64_t left = cpus_to_place(q.demand, nodes);
  std::int64_t offered = 0;
  for (const Share& share : shares) offered += share.offered;
  if (left >= offered) {
    for (Share& share : shares) share.tasks = share.cpus = share.offered;
    return;
  }
  std::int32_t level = 0;
  const auto with_room = [&] {
    return std::count_if(shares.begin(), shares.end(), [&](const Share& share) { return share.offered > level; });
  };
  for (std::int64_t room = with_room(); left >= room; room = with_room()) {
    left -= room;
    ++level;
  }
  for (Share& share : shares) {
    share.cpus = std::min(share.offered, level);
    if (share.offered > level && left > 0) {
      ++share.cpus;
      --left;
    }
    share.tasks = share.cpus;
  }
}

/// Places tasks one by one within what is offered.
class Dealer {
 public:
  Dealer(const Question& q, Rooms& rooms, std::vector<Share>& shares) : q_{q}, rooms_{rooms}, shares_{shares} {}

  void deal() {
    const Demand& d = q_.demand;
    const auto nodes = static_cast<std::int64_t>(shares_.size());
    left_ = cpus_to_place(d, nodes);
    if (d.overcommit && d.ntasks > 0) left_ = std::min(left_, d.ntasks);
    if (!d.overcommit && d.cpus_per_task > 1)
      left_ = d.ntasks_per_node == 0 ? left_ / d.cpus_per_task : d.ntasks_per_node * nodes;
    left_ = std::max<std::int64_t>(1, left_);
    one_each();
    fill_touched_cores();
    const bool per_task_gres =
        std::any_of(d.gres.begin(), d.gres.end(), [](const GresDemand& gres) { return gres.per_task > 0; });
    if (!d.overcommit || per_task_gres) round_robin();
  }

 private:
  void place(Share& share) {
    --left_;
    ++share.tasks;
    share.cpus = static_cast<std::int32_t>(
        std::min<std::int64_t>(share.offered, share.cpus + q_.demand.cpus_per_task));
  }
  bool has_room(const Share& share) const {
    const Demand& d = q_.demand;
    if (share.offered - share.cpus < d.cpus_per_task) return false;
    if (d.ntasks_per_node > 0 && share.tasks >= d.ntasks_per_node) return false;
    for (std::size_t g = 0; g < d.gres.size(); ++g)
      if (d.gres[g].per_task > 0 && share.tasks >= rooms_.gres_of(share.node)[g].total / d.gres[g].per_task)
        return false;
    return true;
  }
  void one_each() {
    bool room_left = false;
    for (Share& share : shares_) {
      if (left_ == 0) break;
      if (share.offered == 0) continue;
      place(share);
      room_left = room_left || share.cpus < share.offered;
    }
    unbound_ = !room_left;
  }
  void fill_touched_cores() {
    for (Share& share : shares_) {
      const std::int64_t threads = q_.hardware_of(share.node).threads;
      std::int64_t tasks = share.cpus % threads / q_.demand.cpus_per_task;
      for (; tasks > 0 && left_ > 0 && has_room(share); --tasks) place(share);
    }
  }
  /// A core's worth of tasks for each node in turn. What then finds no room is placed all the same, whatever bounds the
  /// tasks of a node: so CPUs that GPUs need come to a job with --ntasks-per-node=1.
  void round_robin() {
    while (left_ > 0) {
      if (!unbound_ && q_.settings.takes_shortcuts) play_equal_rounds();
      bool room_left = false;
      for (Share& share : shares_) {
        std::int64_t tasks = tasks_of_round(share);
        for (; tasks > 0 && left_ > 0 && (unbound_ || has_room(share)); --tasks) {
          place(share);
          room_left = room_left || share.offered - share.cpus >= q_.demand.cpus_per_task;
        }
      }
      if (!room_left && unbound_ && all_full()) return;
      if (!room_left) unbound_ = true;
    }
  }
  std::int64_t tasks_of_round(const Share& share) const {
    return std::max<std::int64_t>(1, q_.hardware_of(share.node).threads / q_.demand.cpus_per_task);
  }
  /// As many more tasks as has_room() would let in.
  std::int64_t room(const Share& share) const {
    const Demand& d = q_.demand;
    std::int64_t tasks = (share.offered - share.cpus) / d.cpus_per_task;
    if (d.ntasks_per_node > 0) tasks = std::min(tasks, d.ntasks_per_node - share.tasks);
    for (std::size_t g = 0; g < d.gres.size(); ++g)
      if (d.gres[g].per_task > 0)
        tasks = std::min(tasks, rooms_.gres_of(share.node)[g].total / d.gres[g].per_task - share.tasks);
    return std::max<std::int64_t>(0, tasks);
  }
  /// All rounds but the last of those in which each node that has room takes as many tasks as it may.
  void play_equal_rounds() {
    std::int64_t rounds = left_, tasks = 0;
    for (const Share& share : shares_) {
      const std::int64_t here = room(share);
      if (here == 0) continue;
      const std::int64_t step = tasks_of_round(share);
      rounds = std::min(rounds, here / step);
      tasks += step;
    }
    if (tasks == 0) return;
    rounds = std::min(rounds, left_ / tasks) - 1;
    if (rounds <= 0) return;
    for (Share& share : shares_) {
      if (room(share) == 0) continue;
      const std::int64_t more = rounds * tasks_of_round(share);
      share.tasks += more;
      share.cpus += static_cast<std::int32_t>(more * q_.demand.cpus_per_task);
      left_ -= more;
    }
  }
  /// More tasks would not change what any node gives.
  bool all_full() const {
    return std::all_of(shares_.begin(), shares_.end(),
                       [](const Share& share) { return share.cpus >= share.offered; });
  }

  const Question& q_;
  Rooms& rooms_;
  std::vector<Share>& shares_;
  std::int64_t left_ = 0;
  bool unbound_ = false;
};

/// How many sockets so many cores are on: those of each task together, single ones in turn.
std::int32_t sockets_of(const Demand& d, const Hardware& hardware, std::int32_t cores, std::int32_t free_sockets) {
  const std::int64_t of_socket = std::int64_t{hardware.cores_per_socket} * hardware.threads;
  if (d.cpus_per_task == 1 || d.cpus_per_task > of_socket) return std::min(cores, free_sockets);
  const std::int64_t tasks = std::max<std::int64_t>(1, of_socket / d.cpus_per_task);
  const std::int64_t filled =
      std::min<std::int64_t>(hardware.cores_per_socket, (tasks * d.cpus_per_task + hardware.threads - 1) / hardware.threads);
  return std::min(static_cast<std::int32_t>((cores + filled - 1) / filled), free_sockets);
}

/// Cores are given as a whole, sockets where these are counted; all of a node to a job that wants it whole.
std::int32_t charged_cpus(const Question& q, const Share& share, const Machine& machine) {
  const Hardware& hardware = q.hardware_of(share.node);
  const Demand& d = q.demand;
  const Granularity granularity = q.settings.of_partition[d.partition.index()];
  if (d.is_whole() || granularity == Granularity::node) return hardware.cpus - hardware.withheld_cpus;
  if (granularity == Granularity::cpu && q.settings.shares_cores) return share.cpus;
  const std::int32_t usable = cpus_of_core(d, hardware, q.settings);
  std::int32_t cores = (share.cpus + usable - 1) / usable;
  const std::int32_t free = hardware.free_cores(machine.row(machine.row_of(share.node)).free.cpus);
  if (d.ntasks_per_core == 1 && d.cpus_per_task > usable) {  // no two tasks on a core
    const std::int64_t wanted = share.tasks * ((d.cpus_per_task + usable - 1) / usable);
    cores = std::max(cores, static_cast<std::int32_t>(std::min<std::int64_t>(wanted, free)));
  }
  if (granularity == Granularity::socket)
    cores = sockets_of(d, hardware, cores, free / hardware.cores_per_socket) * hardware.cores_per_socket;
  return cores * hardware.threads;
}

std::int64_t free_devices(const Question& q, const Machine& machine, const Share& share, const GresDemand& wanted) {
  const Machine::Row row = machine.row(machine.row_of(share.node));
  return Offers::matching(wanted, q.cluster.classes[row.node_class.index()], row.free);
}

std::int64_t devices_of_total(const Question& q, const Share& share, const GresDemand& wanted, std::int64_t most) {
  std::int64_t per_device = wanted.cpus_per_gpu;
  if (per_device == 0) per_device = wanted.ntasks_per_gpu * q.demand.cpus_per_task;
  return per_device > 0 ? std::min<std::int64_t>(most, share.cpus / per_device) : most;
}

bool distribute_total(const Question& q, const Machine& machine, std::size_t g, std::vector<Share>& shares) {
  const GresDemand& wanted = q.demand.gres[g];
  std::int64_t missing = wanted.total;
  auto to_come = static_cast<std::int64_t>(shares.size());
  for (Share& share : shares) {
    --to_come;
    const std::int64_t most = devices_of_total(q, share, wanted, missing - to_come);
    const std::int64_t free = free_devices(q, machine, share, wanted);
    share.devices[g] = std::clamp<std::int64_t>(most, 0, free);
    missing -= share.devices[g];
  }
  for (Share& share : shares) {
    const std::int64_t more = std::min(missing, free_devices(q, machine, share, wanted) - share.devices[g]);
    if (more <= 0) continue;
    share.devices[g] += more;
    missing -= more;
  }
  return missing <= 0;
}

/// CPUs are charged as the cores are that the tasks get.
void distribute_on_cores(const Question& q, Rooms& rooms, std::vector<Share>& shares) {
  const bool all = q.demand.is_whole();
  if (!all) Dealer{q, rooms, shares}.deal();
  for (Share& share : shares) {
    const Hardware& hardware = q.hardware_of(share.node);
    const NodeSight& sight = rooms.sights[share.node];
    share.device_bits = 0;
    if (all) {
      share.cores = sight.cores;
      share.tasks = std::max<std::int64_t>(1, q.demand.ntasks_per_node);
      share.cpus = hardware.cpus - hardware.withheld_cpus;
      continue;
    }
    const std::int32_t least = sight.least_cores * cpus_of_core(q.demand, hardware, q.settings);
    share.cpus = std::max(share.cpus, std::min(least, share.offered));
    share.cores = take_cores(q.demand, hardware, q.settings, share.cpus, sight.left);
    if (q.settings.of_partition[q.demand.partition.index()] == Granularity::socket) share.cores.fill_sockets();
    if (q.settings.of_partition[q.demand.partition.index()] != Granularity::cpu)
      share.cpus = share.cores.count() * hardware.threads;
  }
}

}  // namespace

void distribute_tasks(const Question& question, const Machine& machine, Rooms& rooms, std::vector<Share>& shares) {
  if (rooms.places != nullptr) return distribute_on_cores(question, rooms, shares);
  if (question.settings.takes_shortcuts && deals_cpus(question)) return deal_cpus(question, shares);
  const bool all = question.demand.is_whole();
  if (!all) Dealer{question, rooms, shares}.deal();
  for (Share& share : shares) {
    share.cpus = charged_cpus(question, share, machine);
    if (all) share.tasks = std::max<std::int64_t>(1, question.demand.ntasks_per_node);
  }
}

bool distribute_gres(const Question& question, const Machine& machine, const Rooms& rooms, std::vector<Share>& shares) {
  const Demand& d = question.demand;
  if (d.gres.empty()) return true;
  for (Share& share : shares) share.devices.assign(d.gres.size(), 0);
  for (std::size_t g = 0; g < d.gres.size(); ++g) {
    const GresDemand& wanted = d.gres[g];
    if (rooms.places != nullptr && !shares.empty() && rooms.sights[shares.front().node].devices[g].has_places) {
      if (!choose_near_devices(question, machine, rooms, g, shares)) return false;
      continue;
    }
    const bool by_node = wanted.per_node > 0 || wanted.per_socket > 0 || wanted.per_task > 0;
    if (!by_node) {
      if (!distribute_total(question, machine, g, shares)) return false;
      continue;
    }
    for (Share& share : shares) {
      const Hardware& hardware = question.hardware_of(share.node);
      if (wanted.per_node > 0) {
        share.devices[g] = wanted.per_node;
      } else if (wanted.per_socket > 0) {
        const std::int32_t cores = share.cpus / hardware.threads;
        share.devices[g] = wanted.per_socket * std::min(hardware.sockets, std::max(1, cores));
      } else {
        share.devices[g] = wanted.per_task * share.tasks;
      }
      if (share.devices[g] > free_devices(question, machine, share, wanted)) return false;
    }
  }
  return true;
}

bool distribute_memory(const Question& question, const Machine& machine, std::vector<Share>& shares) {
  if (!question.settings.memory) return true;
  const Demand& d = question.demand;
  for (Share& share : shares) {
    const Machine::Row row = machine.row(machine.row_of(share.node));
    const std::int64_t all = question.hardware_of(share.node).memory;
    switch (d.memory.unit) {
      case MemoryDemand::Unit::per_node: share.memory = d.memory.amount > 0 ? d.memory.amount : all; break;
      case MemoryDemand::Unit::per_cpu: share.memory = d.memory.amount * share.cpus; break;
      case MemoryDemand::Unit::per_gpu: {
        share.memory = 0;
        const NodeClass& node_class = question.cluster.class_of(NodeId{share.node});
        for (std::size_t g = 0; g < d.gres.size(); ++g) {
          std::int64_t devices = share.devices[g];
          if (d.is_whole())
            devices = Offers::matching(d.gres[g], node_class, machine.cluster().capacity(row.node_class));
          share.memory += d.gres[g].memory_per_gpu * devices;
        }
        share.memory = std::min(share.memory, row.free.memory);
        break;
      }
    }
    if (share.memory > row.free.memory) return false;
  }
  return true;
}

}  // namespace sluice::cons_tres
