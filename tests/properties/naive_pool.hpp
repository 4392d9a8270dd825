#pragma once
// FCFS, EASY and conservative backfilling on a pool, written as plainly as the papers have them: lists that are scanned
// from end to end at every decision. What the engine does fast must come out the same.

#include <string>
#include <vector>

#include "simulator/model/job_spec.hpp"

namespace sluice::test {

struct NaivePolicy {
  enum class Kind { fcfs, textbook, fast, cq, sjbf, conservative } kind = Kind::fcfs;
  enum class Events { batch, each, arrivals_first } events = Events::batch;
  std::string order = "priority/basic";
};

/// The start of each job of the workload. Every job fits the pool.
std::vector<Time> naive_starts(const Workload& workload, std::int64_t slots, const NaivePolicy& policy);

}  // namespace sluice::test
