#pragma once
// The jobs of a cluster as they are at one moment: what squeue or sacct prints of running and pending ones.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/reader.hpp"

namespace sluice::workloads {

/// A job that runs, and what it holds. Texts are cells, `at` is where they stand.
struct LiveRun {
  std::string job;          ///< its id
  Duration start{};         ///< in the text's own base
  bool is_suspended = false;
  std::string nodes;        ///< hostlist
  std::int64_t cpus = 0;    ///< in all
  std::int64_t memory = 0;  ///< MB, in all; 0: not told
  std::int64_t gpus = 0;    ///< in all
  std::string gpu_type;     ///< empty: any
  std::vector<std::int64_t> cpus_by_node;  ///< in the order of the hostlist; empty: not told
  Location at;              ///< of the hostlist
  Location cpus_at;
  std::string line;
};

/// `workload` has all of them, by their submission. What a running job asks for is what it holds.
struct LiveState {
  Workload workload;
  Duration now{};  ///< the moment, in the text's own base
  std::vector<LiveRun> running;
};

/// Lines of cells between bars under a header. Columns by the names that squeue -o and sacct give them, in any order; others
/// are passed over. Needed are JOBID, STATE, SUBMIT_TIME and TIME_LIMIT, and of running jobs START_TIME, TIME, NODELIST and
/// CPUS. The moment is the latest start plus time used of a running job, else the last submission.
///
/// A running job ends at `run_times` of its limit, counted from its start; one that is beyond that at its limit; one beyond
/// its limit in the next second. A column DURATION (seconds in all) says it of single jobs. Jobs in other states are left
/// out and counted. Every line that cannot be read is an error. nullopt iff there was one. Source: squeue(1), sacct(1).
std::optional<LiveState> read_live_state(const SourceText& text, const RunTimeModel& run_times, Diagnostics& diags);

}  // namespace sluice::workloads
