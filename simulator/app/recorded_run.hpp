#pragma once
// A run that was made before, and is to be simulated again: from its results, or from a snapshot.

#include <string>
#include <string_view>
#include <vector>

#include "simulator/app/run_command.hpp"
#include "simulator/report/run_json.hpp"

namespace sluice::app {

/// Ends the command with exit code 2. `where` is a file or an argument.
[[noreturn]] void refuse(std::string_view where, std::string_view what, std::string_view hint);

/// What `sluice run` was told, from its argv. `where` is what recorded it.
RunArguments recorded_arguments(const std::vector<std::string>& argv, const std::string& where);

/// All recorded files are still there, so that a missing one is told as what it is.
void insist_on_readable_inputs(const std::vector<report::InputFile>& recorded);

/// The files that were read now are those of then, byte by byte (by hash).
void insist_on_same_inputs(const std::vector<report::InputFile>& recorded, const std::vector<report::InputFile>& now);

}  // namespace sluice::app
