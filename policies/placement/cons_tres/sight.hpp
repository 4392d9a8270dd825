#pragma once
// What a test sees of one node where it matters which cores and devices are free, and not only how many.

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/settings.hpp"

namespace sluice::cons_tres {

/// Cores of one node, by socket.
class NodeCores {
 public:
  void assign(const Hardware& hardware, std::span<const std::uint64_t> bits) {
    sockets_ = hardware.sockets;
    of_socket_ = hardware.cores_per_socket;
    bits_.assign(bits.begin(), bits.end());
  }
  std::int32_t sockets() const { return sockets_; }
  std::int32_t of_socket() const { return of_socket_; }
  bool has(std::int32_t core) const { return (bits_[word(core)] >> (core % 64) & 1) != 0; }
  void erase(std::int32_t core) { bits_[word(core)] &= ~(std::uint64_t{1} << (core % 64)); }
  void insert(std::int32_t core) { bits_[word(core)] |= std::uint64_t{1} << (core % 64); }
  std::int32_t count() const {
    std::int32_t sum = 0;
    for (const auto word : bits_) sum += std::popcount(word);
    return sum;
  }
  std::int32_t count(std::int32_t socket) const {
    std::int32_t sum = 0;
    for (std::int32_t c = 0; c < of_socket_; ++c) sum += has(socket * of_socket_ + c) ? 1 : 0;
    return sum;
  }
  void erase_socket(std::int32_t socket) {
    for (std::int32_t c = 0; c < of_socket_; ++c) erase(socket * of_socket_ + c);
  }
  /// The highest core of the socket goes. False: there is none.
  bool erase_last(std::int32_t socket) {
    for (std::int32_t c = of_socket_; c-- > 0;)
      if (has(socket * of_socket_ + c)) {
        erase(socket * of_socket_ + c);
        return true;
      }
    return false;
  }
  /// Sockets that have any have all of theirs.
  void fill_sockets() {
    for (std::int32_t s = 0; s < sockets_; ++s)
      for (std::int32_t c = 0; count(s) > 0 && c < of_socket_; ++c) insert(s * of_socket_ + c);
  }
  void clear() { bits_.assign(bits_.size(), 0); }
  const std::vector<std::uint64_t>& bits() const { return bits_; }

 private:
  static std::size_t word(std::int32_t core) { return static_cast<std::size_t>(core) / 64; }

  std::int32_t sockets_ = 0, of_socket_ = 0;
  std::vector<std::uint64_t> bits_;
};

/// Free devices of one GresDemand: units that are near all sockets, and by socket those near it.
struct NearDevices {
  std::int64_t any = 0;
  std::vector<std::int64_t> near;
  std::uint64_t any_devices = 0;  ///< also those in use
  std::vector<std::uint64_t> near_devices;
  bool has_places = false;        ///< gres.conf tells of single devices

  std::int64_t total() const {
    std::int64_t sum = any;
    for (const auto count : near) sum += count;
    return sum;
  }
};

struct NodeSight {
  NodeCores cores;  ///< that the job may have
  NodeCores left;   ///< of those, what the last look at the node left
  std::vector<NearDevices> devices;    ///< by GresDemand
  std::uint64_t required_sockets = 0;  ///< that devices make necessary
  std::int32_t least_cores = 0;        ///< that devices need near them
};

}  // namespace sluice::cons_tres
