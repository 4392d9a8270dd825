// What LiveController says of nodes: which are reserved, missing, or held by whom.

#include <algorithm>

#include "simulator/engine/live_controller.hpp"
#include "simulator/engine/missing_nodes.hpp"
#include "simulator/engine/reservation_answer.hpp"

namespace sluice {

using std::chrono::minutes;

/// The test of a submission finds out, too, whether nodes that are up and not reserved could hold the job.
/// Source: job_mgr.c, _select_nodes_parts.
void LiveController::test_submission(JobId job, Time now) {
  if (reservations_.book().empty() && up_.count() == up_.capacity()) return;
  const WaitingJob& record = waiting(job);
  StartAnswer refusal;
  for (const WaitingPartition& where : record.partitions) {
    if (where.preferred || where.demand == nullptr) continue;
    const LivePartition& partition = partitions_[where.partition.index()];
    const minutes limit = record.limit.value_or(partition.max_time.value_or(unlimited));
    const ReservedNodes kept = leave_reserved(record, *where.demand, where.partition, clock(now), limit);
    if (kept.refusal) {
      refusal = *kept.refusal;
      if (refusal.outcome == StartOutcome::reservation_busy) refusal.reason = Reason::reservation;
    } else if (lacks_nodes(job, where.partition, *where.demand, kept.nodes, Time{clock(now)})) {
      refusal = nodes_are_missing(cluster_, *where.demand, partition.nodes, up_);
    } else {
      return;
    }
  }
  if (refusal.reason == Reason::resources) return;
  set_reason(job, refusal.reason);
  describe_reason(job, refusal.text);
}

/// Of those that it could have, reservations aside: nodes that it waits for in any case.
NodeSet LiveController::engaged_nodes(const Demand& wanted) const {
  NodeSet nodes = cleaning_.completing();
  if (preemptions_.is_on()) return nodes;
  if (wanted.is_whole())
    for (const RunningJob& run : running_) mark_nodes(state_.cluster.allocation(run.allocation), nodes);
  else
    for (const WholeNodeRun& run : whole_node_runs()) nodes |= *run.nodes;
  return nodes;
}

bool LiveController::lacks_nodes(JobId job, PartitionId partition, const Demand& wanted, const NodeSet& unreserved, Time at) {
  NodeSet reachable = up_;
  reachable &= unreserved;
  const auto engaged = [&] { return engaged_nodes(wanted); };
  const auto fits = [&](const NodeSet& open) {
    return selection_.feasible(selection_job(job, partition), state_.cluster, at, &open);
  };
  return are_missing(wanted, partitions_[partition.index()].nodes, reachable, engaged, fits);
}

void LiveController::choose_reservation(JobId job, std::optional<std::uint32_t> reservation) {
  records_.set_reservation(job, reservation);
}

std::vector<std::uint32_t> LiveController::magnetic_reservations(JobId job) {
  if (reservations_.book().empty()) return {};
  return reservations_.magnetic_for(job);
}

bool LiveController::reservation_is_too_small(JobId job, PartitionId partition) {
  if (find_demand(job, partition) == nullptr) return false;
  const NodeSet* nodes = nodes_of_reservation(*waiting(job).reservation);
  const auto wanted = static_cast<std::size_t>(demand(job, partition).nodes.min);
  return nodes != nullptr && nodes->count() > 0 &&
         nodes->count_common(partitions_[partition.index()].nodes) < wanted && !reservations_.nodes_first(waiting(job));
}

bool LiveController::reservation_may_be_late(std::uint32_t reservation) const {
  const Reservation* known = reservations_.book().find(reservation);
  return known != nullptr && known->max_start_delay.count() > 0;
}

const NodeSet* LiveController::nodes_of_reservation(std::uint32_t reservation) const {
  const Reservation* known = reservations_.book().find(reservation);
  return known == nullptr ? nullptr : &known->nodes;
}

ReservationAnswer LiveController::reserve_mask(JobId job, PartitionId partition, std::chrono::seconds start,
                                               minutes limit, NodeSet& candidates) {
  excluded_cores_.reset();
  ReservationAnswer answer;
  answer.start = start;
  if (reservations_.book().empty() || find_demand(job, partition) == nullptr) return answer;
  const auto test = reservations_.test(waiting(job), demand(job, partition), partition,
                                       partitions_[partition.index()].nodes, start, limit, ReservationBook::Moves::yes);
  excluded_cores_ = test.excluded_cores;
  return mask_of(test, reservations_.book(), candidates);
}

/// Nodes that are down or drained count for the test of a submission, but nobody knows here what they would give.
bool LiveController::wants_lost_nodes(const Demand& demand) const {
  std::int64_t nodes = 0, cpus = 0;
  bool any_lost = false;
  demand.eligible.for_each([&](NodeId node) {
    if (cluster_.nodes[node.index()].state == NodeState::future) return;
    ++nodes;
    cpus += cluster_.class_of(node).cpus;
    any_lost = any_lost || !up_.contains(node);
  });
  return any_lost && nodes >= demand.nodes.min && cpus >= demand.min_cpus;
}

bool LiveController::could_run_on(const SelectionJob& job, const NodeSet& nodes) {
  NodeSet able = job.demand.eligible;
  able &= nodes;
  if (static_cast<std::int64_t>(able.count()) < job.demand.nodes.min) return false;
  if (able.count_common(up_) < able.count()) return true;
  return selection_.feasible(job, state_.cluster, Time{now()}, &nodes);
}

bool LiveController::has_whole_nodes(const RunningJob& run) const {
  const PartitionId partition = state_.cluster.allocation(run.allocation).partition;
  const auto& demands = demands_.of(state_.jobs.spec(run.job).request);
  return std::any_of(demands.begin(), demands.end(), [&](const PartitionDemand& one) {
    return one.partition == partition && one.demand != nullptr && one.demand->is_whole();
  });
}

/// Nodes that are cleaning up, or that a job has for itself, come back; a job that wants nodes for itself waits for any.
/// Source: nodes_busy and runable_avail of node_scheduler.c.
bool LiveController::waits_for_jobs(JobId job, PartitionId partition, const NodeSet& candidates) {
  if (candidates.count_common(cleaning_.completing()) > 0) return true;
  const bool is_whole = demand(job, partition).is_whole();
  for (const RunningJob& run : running_) {
    if (!is_whole && !has_whole_nodes(run)) continue;
    for (const NodeRun& nodes : state_.cluster.allocation(run.allocation).runs)
      if (candidates.count_in(NodeId{nodes.first}, nodes.count) > 0) return true;
  }
  return could_run_on(selection_job(job, partition), candidates);
}

LiveController::ReservedNodes LiveController::leave_reserved(const WaitingJob& job, const Demand& wanted, PartitionId partition,
                                                             Seconds at, minutes limit) {
  excluded_cores_.reset();
  ReservedNodes left;
  left.nodes = NodeSet{cluster_.nodes.size()};
  left.nodes.insert(NodeId{0}, cluster_.nodes.size());
  if (reservations_.book().empty()) return left;
  const auto test = reservations_.test(job, wanted, partition, partitions_[partition.index()].nodes, at, limit,
                                       ReservationBook::Moves::no);
  excluded_cores_ = test.excluded_cores;
  left.refusal = refusal_of(test, job);
  if (!left.refusal && job.reservation && !could_run_on(selection_job(job.job, partition), test.nodes))
    left.refusal =
        StartAnswer{test.overlaps ? StartOutcome::reservation_busy : StartOutcome::never, Reason::reservation, {}, {}};
  left.nodes = test.nodes;
  return left;
}

const NodeSet& LiveController::nodes_of(JobId started) const {
  nodes_of_ = NodeSet{cluster_.nodes.size()};
  // Who has started on cores of a higher tier may have been stopped at once.
  if (const auto* run = std::get_if<Running>(&state_.jobs.job(started).state))
    mark_nodes(state_.cluster.allocation(run->allocation), nodes_of_);
  return nodes_of_;
}

std::span<const WholeNodeRun> LiveController::whole_node_runs() const {
  whole_node_runs_.clear();
  whole_nodes_.clear();
  for (const RunningJob& run : running_) {
    if (!has_whole_nodes(run) || may_be_preempted(run.job)) continue;
    whole_nodes_.emplace_back(cluster_.nodes.size());
    mark_nodes(state_.cluster.allocation(run.allocation), whole_nodes_.back());
    whole_node_runs_.push_back({floor_seconds(run.end), &whole_nodes_.back()});
  }
  return whole_node_runs_;
}

}  // namespace sluice
