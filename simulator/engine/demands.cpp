#include "simulator/engine/demands.hpp"

#include <utility>

#include "simulator/model/shape.hpp"

namespace sluice {

Demands::Demands(const Workload& workload, const ClusterSpec& cluster, const Selection& selection)
    : workload_{workload}, cluster_{cluster}, selection_{selection} {}

std::span<const PartitionDemand> Demands::of(RequestId request) { return row(request).partitions; }

const std::string& Demands::refusal(RequestId request) { return row(request).refusal; }

Demands::Row& Demands::row(RequestId request) {
  if (rows_.size() < workload_.requests().size()) rows_.resize(workload_.requests().size());
  Row& own = rows_[request.index()];
  if (!std::exchange(own.is_known, true)) resolve(request, own);
  return own;
}

/// A job that some of its partitions can serve is accepted for these.
void Demands::resolve(RequestId request, Row& row) {
  const JobRequest& asked = workload_.request(request);
  const auto partitions = partitions_of(asked, cluster_);
  if (!partitions) {
    row.refusal = partitions.error();
    return;
  }
  bool open = false, served = false;
  for (const PartitionId partition : *partitions) {
    const PartitionState state = cluster_.partitions[partition.index()].state;
    open = open || state == PartitionState::up || state == PartitionState::down;
    auto demand = selection_.resolve(asked, partition);
    if (demand) {
      demands_.push_back(std::move(*demand));
      row.partitions.push_back({partition, &demands_.back()});
      served = true;
    } else {
      row.partitions.push_back({partition, nullptr});
      row.refusal = demand.error();
    }
  }
  if (served) row.refusal.clear();
  if (!open) row.refusal = "Required partition not available (inactive or drain)";
}

}  // namespace sluice
