#pragma once
// Which sockets of a node its devices are near: Cores= of gres.conf.

#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/settings.hpp"

namespace sluice::cons_tres {

/// Devices that are near the same sockets.
struct DeviceGroup {
  std::size_t kind = 0;        ///< of the node class
  std::uint64_t devices = 0;   ///< bits as in Cluster; of shares the one GPU that serves them
  bool is_shared = false;      ///< units are shares
  std::uint64_t sockets = 0;   ///< bit by socket; 0: near all of them
};

/// By node, in the order of gres.conf. Nodes with equal lines share one list. Source: gres.conf(5) Cores; slurmctld's gres.c.
class Places {
 public:
  Places(const ClusterSpec& cluster, std::span<const Hardware> hardware);

  /// Whether any device is near some sockets only. If none is, nodes have no groups.
  bool matter() const { return matter_; }
  std::span<const DeviceGroup> of(std::uint32_t node) const {
    return matter_ ? std::span{lists_[list_of_[node]]} : std::span<const DeviceGroup>{};
  }

 private:
  using Lines = std::vector<const GresDevices*>;
  std::vector<Lines> lines_of_nodes(const ClusterSpec& cluster) const;

  bool matter_ = false;
  std::vector<std::vector<DeviceGroup>> lists_;
  std::vector<std::size_t> list_of_;
};

}  // namespace sluice::cons_tres
