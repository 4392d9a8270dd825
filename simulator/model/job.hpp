#pragma once
// A job as the simulation knows it: its state and what has happened to it so far.

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/reason.hpp"

namespace sluice {

/// How a job ended, in Slurm's words. Source: squeue(1) JOB STATE CODES.
enum class EndState : std::uint8_t {
  completed,
  failed,
  cancelled,
  timeout,
  node_fail,
  out_of_memory,
  preempted,
  deadline,
  requeued,  ///< only of a run: an operator has sent the job back to wait
  resizing,  ///< only of a part of a run: it went on with fewer nodes
};
inline constexpr std::size_t end_state_count = 10;

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
  double rate = 1;                ///< 0 while it is suspended
  Duration limit{};               ///< of this run: its time limit, and the time it was suspended
  std::optional<Time> suspended;  ///< since when
  std::uint32_t allocation = 0;   ///< row of the cluster's allocations
  bool is_configuring = false;    ///< its nodes boot: it starts anew, in every respect, when they are up
  Duration idle{};                ///< it held its nodes so long without working: its launch, suspended before
  friend void fields(Archive& archive, Running& running) { all_fields<10>(archive, running); }
};
struct Ended {
  std::optional<Time> start;  ///< absent when it ended without having run
  Time end{};
  EndState state = EndState::completed;
  friend void fields(Archive& archive, Ended& ended) { all_fields<3>(archive, ended); }
};
/// Refused at submission: it can never run here.
struct Rejected {
  Time at{};
  friend void fields(Archive& archive, Rejected& rejected) { all_fields<1>(archive, rejected); }
};

using JobState = std::variant<Unsubmitted, Pending, Running, Ended, Rejected>;

/// The changing part of a job; its JobSpec is the fixed part.
struct Job {
  JobState state;
  std::optional<Time> eligible;         ///< when it could first have been considered; absent before
  ShapeId shape;
  Reason reason = Reason::none;         ///< the last pending Reason; kept after the start
  std::uint32_t generation = 0;         ///< bumped when a planned end no longer holds
  std::uint32_t life = 0;               ///< row of JobTable::lives; 0: it has nothing of that
  friend void fields(Archive& archive, Job& job) { all_fields<6>(archive, job); }
};

/// Who has put a job on hold. Source: scontrol(1) hold.
/// reservation_deleted: slurmctld itself, as the reservation it was to run in is no more.
/// special_exit: RequeueExitHold sent it back to wait.
enum class Hold : std::uint8_t { none, user, admin, reservation_deleted, special_exit };

/// What most jobs never have: a hold, a moment to wait for, requeues, options changed by an operator.
struct JobLife {
  const JobSpec* spec = nullptr;       ///< the workload's, or
  JobSpec* own_spec = nullptr;         ///< as an operator has changed it
  Time submit{};                       ///< of the present run: a requeue is a new submission
  std::optional<Time> begin;           ///< it may not start before
  Hold hold = Hold::none;
  std::uint32_t restarts = 0;          ///< times it was requeued
  std::optional<std::uint32_t> priority;  ///< set by a person, instead of the computed one
  std::optional<std::int64_t> nice;       ///< set by a person, instead of the submitted one
  /// But for the descriptions: they are the table's.
  friend void fields(Archive& archive, JobLife& life) {
    auto& [spec, own_spec, submit, begin, hold, restarts, priority, nice] = life;
    archive(submit, begin, hold, restarts, priority, nice);
  }
};

/// All jobs of a simulation by dense id.
struct JobTable {
  const Workload* workload = nullptr;
  std::vector<Job> jobs;
  std::vector<JobLife> lives{1};  ///< row 0 is nobody's
  std::deque<JobSpec> own_specs;  ///< of jobs that an operator has changed

  const JobSpec& spec(JobId id) const {
    const std::uint32_t life = jobs[id.index()].life;
    return life == 0 ? workload->jobs[id.index()] : *lives[life].spec;
  }
  const JobExtras& extras(JobId id) const { return workload->extras[spec(id).extras]; }
  /// Of the present run.
  Time submit(JobId id) const {
    const std::uint32_t life = jobs[id.index()].life;
    return life == 0 ? workload->jobs[id.index()].submit : lives[life].submit;
  }
  const JobLife* life(JobId id) const {
    const std::uint32_t row = jobs[id.index()].life;
    return row == 0 ? nullptr : &lives[row];
  }
  /// Gives the job a life of its own if it has none. Ends the validity of references to other lives.
  JobLife& own_life(JobId id);
  /// A description of the job's own, to change.
  JobSpec& own_spec(JobId id);
  std::int64_t nice(JobId id) const {
    const JobLife* own = life(id);
    return own != nullptr && own->nice ? *own->nice : extras(id).nice;
  }
  const Job& job(JobId id) const { return jobs[id.index()]; }
  Job& job(JobId id) { return jobs[id.index()]; }
  std::size_t size() const { return jobs.size(); }

  void fields(Archive& archive);
};

/// What a scheduler may believe about the length of a run: the limit, and where there is none the true run time.
inline Duration planned_length(const JobSpec& spec) { return spec.limit.value_or(spec.duration); }

}  // namespace sluice
