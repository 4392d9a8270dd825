#include "policies/placement/cons_tres/device_choice.hpp"

#include <algorithm>

namespace sluice::cons_tres {
namespace {

/// Devices on one node.
class Picker {
 public:
  Picker(const Question& question, const Machine& machine, const NodeSight& sight, std::size_t g, Share& share)
      : q_{question},
        wanted_{question.demand.gres[g]},
        devices_{sight.devices[g]},
        share_{share},
        free_{machine.free_gpus(share.node)} {
    for (std::int32_t s = 0; s < share.cores.sockets(); ++s) used_.push_back(share.cores.count(s));
  }
  std::int64_t picked() const { return picked_; }

  /// One of each socket in use, then more of those, then others.
  void for_node(std::int64_t most) {
    pick(devices_.any_devices, std::min<std::int64_t>(most, 1));
    for (std::size_t s = 0; s < used_.size() && picked_ < most; ++s)
      if (used_[s] > 0) pick(devices_.near_devices[s], 1);
    from_sockets_in_use(most);
    for (std::size_t s = 0; s < used_.size() && picked_ < most; ++s)
      if (used_[s] == 0) pick(devices_.near_devices[s], most - picked_);
  }

  void for_sockets() {
    std::vector<bool> takes;
    for (const auto cores : used_) takes.push_back(cores > 0);
    auto count = std::count(takes.begin(), takes.end(), true);
    for (std::size_t s = 0; s < takes.size() && count < q_.demand.sockets_per_node; ++s)
      if (!takes[s] && std::popcount(devices_.near_devices[s] & free_) >= wanted_.per_socket) {
        takes[s] = true;
        ++count;
      }
    for (std::size_t s = 0; s < takes.size(); ++s) {
      if (!takes[s]) continue;
      const std::int64_t goal = picked_ + wanted_.per_socket;
      pick(devices_.near_devices[s], wanted_.per_socket);
      pick(devices_.any_devices, goal - picked_);
    }
  }

  /// As many tasks as have room on the cores of each socket, the first sockets first.
  void for_tasks() {
    const Hardware& hardware = q_.hardware_of(share_.node);
    const Demand& d = q_.demand;
    const std::int64_t all = d.ntasks_per_node > 0 ? d.ntasks_per_node : share_.tasks;
    const std::int64_t of_core = d.ntasks_per_core > 0              ? d.ntasks_per_core
                                 : q_.settings.one_task_per_core ? 1
                                                                 : std::max(1, hardware.threads);
    std::int64_t tasks = 0;
    for (std::size_t s = 0; s < used_.size(); ++s) {
      std::int64_t here = used_[s] * of_core;
      if (d.ntasks_per_socket > 0) here = std::min(here, d.ntasks_per_socket);
      tasks += std::min(here, all - tasks);
      pick(devices_.near_devices[s], tasks * wanted_.per_task - picked_);
    }
    anywhere(tasks * wanted_.per_task);
  }

  /// Of a job's total, near its cores; one from elsewhere if there is none.
  void for_job(std::int64_t most) {
    pick(devices_.any_devices, most);
    from_sockets_in_use(most);
    for (std::size_t s = 0; s < used_.size() && picked_ == 0; ++s)
      if (used_[s] == 0) pick(devices_.near_devices[s], 1);
  }

  void anywhere(std::int64_t most) {
    pick(devices_.any_devices, most - picked_);
    for (std::size_t s = 0; s < used_.size() && picked_ < most; ++s) pick(devices_.near_devices[s], most - picked_);
  }

 private:
  void pick(std::uint64_t from, std::int64_t most) {
    std::uint64_t left = from & free_ & ~share_.device_bits;
    for (; most > 0 && left != 0; --most, left &= left - 1) {
      share_.device_bits |= left & (~left + 1);
      ++picked_;
    }
  }
  void from_sockets_in_use(std::int64_t most) {
    pick(devices_.any_devices, most - picked_);
    for (std::size_t s = 0; s < used_.size() && picked_ < most; ++s)
      if (used_[s] > 0) pick(devices_.near_devices[s], most - picked_);
  }

  const Question& q_;
  const GresDemand& wanted_;
  const NearDevices& devices_;
  Share& share_;
  std::uint64_t free_;
  std::vector<std::int32_t> used_;  ///< cores, by socket
  std::int64_t picked_ = 0;
};

/// The one GPU that serves a job's shares: near its cores, if there is one.
bool pick_shared(const Machine& machine, std::span<const DeviceGroup> groups, const NodeClass& node_class,
                 const GresDemand& wanted, const NearDevices& devices, Share& share) {
  const auto suffices = [&](const DeviceGroup& group) {
    return group.is_shared && node_class.gres[group.kind].name == wanted.name &&
           machine.free_shares(share.node, group.kind, static_cast<std::size_t>(std::countr_zero(group.devices))) >= wanted.per_node;
  };
  const auto pick = [&](std::uint64_t from) {
    for (const DeviceGroup& group : groups)
      if ((group.devices & from) != 0 && suffices(group)) {
        share.device_bits |= group.devices;
        return true;
      }
    return false;
  };
  if (pick(devices.any_devices)) return true;
  for (std::int32_t s = 0; s < share.cores.sockets(); ++s)
    if (share.cores.count(s) > 0 && pick(devices.near_devices[static_cast<std::size_t>(s)])) return true;
  return pick(~std::uint64_t{0});
}

std::int64_t most_of_job(const Question& q, const GresDemand& wanted, const Share& share, std::int64_t missing) {
  std::int64_t per_device = wanted.cpus_per_gpu;
  if (per_device == 0) per_device = wanted.ntasks_per_gpu * q.demand.cpus_per_task;
  if (per_device == 0) return missing;
  return std::min(missing, std::int64_t{share.cores.count()} * q.hardware_of(share.node).threads / per_device);
}

bool choose_of_job(const Question& q, const Machine& machine, const Rooms& rooms, std::size_t g,
                   std::vector<Share>& shares) {
  const GresDemand& wanted = q.demand.gres[g];
  std::int64_t missing = wanted.total;
  auto to_come = static_cast<std::int64_t>(shares.size());
  for (Share& share : shares) {
    --to_come;
    Picker picker{q, machine, rooms.sights[share.node], g, share};
    picker.for_job(most_of_job(q, wanted, share, missing - to_come));
    share.devices[g] = picker.picked();
    missing -= picker.picked();
  }
  for (Share& share : shares) {
    if (missing <= 0) break;
    Picker picker{q, machine, rooms.sights[share.node], g, share};
    picker.anywhere(missing);
    share.devices[g] += picker.picked();
    missing -= picker.picked();
  }
  return missing <= 0;
}

}  // namespace

bool choose_near_devices(const Question& q, const Machine& machine, const Rooms& rooms, std::size_t g,
                         std::vector<Share>& shares) {
  const GresDemand& wanted = q.demand.gres[g];
  if (wanted.per_node == 0 && wanted.per_socket == 0 && wanted.per_task == 0) return choose_of_job(q, machine, rooms, g, shares);
  for (Share& share : shares) {
    const NodeSight& sight = rooms.sights[share.node];
    Picker picker{q, machine, sight, g, share};
    if (wanted.name != "gpu") {
      share.devices[g] = wanted.per_node;
      const NodeClass& node_class = q.cluster.class_of(NodeId{share.node});
      if (!pick_shared(machine, rooms.places->of(share.node), node_class, wanted, sight.devices[g], share)) return false;
      continue;
    }
    if (wanted.per_node > 0)
      picker.for_node(wanted.per_node);
    else if (wanted.per_socket > 0)
      picker.for_sockets();
    else
      picker.for_tasks();
    share.devices[g] = picker.picked();
    if (picker.picked() < std::max({wanted.per_node, wanted.per_task, wanted.per_socket})) return false;
  }
  return true;
}

}  // namespace sluice::cons_tres
