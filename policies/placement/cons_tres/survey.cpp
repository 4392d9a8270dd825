#include "policies/placement/cons_tres/survey.hpp"

#include <algorithm>
#include <limits>

namespace sluice::cons_tres {

void Survey::clear(const NodeCounts& counts) {
  counts_ = counts;
  nodes_ = cpus_ = bare_nodes_ = 0;
  least_bare_ = std::numeric_limits<std::int32_t>::max();
  lightest_ = std::numeric_limits<std::uint64_t>::max();
  std::fill(count_of_.begin(), count_of_.end(), 0);
}

void Survey::change(std::uint32_t node, std::uint32_t from, std::uint32_t to, const Machine& machine, RowOffers& offers) {
  const auto cpus = [&](std::uint32_t row) {
    return offers.may_be_used(row, machine) ? offers.offer(node, row, machine, Assume::present).cpus : 0;
  };
  const std::int32_t before = cpus(from), after = cpus(to);
  if (before == after) return;
  if (before > 0) add(before, -1);
  if (after > 0) add(after, 1);
}

bool Survey::could_fit(std::int64_t min_cpus) const {
  if (nodes_ < counts_.min || cpus_ < min_cpus) return false;
  if (counts_.max >= nodes_) return true;
  std::int64_t left = counts_.max, cpus = 0;
  for (std::size_t size = count_of_.size(); size-- > 1 && left > 0 && cpus < min_cpus;) {
    const std::int64_t here = std::min(left, count_of_[size]);
    cpus += here * static_cast<std::int64_t>(size);
    left -= here;
  }
  return cpus >= min_cpus;
}

}  // namespace sluice::cons_tres
