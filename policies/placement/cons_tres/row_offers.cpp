#include "policies/placement/cons_tres/row_offers.hpp"

namespace sluice::cons_tres {

void RowOffers::start(const Demand& demand) {
  demand_ = &demand;
  state_.reset();
  kinds_ = demand.gres.size();
  differ_in_row_ = cluster_.partitions[demand.partition.index()].max_cpus_per_node.has_value();
  ++epoch_;
}

void RowOffers::start(const Demand& demand, StateVersion state) {
  if (demand_ == &demand && state_ == state) return;
  start(demand);
  state_ = state;
}

RowOffers::Entry& RowOffers::entry(std::uint32_t row, const Machine& machine) {
  if (row >= entries_.size()) entries_.resize(machine.row_slots() + machine.row_slots() / 4);
  Entry& here = entries_[row];
  if (here.epoch == epoch_) return here;
  here.epoch = epoch_;
  here.known = 0;
  const Machine::Row state = machine.row(row);
  here.may_be_used = Offers{*demand_, cluster_, hardware_, settings_}.may_be_used(
      state, machine.cluster().capacity(state.node_class));
  return here;
}

const Offer& RowOffers::new_offer(std::uint32_t node, std::uint32_t row, const Machine& machine, Assume assume) {
  Entry& here = entry(row, machine);
  const auto index = static_cast<std::size_t>(assume);
  if ((here.known >> index & 1) == 0 || differ_in_row_) {
    here.known = static_cast<std::uint8_t>(here.known | 1U << index);
    if (gres_.size() < place(row, Assume::present) + kinds_) gres_.resize(3 * kinds_ * entries_.size());
    const Machine::Row state = machine.row(row);
    here.offers[index] = Offers{*demand_, cluster_, hardware_, settings_}.make(
        state, machine.cluster().capacity(state.node_class), assume, machine.partition_cpus(node),
        {gres_.data() + place(row, assume), kinds_});
  }
  return here.offers[index];
}

}  // namespace sluice::cons_tres
