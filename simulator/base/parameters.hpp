#pragma once
// Lists of options as slurm.conf has them, `defer,max_switch_wait=60`: SchedulerParameters, SelectTypeParameters,
// PrologFlags and the like. Names are told apart without case; of one that is there twice the first counts.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

/// The value of `name=value`, or "" of a bare `name`; nullopt: it is not there. O(length of the list).
std::optional<std::string_view> find_parameter(std::string_view list, std::string_view name);

/// Whether `name` is there, with a value or without.
bool has_parameter(std::string_view list, std::string_view name);

/// The number that a value begins with; nullopt: it is not there, or does not begin with one.
std::optional<std::int64_t> find_count(std::string_view list, std::string_view name);

}  // namespace sluice
