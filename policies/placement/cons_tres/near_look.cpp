#include "policies/placement/cons_tres/near_look.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace sluice::cons_tres {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// GRES of single sockets first.
std::vector<std::size_t> in_order(const Demand& demand, const NodeSight& sight) {
  std::vector<std::size_t> order(demand.gres.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t g) {
    return (sight.devices[g].has_places ? 0 : 2) + (demand.gres[g].per_socket > 0 ? 0 : 1);
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

class Looker {
 public:
  Looker(const NearQuestion& q, std::int32_t cpus, std::int64_t least, std::int64_t most, NodeSight& sight)
      : q_{q},
        d_{q.demand},
        hardware_{q.hardware},
        near_only_{q.demand.enforce_gres_binding || q.look == Look::first},
        step_{std::max<std::int64_t>(1, least)},
        least_{least},
        most_{most},
        cpus_{cpus},
        sight_{sight},
        required_(static_cast<std::size_t>(hardware_.sockets)) {
    threads_ = d_.threads_per_core > 0 ? std::min<std::int64_t>(hardware_.threads, d_.threads_per_core) : hardware_.threads;
    for (std::int32_t s = 0; s < hardware_.sockets; ++s) free_.push_back(sight_.left.count(s));
    all_ = std::accumulate(free_.begin(), free_.end(), 0);
    sight_.least_cores = 0;
  }

  /// False: the node is of no use.
  bool look_at(std::size_t g, GresOffer& here) {
    const GresDemand& wanted = d_.gres[g];
    if (!begin(wanted, here, q_.so_far[g])) return false;
    find_sockets(wanted, here, sight_.devices[g]);
    if (!bound_tasks(wanted)) return false;
    if (near_only_)
      for (std::int32_t s = 0; s < hardware_.sockets; ++s)
        if (!required_[index(s)]) erase(s, all_cores);
    if (most_ == any_number_of_tasks) {
      if (per_device_ > 0) here.total = std::min(here.total, cpus_ / per_device_);
      return true;
    }
    const std::int64_t cores = needed_cores(wanted);
    if (cores > tot_) return false;
    if (d_.enforce_gres_binding && cores * threads_ > cpus_) return false;
    leave(cores);
    if (per_device_ > 0) {
      here.total = std::min(here.total, cpus_ / per_device_);
      if (std::max(wanted.per_node, wanted.per_task) > here.total) return false;
    }
    if (d_.enforce_gres_binding) least_cores_ = std::min(least_cores_, cores);
    return true;
  }

  std::int32_t finish() {
    if (!cpus_by_device_ && (d_.cpus_per_task > 1 || !q_.settings.one_task_per_core) && most_ < any_number_of_tasks)
      cpus_ = std::min(cpus_, most_ * d_.cpus_per_task);
    if (least_cores_ < none) sight_.least_cores = static_cast<std::int32_t>(least_cores_);
    return static_cast<std::int32_t>(cpus_);
  }

 private:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t all_cores = -1;
  static std::size_t index(std::int32_t socket) { return static_cast<std::size_t>(socket); }

  bool begin(const GresDemand& wanted, const GresOffer& here, std::int64_t so_far) {
    const std::int64_t missing = std::max<std::int64_t>(0, wanted.total - so_far);
    cap_ = here.cap > 0 && missing > 0 ? std::min(missing, here.cap) : here.cap;
    const std::int64_t on_sockets = wanted.per_socket * std::max<std::int64_t>(1, d_.sockets_per_node);
    if (cap_ > 0 && (wanted.per_node > cap_ || on_sockets > cap_)) return false;
    if (wanted.per_node > 0 && wanted.per_task > 0) {
      const std::int64_t tasks = wanted.per_node / wanted.per_task;
      if (tasks == 0 || tasks > most_ || tasks < least_) return false;
      if (most_ == any_number_of_tasks || most_ > tasks) most_ = cap_;
    }
    per_device_ = wanted.cpus_per_gpu;
    if (per_device_ == 0 && wanted.ntasks_per_gpu > 0)
      per_device_ = wanted.ntasks_per_gpu * d_.cpus_per_task;
    else if (per_device_ == 0)
      per_device_ = wanted.default_cpus_per_gpu;
    cpus_by_device_ = cpus_by_device_ || wanted.cpus_per_gpu > 0 || (wanted.ntasks_per_gpu == 0 && per_device_ > 0);
    return true;
  }

  /// Sockets with the most cores first, until there are enough devices.
  void find_sockets(const GresDemand& wanted, GresOffer& here, NearDevices& devices) {
    std::vector<std::int32_t> order(free_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return free_[index(a)] > free_[index(b)]; });
    const std::int64_t least_cores = ceil_div(std::max<std::int64_t>(1, least_) * d_.cpus_per_task, hardware_.threads);
    found_ = devices.any;
    tot_ = sockets_ = 0;
    bool enough = false;
    for (const std::int32_t s : order) {
      std::int64_t units = devices.near[index(s)];
      if (near_only_ && per_device_ > 0)
        units = std::min<std::int64_t>(units, std::int64_t{free_[index(s)]} * hardware_.threads / per_device_);
      const std::int64_t with_any = devices.any + units;
      if (wanted.per_socket > with_any || with_any == 0) {
        if (wanted.per_socket > with_any || d_.enforce_gres_binding) {
          here.total -= devices.near[index(s)];
          devices.near[index(s)] = 0;
        }
        if (q_.look == Look::first && all_ > least_cores) all_ -= erase(s, all_ - least_cores, Counted::no);
      }
      tot_ += free_[index(s)];
      if (near_only_ && free_[index(s)] == 0) continue;
      found_ += units;
      if (!enough) {
        required_[index(s)] = true;
        ++sockets_;
      }
      enough = enough || (devices.any == 0 && ((cap_ > 0 && found_ >= cap_) ||
                                               (wanted.per_node > 0 && found_ >= wanted.per_node)));
    }
  }

  bool bound_tasks(const GresDemand& wanted) {
    if (per_device_ > 0) {
      cap_ = cap_ > 0 ? std::min(cpus_ / per_device_, cap_) : cpus_ / per_device_;
      found_ = std::min(found_, cap_);
    }
    if (found_ == 0 || wanted.per_node > found_ || wanted.per_task > found_) return false;
    if (wanted.per_task > 0) most_ = std::min(most_, found_ / wanted.per_task);
    if (most_ < any_number_of_tasks) most_ -= most_ % step_;
    return most_ > 0;
  }

  std::int64_t needed_cores(const GresDemand& wanted) {
    std::int64_t per_task = d_.cpus_per_task;
    if (d_.ntasks_per_core == 1 || (d_.ntasks_per_core == 0 && q_.settings.one_task_per_core))
      per_task = ceil_div(per_task, threads_) * threads_;
    std::int64_t cores = most_ * per_task;
    for (; most_ >= least_; --most_) {
      cores = ceil_div(most_ * per_task, threads_);
      if (cores <= tot_) break;
    }
    if (per_device_ > 0) {
      std::int64_t devices = found_;
      if (wanted.per_node > 0)
        devices = wanted.per_node;
      else if (wanted.per_socket > 0)
        devices = wanted.per_socket * sockets_;
      else if (wanted.per_task > 0)
        devices = wanted.per_task * most_;
      cores = std::max(cores, ceil_div(devices * per_device_, hardware_.threads));
    }
    return d_.enforce_gres_binding ? std::max(cores, sockets_) : cores;
  }

  /// Other cores go: those of sockets that are not needed first, then one by one from the fullest socket.
  void leave(std::int64_t cores) {
    if (!near_only_)
      for (std::int32_t s = 0; s < hardware_.sockets && tot_ > cores; ++s)
        if (!required_[index(s)]) erase(s, tot_ - cores);
    while (tot_ > cores) {
      std::int32_t fullest = -1;
      for (std::int32_t s = 0; s < hardware_.sockets; ++s)
        if (required_[index(s)] && free_[index(s)] > 0 && (fullest < 0 || free_[index(s)] > free_[index(fullest)]))
          fullest = s;
      if (fullest < 0) return;
      erase(fullest, 1);
    }
  }

  /// The last so many cores of the socket go, and CPUs along with them where too few cores are left. How many went.
  enum class Counted : std::uint8_t { yes, no };
  std::int64_t erase(std::int32_t socket, std::int64_t most, Counted counted = Counted::yes) {
    std::int64_t gone = 0;
    while (gone != most && sight_.left.erase_last(socket)) {
      ++gone;
      --free_[index(socket)];
      if (counted == Counted::yes) --tot_;
      if (std::int64_t{sight_.left.count()} * hardware_.threads < cpus_) cpus_ -= hardware_.threads;
    }
    return gone;
  }

  const NearQuestion& q_;
  const Demand& d_;
  const Hardware& hardware_;
  bool near_only_;
  std::int64_t step_, least_, most_, cpus_;
  NodeSight& sight_;
  std::vector<bool> required_;
  std::vector<std::int32_t> free_;  ///< cores by socket
  std::int64_t threads_ = 1;
  std::int64_t all_ = 0;            ///< cores, before sockets without devices lose theirs
  std::int64_t tot_ = 0, sockets_ = 0, found_ = 0, cap_ = 0, per_device_ = 0;
  std::int64_t least_cores_ = none;
  bool cpus_by_device_ = false;
};

}  // namespace

std::int32_t look_near(const NearQuestion& question, std::int32_t cpus, std::int64_t least_tasks,
                       std::int64_t most_tasks, NodeSight& sight, std::span<GresOffer> offers) {
  Looker looker{question, cpus, least_tasks, most_tasks, sight};
  for (const std::size_t g : in_order(question.demand, sight))
    if (!looker.look_at(g, offers[g])) return 0;
  return looker.finish();
}

}  // namespace sluice::cons_tres
