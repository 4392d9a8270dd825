#pragma once
// An advance reservation: nodes or licences kept for some users for some time.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// Source: scontrol(1) RESERVATIONS, Flags. spec_nodes and all_nodes follow from how the nodes were given.
enum class ReservationFlag : std::uint8_t {
  maint,
  overlap,
  flex,
  ignore_jobs,
  hourly,
  daily,
  weekday,
  weekend,
  weekly,
  static_alloc,
  any_nodes,
  part_nodes,
  time_float,
  purge_comp,
  replace,
  replace_down,
  no_hold_jobs,
  magnetic,
  spec_nodes,
  all_nodes,
  first_cores,
};

class ReservationFlags {
 public:
  constexpr ReservationFlags() = default;
  constexpr ReservationFlags(std::initializer_list<ReservationFlag> flags) {
    for (const ReservationFlag flag : flags) insert(flag);
  }
  constexpr bool has(ReservationFlag flag) const { return (bits_ >> static_cast<unsigned>(flag) & 1) != 0; }
  constexpr void insert(ReservationFlag flag) { bits_ |= 1U << static_cast<unsigned>(flag); }
  constexpr void erase(ReservationFlag flag) { bits_ &= ~(1U << static_cast<unsigned>(flag)); }
  constexpr void insert(ReservationFlags others) { bits_ |= others.bits_; }
  constexpr void erase(ReservationFlags others) { bits_ &= ~others.bits_; }
  constexpr bool any_of(ReservationFlags others) const { return (bits_ & others.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const ReservationFlags&) const = default;

  void fields(Archive& archive) { archive(bits_); }

 private:
  std::uint32_t bits_ = 0;
};

/// Users or accounts. Empty: nobody is named.
struct ReservationNames {
  std::vector<std::string> names;
  bool except = false;  ///< all but these
  bool operator==(const ReservationNames&) const = default;
  friend void fields(Archive& archive, ReservationNames& names) { all_fields<2>(archive, names); }
};

/// What an operator asks for. Absent: not said. Moments are since the simulation's zero.
struct ReservationRequest {
  struct Length {
    enum class How : std::uint8_t { set, add, subtract } how = How::set;
    std::optional<std::chrono::minutes> length;  ///< absent: for ever, which slurmctld takes for a year
  };
  struct NamesChange {
    enum class How : std::uint8_t { set, add, remove } how = How::set;
    ReservationNames names;
  };

  std::string name;  ///< of a new one empty: it gets one
  std::optional<Time> start, end;
  std::optional<Length> duration;
  ReservationFlags flags, cleared_flags;
  bool skips = false;  ///< of a recurring one: the next time is left out
  std::optional<std::chrono::seconds> purge_after;
  std::optional<NodeSet> nodes;
  bool all_nodes = false;
  std::vector<std::int64_t> node_counts;
  std::vector<std::int64_t> core_counts;  ///< of some cores of its nodes; empty: it has whole nodes
  std::optional<PartitionId> partition;
  std::optional<NodeSet> features;  ///< nodes that have them
  std::optional<Licenses> licenses;
  std::optional<NamesChange> users, accounts, groups;
  std::optional<std::chrono::seconds> max_start_delay;
};

}  // namespace sluice
