#pragma once
// A job as the simulation knows it: its state and what has happened to it so far.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/reason.hpp"

namespace sluice {

/// How a job ended, in Slurm's words. Source: squeue(1) JOB STATE CODES.
enum class EndState : std::uint8_t { completed, failed, cancelled, timeout, node_fail, out_of_memory, deadline };

/// "COMPLETED", "FAILED", ... as sacct prints it.
std::string_view end_state_name(EndState state);

struct Unsubmitted {};
struct Pending {};
/// Work is counted in run time at rate 1: a job of `duration` d has d of work and does `rate` of it per unit of time.
struct Running {
  Time start{};
  Time expected_end{};            ///< what schedulers plan with: start + limit, or a prediction
  Duration work_left{};           ///< at `counted_from`
  Time counted_from{};
  double rate = 1;
  std::uint32_t allocation = 0;   ///< row of the cluster's allocations
  Duration limit{};               ///< of this run, from `start`
};
struct Ended {
  Time start{}, end{};
  EndState state = EndState::completed;
};
/// Refused at submission: it can never run here.
struct Rejected { Time at{}; };

using JobState = std::variant<Unsubmitted, Pending, Running, Ended, Rejected>;

/// The changing part of a job; its JobSpec is the fixed part.
struct Job {
  JobState state;
  std::optional<Time> eligible;         ///< when it could first have been considered; absent before
  ShapeId shape;
  Reason reason = Reason::none;         ///< the last pending Reason; kept after the start
  std::uint32_t generation = 0;         ///< bumped when a planned end no longer holds
};

/// All jobs of a simulation by dense id.
struct JobTable {
  const Workload* workload = nullptr;
  std::vector<Job> jobs;

  const JobSpec& spec(JobId id) const { return workload->jobs[id.index()]; }
  const Job& job(JobId id) const { return jobs[id.index()]; }
  Job& job(JobId id) { return jobs[id.index()]; }
  std::size_t size() const { return jobs.size(); }
};

/// What a scheduler may believe about the length of a run: the limit, and where there is none the true run time.
inline Duration planned_length(const JobSpec& spec) { return spec.limit.value_or(spec.duration); }

}  // namespace sluice
