#pragma once
// The summary of a run for a person at a terminal.

#include <filesystem>
#include <optional>
#include <string>

#include "simulator/base/units.hpp"
#include "simulator/report/summary.hpp"

namespace sluice::report {

/// One screen of plain ASCII text, lines of at most 100 columns (but for long assumptions, warnings and paths):
/// what ran, what became of the jobs, how long they waited, how full the cluster was. `results` is where the files
/// are, if they were written.
std::string terminal_summary(const Summary& summary, const std::optional<std::filesystem::path>& results = {});

/// A length of time in the two largest units that matter: 0s, 12.3s, 4m 05s, 3h 12m, 2d 07h, 41d.
std::string human_time(double seconds);

/// 1234567 -> 1,234,567.
std::string human_count(std::int64_t value);

}  // namespace sluice::report
