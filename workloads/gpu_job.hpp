#pragma once
// The job of a log that says when it came, how long it ran and how many GPUs it had.

#include <cstdint>
#include <optional>

#include "workloads/job_sink.hpp"

namespace sluice::workloads {

/// `--gpus=N` for `ran`. nullopt when the job is outside the window or never ran (which the sink then counts).
std::optional<JobSpec> gpu_job(Duration submit, Duration ran, std::int64_t gpus, JobSink& sink);

/// What every reader that uses gpu_job() has to say about it.
inline constexpr auto gpus_in_total = "GPUs are asked for as a total, on any nodes";

}  // namespace sluice::workloads
