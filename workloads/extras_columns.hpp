#pragma once
// The native trace's columns for what a JobExtras holds: sbatch's options, and what sbatch has no option for.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/model/job_spec.hpp"
#include "simulator/base/complaint.hpp"

namespace sluice::workloads {

enum class ColumnEffect {
  none,           ///< simulated, or changes nothing about when or where a job runs
  not_simulated,  ///< would change it, but is only recorded so far
};

/// One text column; read and write are never null. --begin and --deadline are not here, as they count from the trace's own zero.
struct ExtrasColumn {
  std::string_view name;
  ColumnEffect effect = ColumnEffect::none;
  /// Takes a value that is not empty, or says what is wrong with it.
  std::optional<Complaint> (*read)(std::string_view value, JobExtras& extras) = nullptr;
  /// The value as read() takes it; empty when there is none.
  std::string (*write)(const JobExtras& extras) = nullptr;
};

/// Columns of our own first.
std::span<const ExtrasColumn> extras_columns();

}  // namespace sluice::workloads
