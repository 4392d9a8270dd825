#include "simulator/report/verify_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sluice::report::verify {
namespace {

struct Moment {
  std::int64_t at = 0;
  int kind = 0;  ///< 0: end, 1: start
  std::uint32_t job = 0;
  auto order() const { return std::tuple{at, kind, job}; }
};

/// Starts and ends, sorted. A run of no length takes nothing from anyone.
std::vector<Moment> moments_of(const Jobs& jobs) {
  std::vector<Moment> moments;
  for (std::uint32_t i = 0; i < jobs.list.size(); ++i) {
    const Job& job = jobs.list[i];
    if (!job.start || (job.end && *job.end <= *job.start)) continue;
    moments.push_back({*job.start, 1, i});
    if (job.end) moments.push_back({*job.end, 0, i});
  }
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.order() < b.order(); });
  return moments;
}

struct NodeUse {
  std::int64_t cpus = 0, memory = 0, jobs = 0;
  std::uint64_t devices = 0;
};

std::int64_t gpus_of(const NodeClass& node) {
  std::int64_t sum = 0;
  for (const auto& gres : node.gres) sum += gres.name == "gpu" ? gres.count : 0;
  return sum;
}

class Sweep {
 public:
  Sweep(const Jobs& jobs, const ClusterSpec& cluster, VerifyReport& report)
      : jobs_{jobs}, cluster_{cluster}, report_{report}, use_(cluster.nodes.size()),
        shares_cores_{shares_cores(cluster)} {}

  double run() {
    std::int64_t last = 0;
    for (const auto& job : jobs_.list)
      if (job.end) last_end_ = std::max(last_end_.value_or(*job.end), *job.end);
    for (const auto& moment : moments_of(jobs_)) {
      if (last_end_) busy_ms_ += static_cast<double>(busy_) * length(last, moment.at);
      last = moment.at;
      if (moment.kind == 1) start(jobs_.list[moment.job], moment.at);
      else end(jobs_.list[moment.job]);
    }
    if (last_end_) busy_ms_ += static_cast<double>(busy_) * length(last, *last_end_);
    return busy_ms_;
  }

 private:
  double length(std::int64_t from, std::int64_t to) const {
    return static_cast<double>(std::max<std::int64_t>(0, std::min(to, *last_end_) - std::min(from, *last_end_)));
  }

  void start(const Job& job, std::int64_t now) {
    ++report_.intervals;
    slots_ += job.cpus;
    if (cluster_.is_pool && slots_ > cluster_.classes.front().cpus)
      report_.add(job.id, "pool-slots", fmt::format("the pool has {} slots, {} are in use at {}",
                                                    cluster_.classes.front().cpus, slots_, seconds_text(now)));
    for (std::size_t i = 0; i < job.shares; ++i) take(job, jobs_.shares[job.first_share + i], now);
  }

  void take(const Job& job, const Share& share, std::int64_t now) {
    NodeUse& use = use_[share.node];
    const NodeClass& node = cluster_.class_of(NodeId{share.node});
    const auto& name = cluster_.nodes[share.node].name;
    busy_ += use.jobs++ == 0 ? 1 : 0;
    use.cpus += share.cpus;
    use.memory += share.memory;
    const auto most = [&](std::string_view rule, std::string_view what, std::int64_t used, std::int64_t there) {
      if (used > there)
        report_.add(job.id, rule, fmt::format("{} has {} {}, {} are in use at {}", name, there, what, used, seconds_text(now)));
    };
    if (share.cpus > 0 && !shares_cores_) most("node-cpus", "CPUs", use.cpus, node.cpus);
    if (share.memory > 0) most("node-memory", "MB", use.memory, (node.real_memory - node.mem_spec_limit).value);
    check_devices(job, share, use, gpus_of(node), now);
    use.devices |= share.devices;
  }

  /// Jobs may have cores in common by the configuration; that an operator may suspend jobs is not looked at.
  static bool shares_cores(const ClusterSpec& cluster) {
    using Mode = OverSubscribe::Mode;
    const bool taken_in_turn = cluster.preempt.mode.gang || cluster.preempt.mode.action == PreemptMode::Action::suspend;
    return taken_in_turn || std::any_of(cluster.partitions.begin(), cluster.partitions.end(), [](const auto& partition) {
             return partition.over_subscribe.mode == Mode::yes || partition.over_subscribe.mode == Mode::force;
           });
  }
  static bool shares_gpus(const NodeClass& node) {
    return std::any_of(node.gres.begin(), node.gres.end(),
                       [](const auto& gres) { return is_gpu_share(gres.name); });
  }

  void check_devices(const Job& job, const Share& share, const NodeUse& use, std::int64_t gpus, std::int64_t now) {
    if (shares_gpus(cluster_.class_of(NodeId{share.node}))) return;
    const auto& name = cluster_.nodes[share.node].name;
    for (int i = 0; i < 64; ++i) {
      if ((share.devices >> i & 1U) == 0) continue;
      if (i >= gpus) report_.add(job.id, "node-gpus", fmt::format("{} has {} GPUs, there is no GPU {}", name, gpus, i));
      if ((use.devices >> i & 1U) != 0)
        report_.add(job.id, "node-gpus", fmt::format("GPU {} of {} is in use at {}", i, name, seconds_text(now)));
    }
  }

  void end(const Job& job) {
    slots_ -= job.cpus;
    for (std::size_t i = 0; i < job.shares; ++i) {
      const Share& share = jobs_.shares[job.first_share + i];
      NodeUse& use = use_[share.node];
      use.cpus -= share.cpus;
      use.memory -= share.memory;
      use.devices &= ~share.devices;
      busy_ -= --use.jobs == 0 ? 1 : 0;
    }
  }

  const Jobs& jobs_;
  const ClusterSpec& cluster_;
  VerifyReport& report_;
  std::vector<NodeUse> use_;
  std::optional<std::int64_t> last_end_;
  std::int64_t slots_ = 0, busy_ = 0;
  double busy_ms_ = 0;
  bool shares_cores_ = false;
};

}  // namespace

double check_nodes(const Jobs& jobs, const ClusterSpec& cluster, VerifyReport& report) {
  return Sweep{jobs, cluster, report}.run();
}

}  // namespace sluice::report::verify
