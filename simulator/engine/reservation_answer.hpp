#pragma once
// What a test of reservations means to slurmctld's loops.

#include <chrono>
#include <optional>

#include "policies/api/controller.hpp"
#include "simulator/engine/missing_nodes.hpp"
#include "simulator/engine/reservation_book.hpp"

namespace sluice {

/// The job as reservations look at it. All it refers to outlives the result.
inline ReservedJob reserved_job(const WaitingJob& job, const Demand& demand, PartitionId partition,
                                const NodeSet& partition_nodes, std::chrono::minutes limit) {
  ReservedJob asks;
  asks.reservation = job.reservation;
  asks.partition = partition;
  asks.partition_nodes = &partition_nodes;
  if (demand.has_required()) asks.required = &demand.required;
  asks.whole_nodes = job.whole_nodes;
  asks.length = limit;
  return asks;
}

/// For Controller::reserve_mask: `candidates` lose what the job may not have.
inline ReservationAnswer mask_of(const ReservationTest& test, const ReservationBook& book, NodeSet& candidates) {
  ReservationAnswer answer;
  answer.usable = test.finding == ReservationTest::Finding::usable;
  answer.start = test.when;
  answer.masked = test.overlaps;
  if (test.overlaps) answer.next_end = book.first_end(test.when);
  if (!answer.usable || candidates.count_common(test.nodes) == candidates.count()) return answer;
  answer.narrows = true;
  candidates &= test.nodes;
  return answer;
}

/// The answer to an attempt to start a job now, if reservations alone rule it out.
/// Source: node_scheduler.c, _build_node_list and _get_req_features.
inline std::optional<StartAnswer> refusal_of(const ReservationTest& test, const WaitingJob& job) {
  using Finding = ReservationTest::Finding;
  const auto no = [](StartOutcome outcome, Reason reason) { return StartAnswer{outcome, reason, {}, std::nullopt}; };
  const auto for_maintenance = [&] {
    StartAnswer answer = no(StartOutcome::reservation_busy, Reason::req_node_not_avail);
    answer.text = reserved_for_maintenance;
    return answer;
  };
  switch (test.finding) {
    case Finding::later: return no(StartOutcome::reservation_busy, Reason::reservation);
    case Finding::invalid: return no(StartOutcome::never, Reason::reservation);
    case Finding::maintenance: return for_maintenance();
    case Finding::nodes_busy: return no(StartOutcome::not_available, Reason::req_node_not_avail);
    case Finding::usable: break;
  }
  if (job.reservation && test.overlaps && test.nodes.count() == 0) return for_maintenance();
  return std::nullopt;
}

}  // namespace sluice
