#pragma once
// The text of a scenario as a cluster, policies, jobs and expectations. The grammar stands in scenario.hpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/engine/clockwork.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "tests/support/policy_names.hpp"

namespace sluice::test {

struct ScenarioRow {
  std::vector<std::string> told, expected;  ///< cells left and right of the bar
  JobId job;
};

struct ScenarioText {
  ClusterSpec cluster;
  PolicyNames policies;
  Workload workload;
  Clockwork clockwork;
  bool is_configured = false;  ///< by lines of slurm.conf, which then also name the policies
  std::vector<TimedCommand> commands;
  std::vector<std::string> told_columns, expected_columns;
  std::vector<ScenarioRow> rows;
};

/// Throws std::invalid_argument with the line that it cannot read.
ScenarioText read_scenario(std::string_view text);

/// "1h30m", "90s", "250ms", "0s"; nullopt for anything else.
std::optional<Duration> read_scenario_time(std::string_view text);
/// The shortest of these forms.
std::string scenario_time(Duration time);

}  // namespace sluice::test
