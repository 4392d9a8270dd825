#pragma once
// sbatch's long options and what each does to a request.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/request.hpp"
#include "simulator/base/complaint.hpp"

namespace sluice::workloads {

enum class OptionKind {
  request,       ///< changes the JobRequest; its layout is heeded by Slurm's own selection only
  harmless,      ///< changes nothing about when or where a job runs
  simulated,     ///< kept beside the request (JobExtras), and acted on
  not_modelled,  ///< would change it, but Sluice does not know it yet
};

/// What follows an option on a command line.
enum class OptionArgument {
  required,  ///< `--name=value`, `--name value`, `-n value`, `-nvalue`
  none,
  optional,  ///< `--name` or `--name=value`, `-n` or `-nvalue`
};

struct SbatchOption {
  std::string_view name;  ///< without the dashes in front
  OptionKind kind = OptionKind::request;
  /// Puts a value (not empty) into the request, or says what is wrong with it; nullptr where it changes none.
  std::optional<Complaint> (*read)(std::string_view value, JobRequest& request) = nullptr;
  char letter = '\0';  ///< the short form
  OptionArgument argument = OptionArgument::required;
  /// Puts a value into the extras, or says what is wrong with it; nullptr where there is no place for it. An option
  /// that is not modelled, but recorded, is on its way.
  std::optional<Complaint> (*record)(std::string_view value, JobExtras& extras) = nullptr;
  /// The value as record() takes it; empty when there is none. nullptr where another option writes the same.
  std::string (*write)(const JobExtras& extras) = nullptr;
};

/// All of them but those that are columns of their own: time, account, qos. Source: sbatch(1).
std::span<const SbatchOption> sbatch_options();

/// yes, true, 1 or no, false, 0; nullopt: anything else.
std::optional<bool> parse_yes(std::string_view text);

/// What --time asks for, in whole minutes; a year for UNLIMITED and 0, which Slurm's planner takes it for. nullopt: no
/// time.
std::optional<Duration> parse_time_limit(std::string_view text);

}  // namespace sluice::workloads
