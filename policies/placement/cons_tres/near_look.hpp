#pragma once
// How many CPUs a node gives to a job that wants devices near its cores.

#include <cstdint>
#include <span>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/offer.hpp"
#include "policies/placement/cons_tres/sight.hpp"

namespace sluice::cons_tres {

/// The first look at the nodes takes cores only where the devices are; later ones take them from anywhere, unless the job
/// wants its devices bound.
enum class Look : std::uint8_t { first, later };

struct NearQuestion {
  const Demand& demand;
  const Settings& settings;
  const Hardware& hardware;
  Look look = Look::first;
  std::span<const std::int64_t> so_far;  ///< by GresDemand: units that the nodes chosen before give
};

/// CPUs for `least_tasks` to `most_tasks` tasks; 0: none. Leaves in `sight` the cores that would be the job's, and lowers
/// `offers` for good. Source: slurmctld's gres_select_filter.c.
std::int32_t look_near(const NearQuestion& question, std::int32_t cpus, std::int64_t least_tasks,
                       std::int64_t most_tasks, NodeSight& sight, std::span<GresOffer> offers);

/// As many tasks as anybody may want.
inline constexpr std::int64_t any_number_of_tasks = 0x7fff'ffff;

}  // namespace sluice::cons_tres
