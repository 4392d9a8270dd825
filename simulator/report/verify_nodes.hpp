#pragma once
// The checker's sweep over time: is anything given away twice?

#include "simulator/report/verify_jobs.hpp"

namespace sluice::report::verify {

/// Goes through all starts and ends in the order of time, ends first, and reports each job that got what was not
/// there. Returns node-milliseconds with at least one job, up to the last end.
double check_nodes(const Jobs& jobs, const ClusterSpec& cluster, VerifyReport& report);

}  // namespace sluice::report::verify
