#pragma once
// How a job's CPUs and GRES lie on the nodes it was given.

#include <cstdint>
#include <span>
#include <vector>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {

/// One node of an allocation, ascending by node.
struct Share {
  std::uint32_t node = 0;
  std::int32_t offered = 0;      ///< CPUs that the choice left to the job there
  std::int32_t cpus = 0;         ///< CPUs it gets
  std::int64_t tasks = 0;
  std::int64_t memory = 0;       ///< MB
  std::vector<std::int64_t> devices;  ///< by GresDemand
  NodeCores cores;                    ///< that it gets, where cores are looked at one by one
  std::uint64_t device_bits = 0;      ///< then, as in NodeRun
};

/// One task a node first, then the rest of cores already touched, then a core's worth at a time over the nodes.
/// Fills in cpus and tasks. Source: slurmctld's cons_tres dist_tasks.c; cons_common job_test.c and dist_tasks.c.
void distribute_tasks(const Question& question, const Machine& machine, Rooms& rooms, std::vector<Share>& shares);

/// Fills in devices: per node and per task as asked, of a job's total what is free, in node order, one kept back for
/// each node to come. False: the total is not reached.
bool distribute_gres(const Question& question, const Machine& machine, const Rooms& rooms, std::vector<Share>& shares);

/// Fills in memory. False: a node has less than that.
bool distribute_memory(const Question& question, const Machine& machine, std::vector<Share>& shares);

}  // namespace sluice::cons_tres
