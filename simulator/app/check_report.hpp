#pragma once
// The findings of `sluice check` for people and for programs.

#include <optional>
#include <string>
#include <vector>

#include "simulator/app/check_cluster.hpp"
#include "simulator/app/check_workload.hpp"
#include "simulator/base/diagnostics.hpp"

namespace sluice::app {

enum class Verdict { clean, findings, unusable };

/// All that was found. Parts that could not be looked at are absent.
struct CheckReport {
  const Diagnostics* diagnostics = nullptr;
  const ClusterSpec* cluster = nullptr;
  const Workload* workload = nullptr;
  std::optional<ClusterFacts> cluster_facts;
  std::optional<WorkloadFacts> workload_facts;
  std::vector<std::string> findings;  ///< what the workload and the cluster make of each other; each is a finding
};

/// Jobs that can never run, and resources of which more is asked than there is.
std::vector<std::string> workload_findings(const WorkloadFacts& facts);

/// Unusable after an error, clean without a warning or a finding (notes do not count).
Verdict verdict(const CheckReport& report);

std::string check_text(const CheckReport& report);
/// One object; members: verdict, errors, warnings, findings, diagnostics, and cluster and workload as far as known.
std::string check_json(const CheckReport& report);

}  // namespace sluice::app
