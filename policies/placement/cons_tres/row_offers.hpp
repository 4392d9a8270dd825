#pragma once
// What the nodes of each row of a machine offer to one job, worked out once a row.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "policies/placement/cons_tres/machine.hpp"
#include "policies/placement/cons_tres/offer.hpp"

namespace sluice::cons_tres {

/// Valid from start() on for one demand and one state of the cluster, and for what is imagined of that state: jobs
/// removed make new rows, but leave those there are as they are.
class RowOffers {
 public:
  struct Entry {
    std::uint32_t epoch = 0;
    std::uint8_t known = 0;    ///< bit by Assume
    bool may_be_used = false;
    std::array<Offer, 3> offers;  ///< by Assume
  };

  RowOffers(const ClusterSpec& cluster, std::span<const Hardware> hardware, const Settings& settings)
      : cluster_{cluster}, hardware_{hardware}, settings_{settings} {}

  void start(const Demand& demand);
  /// The same, but what is known of the same demand in the same state is kept, if nothing else was asked about since. Rows
  /// must stay what they are while the state does.
  using StateVersion = std::pair<std::uint64_t, std::uint64_t>;
  void start(const Demand& demand, StateVersion state);

  bool may_be_used(std::uint32_t row, const Machine& machine) {
    if (row < entries_.size() && entries_[row].epoch == epoch_) return entries_[row].may_be_used;
    return entry(row, machine).may_be_used;
  }
  /// Of this node, which is in `row`: where MaxCPUsPerNode bounds it, nodes of one row differ.
  const Offer& offer(std::uint32_t node, std::uint32_t row, const Machine& machine, Assume assume) {
    if (row < entries_.size()) {
      const Entry& here = entries_[row];
      const auto index = static_cast<std::size_t>(assume);
      if (here.epoch == epoch_ && (here.known >> index & 1) != 0 && !differ_in_row_) return here.offers[index];
    }
    return new_offer(node, row, machine, assume);
  }
  std::span<const GresOffer> gres(std::uint32_t row, Assume assume) const {
    return {gres_.data() + place(row, assume), kinds_};
  }

 private:
  Entry& entry(std::uint32_t row, const Machine& machine);
  const Offer& new_offer(std::uint32_t node, std::uint32_t row, const Machine& machine, Assume assume);
  std::size_t place(std::uint32_t row, Assume assume) const {
    return (row * std::size_t{3} + static_cast<std::size_t>(assume)) * kinds_;
  }

  const ClusterSpec& cluster_;
  std::span<const Hardware> hardware_;
  const Settings& settings_;
  const Demand* demand_ = nullptr;
  std::optional<StateVersion> state_;
  std::uint32_t epoch_ = 0;
  std::size_t kinds_ = 0;
  bool differ_in_row_ = false;
  std::vector<Entry> entries_;
  std::vector<GresOffer> gres_;
};

}  // namespace sluice::cons_tres
