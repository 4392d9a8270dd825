#pragma once
// Whole lives under slurmctld's loops, drawn from one number: a cluster with its settings, jobs of all kinds, and what
// operators and nodes do meanwhile.

#include <string>
#include <vector>

#include "simulator/engine/commands.hpp"
#include "tests/properties/draws.hpp"
#include "tests/properties/life_draws.hpp"

namespace sluice::test {

/// Limits of the QOS `low`, where limits are enforced.
inline constexpr std::int64_t most_low_jobs_of_user = 2;
inline constexpr std::int64_t most_low_cpus = 12;

struct SlurmLife {
  Case what;  ///< its policies are of no account
  std::vector<std::string> settings;  ///< KEY=VALUE that the cluster was given
  std::vector<TimedCommand> commands;
};

/// Jobs of three users in two QOS with times of minutes. Each of these is in some of the lives: backfill or none, whole nodes
/// or cores, preemption of every mode, gang scheduling, shared cores, shared GPUs, limits, latencies, reservations (of cores, for
/// groups, such as may start late), licences, power saving, arrays, dependencies, heterogeneous jobs, groups of users, MaxJobCount,
/// RequeueExit, --no-kill, partitions, nodes and jobs that operators change.
SlurmLife some_slurm_life(Draws& draws);

/// A line a setting, job and command, to look at a life that went wrong.
std::string text_of(const SlurmLife& life);

}  // namespace sluice::test
