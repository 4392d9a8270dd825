#pragma once
// What a workload asks of a cluster: for `sluice check`.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// Jobs that can never run, with one cause.
struct ImpossibleJobs {
  std::string why;
  std::size_t jobs = 0;
  std::string first;  ///< the trace's own id
};

/// What all jobs ask of one kind of resource, against what there is of it.
struct OfferedLoad {
  std::string resource;       ///< cpu, mem, gpu, gpu:a100, or "cpu in partition x"
  double demand = 0;          ///< unit-hours (MB-hours for mem)
  std::int64_t capacity = 0;  ///< units
  double load = 0;            ///< demand / (capacity x time over which jobs are submitted)
};

struct WorkloadFacts {
  std::size_t jobs = 0, requests = 0;
  Duration span{};  ///< from the first submission to the last
  std::vector<ImpossibleJobs> impossible;
  std::vector<OfferedLoad> loads;  ///< none when all jobs are submitted at once
  /// Submitted in less time than a job runs on average: a load above 1 then says nothing of a queue that goes on.
  bool is_burst = false;
  std::size_t tied_jobs = 0;       ///< jobs that share their moment of submission with another
  std::size_t largest_tie = 0;
  std::size_t without_limit = 0;
  std::size_t unknown_users = 0;  ///< jobs whose user (or user and account) no association knows; 0 without accounting
  std::string clock;              ///< what the times of the trace are
};

/// Demand counts a job with its run time, cut at its limit (else its partition's); what it takes is what its request
/// says of the smallest node that may hold it. Jobs that can never run are not in it. A job that may run on several
/// types of GPU counts in `gpu` only, one that may run in several partitions in none of them. O(requests x nodes +
/// jobs).
WorkloadFacts workload_facts(const Workload& workload, const ClusterSpec& cluster);

}  // namespace sluice::app
