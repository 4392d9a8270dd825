#pragma once
// Counts and memory sizes with Slurm's suffixes, which are powers of 1024.

#include <cstdint>
#include <optional>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice {

/// A whole number >= 0, optionally followed by one of K, M, G, T, P (either case): `4k` is 4096.
/// nullopt: anything else, or a result that does not fit in 63 bits. Source: gres.conf(5) Count, sbatch(1) --gres.
std::optional<std::int64_t> parse_count(std::string_view text);

/// Memory as `--mem` takes it: a whole number >= 0, in MB or with one of K, M, G, T, P, optionally followed by `B`.
/// K rounds up to the next MB. nullopt as for parse_count. Source: sbatch(1) --mem.
std::optional<Megabytes> parse_memory(std::string_view text);

}  // namespace sluice
