#include "policies/placement/cons_tres/machine.hpp"

namespace sluice::cons_tres {

void Machine::look_at(const Cluster& cluster) {
  cluster_ = &cluster;
  row_of_ = cluster.bucket_rows().data();
  base_ = static_cast<std::uint32_t>(cluster.bucket_slots());
  rows_.clear();
}

void Machine::imagine(const Cluster& cluster) {
  look_at(cluster);
  imagined_ = cluster.bucket_rows();
  row_of_ = imagined_.data();
}

std::uint32_t Machine::row_after(std::uint32_t from, const Amount& take) {
  Row changed = row(from);
  changed.free = combine(changed.free, Sign::plus, take);
  rows_.push_back(changed);
  return base_ + static_cast<std::uint32_t>(rows_.size() - 1);
}

void Machine::remove(const Allocation& allocation) {
  for (const NodeRun& run : allocation.runs) {
    std::uint32_t from = no_row, to = no_row;
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      if (imagined_[n] == no_row) continue;
      if (imagined_[n] != from) {
        from = imagined_[n];
        to = row_after(from, allocation.takes[run.take]);
      }
      imagined_[n] = to;
    }
  }
}

bool Machine::is_idle(std::uint32_t node) const {
  const std::uint32_t index = row_of_[node];
  if (index == no_row) return false;
  const Row here = row(index);
  return here.free == cluster_->capacity(here.node_class);
}

}  // namespace sluice::cons_tres
