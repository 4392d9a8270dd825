#pragma once
// The priority passes of a recording, from what slurmctld.log says was charged.

#include <vector>

#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// Each "job N ran for D seconds" names the second of its pass: the pass before, or the start of N, plus D. Of a pass
/// without such a line the period tells it. Empty when the log was not kept.
std::vector<DistilledPass> passes_of_log(const RecordedState& state);

}  // namespace sluice::recordings
