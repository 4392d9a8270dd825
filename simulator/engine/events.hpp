#pragma once
// What can happen. A new event is a struct and an `on()` in Simulation; forgetting the `on()` does not compile.

#include <cstdint>
#include <variant>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"

namespace sluice {

/// Order of events that fall on the same instant.
enum class Phase : std::uint8_t {
  release,  ///< a job ends: its nodes are free before anyone looks for nodes
  arrive,   ///< a job is submitted or becomes eligible
  decide,   ///< the scheduler runs once, having seen all of the above
};

constexpr std::uint8_t rank(Phase phase) { return static_cast<std::uint8_t>(phase); }

struct JobSubmitted {
  JobId job;
  friend void fields(Archive& archive, JobSubmitted& event) { all_fields<1>(archive, event); }
};
/// A running job has done its work or met its limit. Void when the job's generation has moved on.
struct JobEnds {
  JobId job;
  std::uint32_t generation = 0;
  friend void fields(Archive& archive, JobEnds& event) { all_fields<2>(archive, event); }
};
/// A job still runs at the moment at which it was believed to have ended. Void like JobEnds.
struct BeliefPassed {
  JobId job;
  std::uint32_t generation = 0;
  friend void fields(Archive& archive, BeliefPassed& event) { all_fields<2>(archive, event); }
};
/// Usage decays, fair shares and priorities are computed anew.
struct PriorityPassDue {};
struct CycleDue {};
/// slurmctld learns that the nodes of an ended job are clean.
struct EpilogDone {
  std::uint32_t row = 0;  ///< of the controller's nodes that are COMPLETING
  friend void fields(Archive& archive, EpilogDone& event) { all_fields<1>(archive, event); }
};
/// Every 30 seconds slurmctld looks whether a limit has run out under a running job.
struct LimitsWatched {};
/// A job that still waits can meet its --deadline no more.
struct DeadlineDue {
  JobId job;
  friend void fields(Archive& archive, DeadlineDue& event) { all_fields<1>(archive, event); }
};
/// A command of an operator: row of the simulation's commands.
struct CommandDue {
  std::uint32_t row = 0;
  friend void fields(Archive& archive, CommandDue& event) { all_fields<1>(archive, event); }
};
/// slurmctld misses a node whose slurmd has died; void when the slurmd has come back.
struct NodeMissed {
  NodeId node;
  std::uint32_t slurmd = 0;
  enum class Step : std::uint8_t { silent, down } step = Step::silent;
  friend void fields(Archive& archive, NodeMissed& event) { all_fields<3>(archive, event); }
};
/// A moment that a pending job waits for: its --begin, or so long after another job's start.
struct JobWakes {
  JobId job;
  friend void fields(Archive& archive, JobWakes& event) { all_fields<1>(archive, event); }
};

/// The grace of a job that was told to go is over. Void when another run has begun since.
struct GraceOver {
  JobId job;
  Time start{};
  friend void fields(Archive& archive, GraceOver& event) { all_fields<2>(archive, event); }
};

/// slurmctld looks after its reservations: whether one begins every 5 seconds, whether one is over every 30. Only while
/// there are any.
struct ReservationsWatched {};

/// PreemptMode GANG: jobs that share cores take turns.
struct SliceDue {};

/// A node is to be powered down, or has been, or is up again.
struct PowerDue {};

/// slurmctld finds the nodes of a CONFIGURING job up. Void when another run has begun since.
struct JobConfigured {
  JobId job;
  Time start{};
  friend void fields(Archive& archive, JobConfigured& event) { all_fields<2>(archive, event); }
};

/// A new event goes to the end: the place of each is part of the fingerprint.
using Event = std::variant<JobSubmitted, JobEnds, BeliefPassed, CycleDue, PriorityPassDue, EpilogDone, LimitsWatched,
                           JobWakes, DeadlineDue, CommandDue, NodeMissed, GraceOver, ReservationsWatched,
                           SliceDue, PowerDue, JobConfigured>;

}  // namespace sluice
