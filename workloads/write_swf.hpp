#pragma once
// A workload in the Standard Workload Format, as far as that goes.

#include <iosfwd>
#include <string>
#include <vector>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// Writes the header and 18 fields a job; the unit of size is that of size_unit(). Returns what the format could not
/// hold, one statement each. Source: https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
std::vector<std::string> write_swf(const Workload& workload, std::ostream& out);

}  // namespace sluice::workloads
