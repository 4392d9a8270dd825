#pragma once
// Batch scripts as a workload: one, a list of them, or a folder.

#include <filesystem>
#include <string_view>

#include "workloads/job_sink.hpp"

namespace sluice::workloads {

/// Reads every batch script of a folder (files that begin with `#!` and have #SBATCH lines) in the order of their
/// names. The folder may hold `durations.csv` (a column `script`, and any of duration, submit, user, kind, exit-code, state)
/// and `sbatch.env` (lines SBATCH_NAME=VALUE, which win over the scripts, as sbatch's environment does).
void read_script_folder(const std::filesystem::path& folder, JobSink& sink);

}  // namespace sluice::workloads
