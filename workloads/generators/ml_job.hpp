#pragma once
// A job of a GPU cluster, and how it is written down.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workloads::generators {

struct MlJob {
  double submit = 0;           ///< seconds since Monday midnight
  std::size_t submission = 0;  ///< the tasks of a job array share one
  std::optional<std::int64_t> array_task;
  std::optional<std::size_t>
      after;  ///< position, among all jobs as they were drawn, of the one that must complete first
  std::size_t user = 0;
  std::int64_t gpus = 0;      ///< 0: runs on CPUs
  std::int64_t cpus = 0;      ///< of a job without GPUs; 4 come with each GPU
  std::int64_t duration = 1;  ///< seconds, when left alone; longer than the limit when the job times out
  std::int64_t limit = 1;     ///< minutes
  std::string_view kind = "training", name = "train", state = "COMPLETED", partition;

  double gpu_time() const { return static_cast<double>(gpus) * static_cast<double>(duration); }
};

struct MlUsers {
  std::vector<std::string> names, accounts;  ///< user i is in account i modulo their number
};

/// Writes the jobs in order of submission (ties as drawn), with new ids and dates from Monday 2026-01-05 on.
void write_ml_jobs(std::span<const MlJob> jobs, const MlUsers& users, std::ostream& out);

}  // namespace sluice::workloads::generators
