#pragma once
// Whom slurmctld's gang scheduler suspended, held against what Sluice's makes of the same starts and ends.

#include <optional>
#include <vector>

#include "simulator/engine/gang.hpp"
#include "tests/recordings/support/recorded_controller.hpp"
#include "tests/recordings/support/snapshot_check.hpp"

namespace sluice::recordings {

/// Follows a replay behind a RecordedController. At each main pass and backfill cycle, the jobs that one side has suspended
/// are counted, and those that both have. Time slices come each SchedulerTimeSlice; where in it, the first that is logged
/// tells.
class GangCheck {
 public:
  GangCheck(const Replay& replay, const RecordedController& controller);

  void see(const Event& event);
  const Tally& paused() const { return paused_; }
  const std::vector<Difference>& differences() const { return differences_; }

 private:
  void find_slices(const Replay& replay);
  void slice_before(Time at);
  void carry_out(const std::vector<Gang::Order>& orders);
  void compare(Time at);

  const RecordedState& state_;
  const RecordedController& controller_;
  std::optional<Gang> gang_;
  std::vector<Time> slices_;  ///< all of the recording
  std::size_t next_slice_ = 0;
  std::vector<bool> is_paused_;  ///< by job
  Tally paused_;
  std::vector<Difference> differences_;
};

}  // namespace sluice::recordings
