#pragma once
// A workload as Sluice's own CSV.

#include <iosfwd>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// Writes one row a job, with a column for everything that any job has. Reading it back gives an equal workload: jobs,
/// requests, extras, recorded history, ids and names. Times are dates when the trace's calendar is known, else seconds
/// in its own base. A limit that is not whole minutes goes to the column `limit`, in seconds. O(jobs), streamed.
void write_native_csv(const Workload& workload, std::ostream& out);

}  // namespace sluice::workloads
