#pragma once
// Snapshots of sprio and sshare held against what was computed.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/recordings/support/priority_book.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// How many values, or rows, are equal. A pair that differs within a second of an event that concerns it is none of
/// them: a snapshot takes up to a second, so that either side may be right.
struct Tally {
  std::size_t equal = 0, total = 0;
  void add(const Tally& other) { equal += other.equal, total += other.total; }
};

struct Difference {
  Time at{};
  std::string what;  ///< "sprio 17/low JOBSIZE", "sshare  chem|u3 RawUsage"
  std::string recorded, computed;
  bool straddles = false;
};

struct Comparison {
  std::map<std::string, Tally> columns;  ///< "sprio PRIORITY", "sshare RawUsage", ...
  Tally sprio, sshare;                   ///< whole rows
  Tally submission;                      ///< priorities at submission
  Tally billing;                         ///< of each run, when it starts
  std::size_t straddle = 0;              ///< rows left out
  std::vector<Difference> differences;
};

void compare_sprio(const Snapshot& recorded, const PriorityBook& book, const RecordedState& state, Comparison& result);
/// The priority that the log shows at a submission: that of the first partition, 0 when held.
void compare_submission(const JobSubmitted& submitted, Time at, const PriorityBook& book, const RecordedState& state,
                        Comparison& result);
void compare_billing(const RecordedJob& job, const Run& run, Time at, Comparison& result);
void compare_sshare(const Snapshot& recorded, const RecordedState& state, Comparison& result);

}  // namespace sluice::recordings
