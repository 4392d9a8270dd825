#pragma once
// The checker's own reading of jobs.csv, and the checks that need one row only. Shares no code with what writes it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/report/verify.hpp"

namespace sluice::report::verify {

/// What a job has of one node.
struct Share {
  std::uint32_t node = 0;
  std::int64_t cpus = 0;
  std::int64_t memory = 0;
  std::uint64_t devices = 0;
};

/// A row: a job, or of a requeued job one of its runs, with its times in milliseconds of the trace's base.
struct Job {
  std::string id, user, account, partition, state;
  std::optional<std::int64_t> submit, eligible, start, end;
  std::int64_t cpus = 0, memory = 0, nodes = 0, gpus = 0;  ///< of alloc_tres
  std::int64_t restarts = 0;                               ///< runs of the job before this one
  std::size_t first_share = 0, shares = 0;                 ///< in Jobs::shares

  std::int64_t wait() const { return *start - eligible.value_or(*submit); }
};

struct Jobs {
  std::vector<Job> list;
  std::vector<Share> shares;
};

/// nullopt when the file cannot be read or is not a table of jobs at all.
std::optional<Jobs> read_jobs(const std::filesystem::path& path, const ClusterSpec& cluster, VerifyReport& report);

/// "12.5" for 12500.
std::string seconds_text(std::int64_t ms);

}  // namespace sluice::report::verify
