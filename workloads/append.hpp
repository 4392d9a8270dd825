#pragma once
// Two workloads become one.

#include <cstdint>
#include <string_view>

#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// Adds the jobs of `from` behind those of `to`, `moved` later than `from` has them. To be followed by to.finish(), which
/// sorts. Users and accounts get `prefix` before their names. Where ids clash, those of `from` get "#N" behind them, and so
/// do the dependencies that name them; the N is returned, 1 when nothing clashes. O(jobs).
std::uint32_t append_jobs(Workload& to, Workload from, Duration moved, std::string_view prefix = {});

}  // namespace sluice::workloads
