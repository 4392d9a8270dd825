#pragma once
// What each run of a job held on each of its nodes, as scontrol and the snapshots of allocations show it.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/recordings/support/recording.hpp"

namespace sluice::recordings {

/// A run's part of one node.
struct RecordedShare {
  std::string node;
  std::int64_t cpus = 0;
  std::int64_t memory = 0;                 ///< MB
  std::optional<std::uint64_t> devices;    ///< bit i: GPU i; absent where no snapshot saw them
};

using RecordedShares = std::vector<RecordedShare>;

/// By job id and the second of the start. Reads scontrol_jobs.txt (the last run of each job) and alloc.snap (each run
/// that a snapshot saw).
std::map<std::pair<std::string, Seconds>, RecordedShares> read_recorded_shares(const std::filesystem::path& run);

}  // namespace sluice::recordings
