#pragma once
// The task indices of a job array as text: `0-9:2,15%4`.

#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "simulator/base/complaint.hpp"

namespace sluice {

/// The largest index + 1 that is accepted, whatever MaxArraySize a cluster has: Slurm's own bound.
inline constexpr std::int64_t max_array_index = 4'000'001;

struct ArrayTasks {
  std::vector<std::int64_t> tasks;    ///< ascending, each once, not empty
  std::optional<std::int64_t> limit;  ///< %N: so many at once
  bool operator==(const ArrayTasks&) const = default;
};

/// Task indices `first`, `first + step`, ... up to `last`.
struct TaskRange {
  std::int64_t first = 0, last = 0, step = 1;
};

/// `n`, `a-b` or `a-b:step`; nullopt for anything else, and for an empty range.
std::optional<TaskRange> parse_task_range(std::string_view text);

/// `IDX[,IDX...][%LIMIT]`, each IDX a TaskRange; brackets around the indices are dropped.
/// Source: sbatch(1) --array, job_mgr.c.
tl::expected<ArrayTasks, Complaint> parse_array(std::string_view text);

}  // namespace sluice
