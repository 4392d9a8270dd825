#pragma once
// Values for each task of a job array as text, `*:60,3:150`.

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "simulator/base/complaint.hpp"
#include "simulator/base/units.hpp"

namespace sluice::workloads {

template <class V>
struct TaskValues {
  using Value = V;
  std::optional<Value> all;  ///< of those not named, and of a job that is no array
  std::map<std::int64_t, Value> of_task;

  std::optional<Value> of(const std::optional<std::int64_t>& task) const {
    if (task)
      if (const auto own = of_task.find(*task); own != of_task.end()) return own->second;
    return all;
  }
  bool operator==(const TaskValues&) const = default;
};

/// A length, or a share of the job's time limit.
struct RunLength {
  std::optional<Duration> length;
  double share = 0;
  bool operator==(const RunLength&) const = default;
};

using TaskDurations = TaskValues<RunLength>;
using TaskExitCodes = TaskValues<std::int16_t>;

/// One value, or `*:60,3:150,4-9:75` where a later entry wins. A value is seconds (90, 0.5), H:M:S or D-H:M:S with at
/// least two colons or a dash, or a share of the time limit (80%). Values are > 0.
tl::expected<TaskDurations, Complaint> parse_task_durations(std::string_view text);

/// One exit code (`1`, or `1:0` as sacct prints it), or `*:0,3:1`. Codes are 0 to 255.
tl::expected<TaskExitCodes, Complaint> parse_task_exit_codes(std::string_view text);

}  // namespace sluice::workloads
