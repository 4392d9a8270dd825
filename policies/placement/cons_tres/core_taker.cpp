#include "policies/placement/cons_tres/core_taker.hpp"

#include <algorithm>
#include <numeric>

#include "policies/placement/cons_tres/offer.hpp"

namespace sluice::cons_tres {
namespace {

class Taker {
 public:
  Taker(const Demand& demand, const Hardware& hardware, const Settings& settings, std::int32_t cpus,
        const NodeCores& available)
      : d_{demand}, hardware_{hardware}, left_{available}, own_{available}, cpus_{cpus} {
    own_.clear();
    of_core_ = cpus_of_core(demand, hardware, settings);
    alone_ = demand.ntasks_per_core == 1 && demand.cpus_per_task > of_core_;
    task_left_ = demand.cpus_per_task;
  }

  /// The smallest socket that suffices for all, else the largest, and so on.
  void in_blocks() {
    std::int64_t needed = (cpus_ + of_core_ - 1) / of_core_;
    if (alone_) needed = cpus_ / d_.cpus_per_task * ((d_.cpus_per_task + of_core_ - 1) / of_core_);
    while (cpus_ > 0) {
      std::int32_t best = -1, most = 0;
      for (std::int32_t s = 0; s < hardware_.sockets; ++s) {
        const std::int32_t free = left_.count(s);
        if (free == 0) continue;
        const bool suffices = free >= needed, best_suffices = best >= 0 && most >= needed;
        const bool better = best < 0 || (suffices && !best_suffices) || (suffices && free < most) || (!suffices && free > most);
        if (!better) continue;
        best = s;
        most = free;
      }
      if (best < 0) return;
      while (cpus_ > 0 && left_.count(best) > 0) {
        take_from(best);
        spend(used_by_core());
      }
    }
  }

  void in_turn() {
    std::vector<bool> avoid(static_cast<std::size_t>(hardware_.sockets));
    if (d_.ntasks_per_socket > 0)
      spare_sockets(avoid);
    else if (d_.cpus_per_task > 1)
      keep_tasks_together();
    for (bool found = true; cpus_ > 0 && found;) {
      found = false;
      for (std::int32_t s = 0; s < hardware_.sockets && cpus_ > 0; ++s) {
        if (avoid[static_cast<std::size_t>(s)] || !take_from(s)) continue;
        found = true;
        spend(of_core_);
      }
    }
  }

  const NodeCores& own() const { return own_; }

 private:
  bool take_from(std::int32_t socket) {
    for (std::int32_t c = 0; c < left_.of_socket(); ++c) {
      const std::int32_t core = socket * left_.of_socket() + c;
      if (!left_.has(core)) continue;
      left_.erase(core);
      own_.insert(core);
      return true;
    }
    return false;
  }
  void spend(std::int32_t used) { cpus_ = cpus_ < of_core_ ? 0 : cpus_ - used; }
  /// Of tasks that have their cores for themselves, the last core is used in part.
  std::int32_t used_by_core() {
    if (!alone_) return of_core_;
    const auto used = static_cast<std::int32_t>(std::min<std::int64_t>(task_left_, of_core_));
    task_left_ = task_left_ <= used ? d_.cpus_per_task : task_left_ - used;
    return used;
  }

  /// No socket is to have more than its tasks; those that are not needed then are left alone.
  void spare_sockets(std::vector<bool>& avoid) const {
    const std::int64_t most = d_.ntasks_per_socket * d_.cpus_per_task;
    std::vector<std::int64_t> offered;
    for (std::int32_t s = 0; s < hardware_.sockets; ++s) offered.push_back(std::int64_t{left_.count(s)} * of_core_);
    std::int64_t all = std::accumulate(offered.begin(), offered.end(), std::int64_t{0});
    for (auto& socket : offered) {
      if (all <= cpus_) break;
      if (socket <= most) continue;
      all -= socket - most;
      socket = most;
    }
    for (std::size_t s = 0; s < offered.size() && all > cpus_; ++s) {
      if (offered[s] > most || all - offered[s] < cpus_) continue;
      avoid[s] = true;
      all -= offered[s];
    }
  }

  /// Each socket takes as many tasks as it can hold whole.
  void keep_tasks_together() {
    for (std::int32_t s = 0; s < hardware_.sockets; ++s) {
      std::int64_t room = std::int64_t{left_.count(s)} * of_core_;
      room -= room % d_.cpus_per_task;
      while (room > 0 && cpus_ > 0 && take_from(s)) {
        const std::int32_t used = used_by_core();
        room = room < of_core_ ? 0 : room - used;
        spend(used);
      }
    }
  }

  const Demand& d_;
  const Hardware& hardware_;
  NodeCores left_, own_;
  std::int32_t cpus_;
  std::int32_t of_core_ = 1;  ///< CPUs
  bool alone_ = false;        ///< a task needs several cores, and shares none
  std::int64_t task_left_ = 1;
};

}  // namespace

NodeCores take_cores(const Demand& demand, const Hardware& hardware, const Settings& settings, std::int32_t cpus,
                     const NodeCores& available) {
  Taker taker{demand, hardware, settings, cpus, available};
  const Granularity granularity = settings.of_partition[demand.partition.index()];
  if (settings.block_cores || demand.block_cores || granularity == Granularity::cpu)
    taker.in_blocks();
  else
    taker.in_turn();
  return taker.own();
}

}  // namespace sluice::cons_tres
