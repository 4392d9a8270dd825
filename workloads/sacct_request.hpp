#pragma once
// What sacct's columns say of a job's resources, as a request.

#include <string>
#include <string_view>

#include "simulator/model/request.hpp"

namespace sluice::workloads {

/// Cells as sacct prints them; empty where there is no such column.
struct SacctResources {
  std::string_view alloc_tres, req_tres;
  std::string_view req_mem;  ///< `2800Mc` a CPU and `16Gn` a node up to 21.07, then `16G` in total
  std::string_view alloc_cpus, req_cpus, alloc_nodes, req_nodes;
};

/// A request that holds what the job was given (AllocTRES), or asked for when it was never given anything: as many
/// tasks as CPUs; exactly as many nodes if it got as many as it had asked for, else at least those; memory and GPUs
/// by node where the number of nodes is fixed, else by CPU and in total.
JobRequest request_of(const SacctResources& cells);

/// The licences among the TRES, as --licenses: `license/matlab=2` -> `matlab:2`.
std::string licenses_of(std::string_view tres);

}  // namespace sluice::workloads
