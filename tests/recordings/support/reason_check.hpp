#pragma once
// Pending Reasons that squeue showed, held against those computed.

#include "tests/recordings/support/reason_book.hpp"
#include "tests/recordings/support/snapshot_check.hpp"

namespace sluice::recordings {

/// After the whole replay, as a job tested within a second of a snapshot may show what it had before or after. All
/// Reasons count as `reason`; those where squeue or Sluice says a limit of a QOS, an association or a partition count
/// as `limit` too.
struct ReasonComparison {
  Tally limit, reason;
  std::size_t straddle = 0;
  std::vector<Difference> differences;
};

ReasonComparison compare_reasons(const RecordedState& state, const ReasonBook& book);

}  // namespace sluice::recordings
