#pragma once
// The parts of which slurm_draws.cpp makes a life: what jobs ask for, and what operators do.

#include <chrono>

#include "tests/properties/slurm_draws.hpp"

namespace sluice::test {

/// When operators do something.
inline constexpr int span_of_commands_s = 40 * 60;

inline int below(Draws& draws, int bound) { return static_cast<int>(draws.below(static_cast<std::size_t>(bound))); }

// --- Jobs (life_jobs.cpp)

/// Times become minutes; each job gets a QOS.
void stretch(Workload& workload, Draws& draws);
/// Options that few jobs have.
void ask_for_more(Case& what, Draws& draws);
void add_extras(Workload& workload, Draws& draws);
/// Heterogeneous jobs: neighbours that are no tasks of arrays, submitted together.
void join_components(Workload& workload, Draws& draws);
/// What becomes of runs that end with some exit codes, of jobs whose nodes fail, and of those that borrow reserved nodes.
void give_fates(SlurmLife& life, Draws& draws);

// --- Operators (life_operators.cpp)

void add_commands(SlurmLife& life, Draws& draws);
void save_power(SlurmLife& life, Draws& draws);
/// Reservations of cores or for groups, and such as may start late.
void reserve_more(SlurmLife& life, Draws& draws);

/// Changes of partitions, nodes and what jobs ask for (life_changes.cpp).
void change_cluster(SlurmLife& life, Draws& draws);

}  // namespace sluice::test
