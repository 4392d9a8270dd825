#include "simulator/engine/demands.hpp"

#include <algorithm>
#include <utility>

#include "simulator/model/shape.hpp"

namespace sluice {
namespace {

/// The partition, or if it takes no jobs the first of its alternates that does. Source: slurmctld's job_mgr.c.
PartitionId open_instead(PartitionId partition, const ClusterSpec& cluster) {
  const auto& all = cluster.partitions;
  const auto takes_jobs = [&](PartitionId p) {
    return all[p.index()].state == PartitionState::up || all[p.index()].state == PartitionState::down;
  };
  PartitionId now = partition;
  for (std::size_t steps = 0; !takes_jobs(now) && steps < all.size(); ++steps) {
    const auto next = std::find_if(all.begin(), all.end(),
                                   [&](const PartitionSpec& one) { return one.name == all[now.index()].alternate; });
    if (next == all.end()) return partition;
    now = PartitionId{static_cast<std::uint32_t>(next - all.begin())};
  }
  return takes_jobs(now) ? now : partition;
}

}  // namespace

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

/// What nodes it prefers that there are none of is no reason to refuse a job.
void Demands::add_preferred(const JobRequest& asked, PartitionId partition, Row& row) {
  JobRequest preferring = asked;
  preferring.constraint = asked.layout.prefer;
  auto demand = selection_.resolve(preferring, partition);
  if (!demand) return;
  demands_.push_back(std::move(*demand));
  row.partitions.push_back({partition, &demands_.back(), true});
}

/// A job that some of its partitions can serve is accepted for these.
void Demands::resolve(RequestId request, Row& row) {
  const JobRequest& asked = workload_.request(request);
  bool open = false, served = false;
  for (const PartitionId named : existing_partitions_of(asked, cluster_)) {
    const PartitionId partition = open_instead(named, cluster_);
    const PartitionState state = cluster_.partitions[partition.index()].state;
    open = open || state == PartitionState::up || state == PartitionState::down;
    if (!asked.layout.prefer.empty()) add_preferred(asked, partition, row);
    auto demand = selection_.resolve(asked, partition);
    if (demand) {
      demands_.push_back(std::move(*demand));
      row.partitions.push_back({partition, &demands_.back(), false});
      served = true;
    } else {
      row.partitions.push_back({partition, nullptr, false});
      row.refusal = demand.error();
    }
  }
  if (served) row.refusal.clear();
  if (!open) row.refusal = "Required partition not available (inactive or drain)";
  if (const auto named = partitions_of(asked, cluster_); !named) row.refusal = named.error();
}

}  // namespace sluice
