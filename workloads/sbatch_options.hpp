#pragma once
// sbatch's long options and what each does to a request.

#include <optional>
#include <span>
#include <string_view>

#include "simulator/model/request.hpp"
#include "workloads/complaint.hpp"

namespace sluice::workloads {

enum class OptionKind {
  request,       ///< changes the JobRequest
  harmless,      ///< changes nothing about when or where a job runs
  not_modelled,  ///< would change it, but Sluice does not know it yet
};

struct SbatchOption {
  std::string_view name;  ///< without the dashes in front
  OptionKind kind = OptionKind::request;
  /// Puts a value (not empty) into the request, or says what is wrong with it. Only for OptionKind::request.
  std::optional<Complaint> (*read)(std::string_view value, JobRequest& request) = nullptr;
};

/// All of them but those that are columns of their own: time, account, qos. Source: sbatch(1).
std::span<const SbatchOption> sbatch_options();

}  // namespace sluice::workloads
