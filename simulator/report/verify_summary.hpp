#pragma once
// The checker's own computation of summary.json from the rows of jobs.csv.

#include "simulator/report/verify_jobs.hpp"

namespace sluice::report::verify {

/// Recomputes every number of summary.json that follows from the jobs and reports each that differs in its printed
/// digits.
void check_summary(const std::filesystem::path& path, const Jobs& jobs, double busy_node_ms,
                   const ClusterSpec& cluster, VerifyReport& report);

}  // namespace sluice::report::verify
