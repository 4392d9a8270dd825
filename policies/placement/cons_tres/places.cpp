#include "policies/placement/cons_tres/places.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "simulator/base/text.hpp"
#include "simulator/model/allocation.hpp"

namespace sluice::cons_tres {
namespace {

/// Sockets of cores like "0-3,8"; 0: all sockets, or not to be read.
std::uint64_t sockets_of(std::string_view cores, const Hardware& hardware) {
  std::uint64_t sockets = 0;
  for (const auto part : split(cores, ',')) {
    std::int32_t low = 0, high = 0;
    const auto* const end = part.data() + part.size();
    const auto first = std::from_chars(part.data(), end, low);
    if (first.ec != std::errc{}) return 0;
    high = low;
    if (first.ptr != end && *first.ptr == '-' && std::from_chars(first.ptr + 1, end, high).ec != std::errc{}) return 0;
    high = std::min(high, hardware.sockets * hardware.cores_per_socket - 1);
    for (std::int32_t core = std::max(0, low); core <= high; ++core)
      sockets |= std::uint64_t{1} << (core / hardware.cores_per_socket % 64);
  }
  const bool all = hardware.sockets >= 64 || sockets == (std::uint64_t{1} << hardware.sockets) - 1;
  return all ? 0 : sockets;
}

bool tells_of(const GresDevices& line, const GresCount& kind) {
  return line.name == kind.name && (kind.type.empty() || line.type.empty() || line.type == kind.type);
}

/// `first`: the index of the kind's first device.
void add_devices(std::span<const GresDevices* const> lines, std::size_t k, const GresCount& kind, std::size_t first,
                 const Hardware& hardware, std::vector<DeviceGroup>& groups) {
  std::int64_t left = kind.count;
  const auto add = [&](std::int64_t count, std::uint64_t sockets) {
    DeviceGroup group{k, 0, false, sockets};
    for (; count > 0 && left > 0; --count, --left, ++first) group.devices |= std::uint64_t{1} << (first % 64);
    if (group.devices != 0) groups.push_back(group);
  };
  for (const GresDevices* line : lines)
    if (tells_of(*line, kind)) add(line->count, sockets_of(line->cores, hardware));
  add(left, 0);
}

std::vector<DeviceGroup> groups_of(const NodeClass& node, std::span<const GresDevices* const> lines,
                                   const Hardware& hardware) {
  std::vector<DeviceGroup> groups;
  std::size_t first = 0;
  for (std::size_t k = 0; k < node.gres.size() && k < max_gres_kinds; ++k) {
    if (node.gres[k].name != "gpu") continue;
    add_devices(lines, k, node.gres[k], first, hardware, groups);
    first += static_cast<std::size_t>(node.gres[k].count);
  }
  if (first > 64) return {};  // devices of such a node are only counted
  const std::size_t gpu_groups = groups.size();
  for (std::size_t k = 0; k < node.gres.size() && k < max_gres_kinds; ++k)
    for (std::size_t g = 0; g < gpu_groups && is_gpu_share(node.gres[k].name); ++g)
      for (std::uint64_t left = groups[g].devices; left != 0; left &= left - 1)
        groups.push_back({k, left & (~left + 1), true, groups[g].sockets});
  return groups;
}

}  // namespace

std::vector<Places::Lines> Places::lines_of_nodes(const ClusterSpec& cluster) const {
  std::vector<Lines> lines(cluster.nodes.size());
  for (const GresDevices& line : cluster.gres.devices) {
    if (line.everywhere)
      for (auto& of_node : lines) of_node.push_back(&line);
    for (const NodeId node : line.nodes) lines[node.index()].push_back(&line);
  }
  return lines;
}

Places::Places(const ClusterSpec& cluster, std::span<const Hardware> hardware) {
  const auto& devices = cluster.gres.devices;
  if (std::none_of(devices.begin(), devices.end(), [](const auto& one) { return !one.cores.empty(); })) return;
  std::map<std::pair<std::uint32_t, Lines>, std::size_t> known;
  const auto lines = lines_of_nodes(cluster);
  for (std::size_t n = 0; n < cluster.nodes.size(); ++n) {
    const NodeClassId node_class = cluster.nodes[n].node_class;
    const auto [found, is_new] = known.try_emplace({node_class.value, lines[n]}, lists_.size());
    if (is_new) lists_.push_back(groups_of(cluster.classes[node_class.index()], lines[n], hardware[node_class.index()]));
    list_of_.push_back(found->second);
  }
  for (const auto& list : lists_)
    for (const DeviceGroup& group : list) matter_ = matter_ || group.sockets != 0;
}

}  // namespace sluice::cons_tres
