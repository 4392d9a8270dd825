#pragma once
// Every distinct request of a workload, resolved once for each partition it names, as Slurm's select plugins see it.

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/api/selection.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

/// A partition that a request names. `demand` is null where no node of it could ever serve the request.
struct PartitionDemand {
  PartitionId partition;
  const Demand* demand = nullptr;
  bool preferred = false;  ///< with --prefer for its constraint; the demand without follows
};

/// Filled as requests are asked about: O(partitions x nodes) for the first job of each request.
class Demands {
 public:
  Demands(const Workload& workload, const ClusterSpec& cluster, const Selection& selection);

  /// Of those that exist, in the order in which the request names them.
  std::span<const PartitionDemand> of(RequestId request);
  /// Partitions or nodes have changed: each request is resolved anew. What was resolved before stays where it is.
  void forget() { rows_.clear(); }
  /// Slurm's message when a job with this request is refused at submission; "" when it is not.
  const std::string& refusal(RequestId request);

 private:
  struct Row {
    bool is_known = false;
    std::string refusal;
    std::vector<PartitionDemand> partitions;
  };
  Row& row(RequestId request);
  void resolve(RequestId request, Row& row);
  void add_preferred(const JobRequest& asked, PartitionId partition, Row& row);

  const Workload& workload_;
  const ClusterSpec& cluster_;
  const Selection& selection_;
  std::vector<Row> rows_;
  std::deque<Demand> demands_;  ///< stay where they are
};

}  // namespace sluice
