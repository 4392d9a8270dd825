#pragma once
// The text forms of job arrays: `0-9:2,15%4`, and values for each task, `*:60,3:150`.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "simulator/base/units.hpp"
#include "workloads/complaint.hpp"

namespace sluice::workloads {

/// The largest index + 1 that is accepted, whatever MaxArraySize a cluster has: Slurm's own bound.
inline constexpr std::int64_t max_array_index = 4'000'001;

struct ArrayTasks {
  std::vector<std::int64_t> tasks;    ///< ascending, each once, not empty
  std::optional<std::int64_t> limit;  ///< %N: so many at once
  bool operator==(const ArrayTasks&) const = default;
};

/// `IDX[,IDX...][%LIMIT]` with IDX = `n`, `a-b` or `a-b:step`; brackets around the indices are dropped.
/// Source: sbatch(1) --array, job_mgr.c.
tl::expected<ArrayTasks, Complaint> parse_array(std::string_view text);

/// How long a job, or each task of an array, runs.
struct TaskDurations {
  /// A length, or a share of the job's time limit.
  struct Value {
    std::optional<Duration> length;
    double share = 0;
    bool operator==(const Value&) const = default;
  };
  std::optional<Value> all;  ///< of those not named
  std::map<std::int64_t, Value> of_task;
  bool operator==(const TaskDurations&) const = default;
};

/// One value, or `*:60,3:150,4-9:75` where a later entry wins. A value is seconds (90, 0.5), H:M:S or D-H:M:S with at
/// least two colons or a dash, or a share of the time limit (80%). Values are > 0.
tl::expected<TaskDurations, Complaint> parse_task_durations(std::string_view text);

}  // namespace sluice::workloads
